// Organisations as clients see them: made, renamed, deleted, restored; who may see that they are there.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { each, newOrganisation, openHub, type Caller, type Hub, statuses, text } from "./hub.ts";

setDefaultTimeout(60_000);

const createDatabase = sharePostgres();

for (const database of DATABASES) {
  describeUnless(`namespaces on ${database}`, lackingDatabase(database), () => {
    let hub: Hub;
    let ada: Caller;
    let bob: Caller;
    beforeAll(async () => {
      hub = await openHub(database, createDatabase);
      ada = await hub.person("ada");
      bob = await hub.person("bob");
    });
    afterAll(async () => await hub?.close());

    test("names that are none, reserved or taken are refused, and unknown fields too", async () => {
      const taken = await newOrganisation(ada);
      for (const [body, status] of [
        [{ name: "a/b" }, 400],
        [{ name: "" }, 400],
        [{ name: "x".repeat(65) }, 400],
        [{ name: "a\u0000b" }, 400],
        [{ name: "library" }, 400],
        [{ name: "token" }, 400],
        [{ name: "bob" }, 409],
        [{ name: taken }, 409],
        [{ name: taken.toUpperCase() }, 409],
        [{ name: "fresh", isVerifiedPublisher: true }, 400],
        [{ name: "fresh", id: 1 }, 400],
        [{ name: "fresh", kind: "user" }, 400],
        [{ name: "fresh", description: "x".repeat(2_000) }, 400],
      ] as const) {
        expect([body, (await bob.ask("POST", "/namespaces", body)).status]).toEqual([body, status]);
      }
      expect((await hub.anonymous.ask("POST", "/namespaces", { name: "fresh" })).status).toBe(401);
    });

    test("of two who make one name at once, one does", async () => {
      for (let round = 0; round < 5; round++) {
        const name = `race${crypto.randomUUID().slice(0, 8)}`;
        const answers = await Promise.all([ada, bob, ada, bob].map((it) => it.ask("POST", "/namespaces", { name })));
        expect(statuses(answers)).toEqual([201, 409, 409, 409]);
        const members = await hub.admin.ask("GET", `/namespaces/${name}/members`);
        expect(each(members, "role")).toEqual(["owner"]);
      }
    });

    test("what one may not see answers as what is not there", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      for (const caller of [bob, hub.anonymous]) {
        const normal = (name: string, text: string) => text.replaceAll(name, "NAME").replace(/"requestId":"[^"]*"/, "");
        const missing = `no${org}`;
        for (const [method, path, body] of [
          ["GET", "", undefined],
          ["PATCH", "", {}],
          ["DELETE", "", undefined],
          ["POST", "/rename", { name: "other" }],
          ["POST", "/restore", undefined],
          ["GET", "/members", undefined],
          ["PUT", "/members/bob", { role: "owner" }],
          ["DELETE", "/members/bob", undefined],
          ["GET", "/teams", undefined],
          ["GET", "/grants", undefined],
          ["GET", "/invitations", undefined],
          ["GET", "/robots", undefined],
        ] as const) {
          const there = await caller.ask(method, `/namespaces/${org}${path}`, body);
          const gone = await caller.ask(method, `/namespaces/${missing}${path}`, body);
          const where = `${caller.name} ${method} ${path}`;
          expect([where, there.status, normal(org, there.text)]).toEqual([
            where,
            gone.status,
            normal(missing, gone.text),
          ]);
          expect(there.status).toBeGreaterThanOrEqual(401);
        }
      }
      expect(each(await bob.ask("GET", "/namespaces?limit=1000"), "name")).not.toContain(org);
      expect(each(await ada.ask("GET", "/namespaces?limit=1000"), "name")).toContain(org);
      expect(each(await hub.admin.ask("GET", "/namespaces?limit=1000"), "name")).toContain(org);
    });

    test("a public repository makes its namespace visible to everyone", async () => {
      const org = await newOrganisation(ada, { defaultVisibility: "public", displayName: "Acme" });
      expect((await hub.anonymous.ask("GET", `/namespaces/${org}`)).status).toBe(404);
      expect(await ada.push(`${org}/api`)).toBe(201);
      const seen = await hub.anonymous.ask("GET", `/namespaces/${org}`);
      expect([seen.status, seen.json["displayName"]]).toEqual([200, "Acme"]);
      expect(each(await hub.anonymous.ask("GET", "/namespaces?limit=1000"), "name")).toContain(org);
      expect(await hub.anonymous.pull(`${org}/api`)).toBe(200);
      // Under a former name too, and nothing of it when nothing is public any more.
      const to = `to${org}`;
      await ada.ask("POST", `/namespaces/${org}/rename`, { name: to });
      expect((await hub.anonymous.ask("GET", `/namespaces/${org}`)).json["name"]).toBe(to);
      await ada.ask("PATCH", `/repositories/${to}/api`, { visibility: "private" });
      for (const name of [org, to]) {
        expect((await hub.anonymous.ask("GET", `/namespaces/${name}`)).status).toBe(404);
        expect((await bob.ask("GET", `/namespaces/${name}`)).status).toBe(404);
      }
    });

    test("lists go on page by page", async () => {
      const names: string[] = [];
      for (let count = 0; count < 3; count++) names.push(await newOrganisation(ada));
      const found: unknown[] = [];
      for (let after = ""; ;) {
        const page = await ada.ask("GET", `/namespaces?limit=2${after}`);
        found.push(...each(page, "name"));
        if (page.json["next"] === null) break;
        after = `&after=${text(page.json["next"])}`;
      }
      expect(found.filter((it) => names.includes(String(it)))).toEqual(names.sort());
      expect((await ada.ask("GET", "/namespaces?after=forged")).status).toBe(400);
    });

    test("settings change for owners, with ETags against lost updates", async () => {
      const org = await newOrganisation(ada);
      const etag = (await ada.ask("GET", `/namespaces/${org}`)).headers.get("etag") ?? "";
      const first = await ada.ask("PATCH", `/namespaces/${org}`, { createsOnPush: false }, { "If-Match": etag });
      expect([first.status, first.json["createsOnPush"]]).toEqual([200, false]);
      const late = await ada.ask("PATCH", `/namespaces/${org}`, { createsOnPush: true }, { "If-Match": etag });
      expect(late.status).toBe(412);
      expect(await ada.push(`${org}/api`)).toBe(403);
      await ada.ask("PATCH", `/namespaces/${org}`, { createsOnPush: true });
      expect(await ada.push(`${org}/api`)).toBe(201);
      expect((await ada.ask("PATCH", `/namespaces/${org}`, { isVerifiedPublisher: true })).status).toBe(400);
      const path = `/namespaces/${org}/verified-publisher`;
      expect((await ada.ask("PUT", path, { isVerifiedPublisher: true })).status).toBe(403);
      expect((await hub.admin.ask("PUT", path, { isVerifiedPublisher: true })).json["isVerifiedPublisher"]).toBe(true);
    });

    test("renamed: the old name goes on pulling and pushing, nobody else gets it, and back again", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/team/api`);
      const to = `new${org}`;
      expect((await bob.ask("POST", `/namespaces/${org}/rename`, { name: to })).status).toBe(403);
      expect((await ada.ask("POST", `/namespaces/${org}/rename`, { name: "bob" })).status).toBe(409);
      const grant = { subject: { kind: "account", name: "bob" }, on: { kind: "pattern", pattern: `${org}/team/*` } };
      await ada.ask("POST", `/namespaces/${org}/grants`, { ...grant, role: "write" });
      expect(await bob.pull(`${org}/team/api`)).toBe(200);
      expect((await ada.ask("POST", `/namespaces/${org}/rename`, { name: to })).json["name"]).toBe(to);
      for (const name of [org, to]) {
        expect([name, await ada.pull(`${name}/team/api`)]).toEqual([name, 200]);
        expect([name, await ada.push(`${name}/team/api`, "v2")]).toEqual([name, 201]);
        expect([name, await bob.pull(`${name}/team/api`, "v2")]).toEqual([name, 200]);
        expect([name, await ada.push(`${name}/made-since-${name}`)]).toEqual([name, 201]);
        expect([name, (await ada.ask("GET", `/namespaces/${name}`)).json["name"]]).toEqual([name, to]);
      }
      const names = (await ada.catalog()).filter((it) => it.includes(org));
      expect(names.filter((it) => !it.startsWith(`${to}/`))).toEqual([]);
      expect((await bob.ask("POST", "/namespaces", { name: org })).status).toBe(409);
      const other = await newOrganisation(bob);
      expect((await bob.ask("POST", `/namespaces/${other}/rename`, { name: org })).status).toBe(409);
      expect(
        (await hub.registry.operate("POST", "/account/create", { name: org, isAdministrator: false })).status,
      ).toBe(409);
      expect((await ada.ask("POST", `/namespaces/${to}/rename`, { name: org })).json["name"]).toBe(org);
      expect(await ada.pull(`${to}/team/api`)).toBe(200);
      expect((await bob.ask("POST", "/namespaces", { name: to })).status).toBe(409);
    });

    test.each([
      ["ever onwards", (org: string, round: number) => `${org}-${round}`],
      ["there and back again", (org: string, round: number) => (round % 2 === 1 ? `${org}-1` : org)],
    ])("renamed %s while pushes and pulls of the old name go on: none fails, none is lost", async (_, nameIn) => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      const over = new AbortController();
      const failed: string[] = [];
      const made: string[] = [];
      const busy = async (worker: number) => {
        for (let round = 0; !over.signal.aborted; round++) {
          // Also what a push makes at the very moment of a rename.
          const [repository, tag] = [`${org}/${worker === 0 ? `new-${round}` : "api"}`, `t${worker}-${round}`];
          const pushed = await ada.push(repository, tag);
          const pulled = await ada.pull(repository, tag);
          if (pushed !== 201 || pulled !== 200) failed.push(`${repository}:${tag}: ${pushed} ${pulled}`);
          made.push(repository.slice(org.length));
        }
      };
      const workers = [0, 1, 2].map(busy);
      let name = org;
      for (let round = 1; round < 7; round++) {
        const next = nameIn(org, round);
        expect((await ada.ask("POST", `/namespaces/${name}/rename`, { name: next })).status).toBe(200);
        name = next;
        await Bun.sleep(20);
      }
      over.abort();
      await Promise.all(workers);
      expect(failed).toEqual([]);
      const listed = (await ada.catalog()).filter((it) => it.startsWith(org));
      expect(listed.sort()).toEqual([...new Set(made)].map((it) => name + it).sort());
    });

    test("a person's own namespace is renamed with the account, and is neither deleted nor has members", async () => {
      const eve = await hub.person(`eve${database}`);
      expect(await eve.push(`${eve.name}/tool`)).toBe(201);
      expect((await eve.ask("POST", `/namespaces/${eve.name}/rename`, { name: `eva${database}` })).status).toBe(200);
      const eva = hub.caller(`eva${database}`, "correct horse battery staple");
      expect(await eva.pull(`eva${database}/tool`)).toBe(200);
      expect(await eva.pull(`eve${database}/tool`)).toBe(200);
      for (const [method, path, body] of [
        ["DELETE", "", undefined],
        ["PUT", "/members/bob", { role: "member" }],
        ["POST", "/teams", { name: "qa" }],
        ["POST", "/invitations", { to: { account: "bob" } }],
      ] as const) {
        const answer = await eva.ask(method, `/namespaces/${eva.name}${path}`, body);
        expect([method, path, answer.status]).toEqual([method, path, 409]);
      }
    });

    test("deleted it is missing for all, robots included; restored it is as it was", async () => {
      const org = await newOrganisation(ada, { defaultVisibility: "public" });
      await ada.push(`${org}/api`);
      const made = await ada.ask("POST", `/namespaces/${org}/robots`, { name: "ci" });
      const robot = text(made.json["name"]);
      const { json } = await ada.ask("POST", `/namespaces/${org}/robots/${robot}/tokens`, { name: "main" });
      const machine = hub.caller(robot, String(json["token"]));
      expect(await machine.pull(`${org}/api`)).toBe(200);
      expect((await ada.ask("DELETE", `/namespaces/${org}`)).status).toBe(204);
      for (const caller of [ada, bob, hub.anonymous]) {
        const pulled = await caller.pull(`${org}/api`);
        expect([caller.name, pulled]).toEqual([caller.name, await caller.pull(`no${org}/api`)]);
        expect((await caller.catalog()).filter((it) => it.startsWith(`${org}/`))).toEqual([]);
      }
      expect(await machine.pull(`${org}/api`)).toBe(401);
      expect(await ada.push(`${org}/api`)).toBeGreaterThanOrEqual(403);
      expect((await hub.admin.ask("GET", `/namespaces/${org}`)).status).toBe(404);
      expect((await bob.ask("POST", "/namespaces", { name: org })).status).toBe(409);
      expect(each(await ada.ask("GET", "/namespaces?deleted=true&limit=1000"), "name")).toContain(org);
      expect(each(await bob.ask("GET", "/namespaces?deleted=true&limit=1000"), "name")).not.toContain(org);
      expect((await bob.ask("POST", `/namespaces/${org}/restore`)).status).toBe(404);
      expect((await ada.ask("POST", `/namespaces/${org}/purge`)).status).toBe(403);
      expect((await hub.admin.ask("POST", `/namespaces/${org}/purge`)).status).toBe(409);
      expect((await ada.ask("POST", `/namespaces/${org}/restore`)).status).toBe(200);
      expect(await hub.anonymous.pull(`${org}/api`)).toBe(200);
      expect(await machine.pull(`${org}/api`)).toBe(200);
      expect((await ada.ask("POST", `/namespaces/${org}/restore`)).status).toBe(404);
    });

    test("deleted for good nothing is left but the name, which nobody gets", async () => {
      const org = await newOrganisation(ada);
      await ada.ask("PUT", `/namespaces/${org}/members/bob`, { role: "owner" });
      expect((await hub.admin.ask("POST", `/namespaces/${org}/purge`)).status).toBe(404);
      await ada.ask("DELETE", `/namespaces/${org}`);
      expect((await hub.admin.ask("POST", `/namespaces/${org}/purge`)).status).toBe(204);
      expect((await hub.admin.ask("POST", `/namespaces/${org}/purge`)).status).toBe(404);
      expect((await ada.ask("POST", `/namespaces/${org}/restore`)).status).toBe(404);
      expect((await hub.admin.ask("POST", `/namespaces/${org}/restore`)).status).toBe(404);
      expect((await bob.ask("POST", "/namespaces", { name: org })).status).toBe(409);
      expect(each(await hub.admin.ask("GET", "/namespaces?deleted=true&limit=1000"), "name")).not.toContain(org);
      const rows = await hub.registry.rows(
        `select count(*) as n from members inner join namespaces on namespaces.id = members.namespace_id where namespaces.name = '${org}'`,
      );
      expect(Number(rows[0]?.["n"])).toBe(0);
    });

    test("the built-in namespace stays what it is", async () => {
      expect((await ada.ask("POST", "/namespaces", { name: "library" })).status).toBe(400);
      expect((await hub.admin.ask("POST", "/namespaces", { name: "library" })).status).toBe(201);
      expect(await hub.admin.push("hello")).toBe(201);
      expect((await hub.admin.ask("POST", "/namespaces/library/rename", { name: "other" })).status).toBe(409);
      expect((await hub.admin.ask("DELETE", "/namespaces/library")).status).toBe(409);
    });
  });
}

test("administrators alone make organisations where the settings say so", async () => {
  const hub = await openHub("sqlite", createDatabase, { BERTH_ACCOUNTS_ORGANISATION_CREATION: "administrators" });
  try {
    const ada = await hub.person("ada");
    expect((await ada.ask("POST", "/namespaces", { name: "acme" })).status).toBe(403);
    expect((await hub.admin.ask("POST", "/namespaces", { name: "acme" })).status).toBe(201);
  } finally {
    await hub.close();
  }
});
