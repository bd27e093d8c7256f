// Members, teams, grants and invitations: what they give, seen through pulls and pushes, and what nobody can take too far.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { each, newOrganisation, openHub, type Caller, type Hub, type Json, statuses, text } from "./hub.ts";

setDefaultTimeout(60_000);

const createDatabase = sharePostgres();

for (const database of DATABASES) {
  describeUnless(`members on ${database}`, lackingDatabase(database), () => {
    let hub: Hub;
    let ada: Caller;
    let bob: Caller;
    let eve: Caller;
    beforeAll(async () => {
      hub = await openHub(database, createDatabase);
      [ada, bob, eve] = [await hub.person("ada"), await hub.person("bob"), await hub.person("eve")];
    });
    afterAll(async () => await hub?.close());

    const put = async (org: string, name: string, role: string, by = ada) =>
      (await by.ask("PUT", `/namespaces/${org}/members/${name}`, { role })).status;
    const remove = async (org: string, name: string, by = ada) =>
      (await by.ask("DELETE", `/namespaces/${org}/members/${name}`)).status;
    const grant = async (where: string, subject: Json, role: string, on?: Json, by = ada) =>
      (await by.ask("POST", `${where}/grants`, { subject, role, ...(on === undefined ? {} : { on }) })).status;

    test("members are added, changed, listed and removed by owners, and leave by themselves", async () => {
      const org = await newOrganisation(ada);
      expect(await put(org, "nobody-there", "member")).toBe(404);
      expect(await put(org, "bob@example.com", "member")).toBe(404);
      expect(await put(org, "BOB", "member")).toBe(200);
      expect(await put(org, "eve", "member", bob)).toBe(403);
      expect(await put(org, "bob", "owner", bob)).toBe(403);
      const listed = await bob.ask("GET", `/namespaces/${org}/members`);
      expect([each(listed, "account"), each(listed, "role")]).toEqual([
        ["ada", "bob"],
        ["owner", "member"],
      ]);
      expect(await remove(org, "ada", bob)).toBe(403);
      expect(await remove(org, "eve")).toBe(404);
      expect(await remove(org, "bob", bob)).toBe(204);
      expect((await bob.ask("GET", `/namespaces/${org}/members`)).status).toBe(403);
    });

    test("the last owner cannot go, step down or be removed; of two who leave at once one stays", async () => {
      const org = await newOrganisation(ada);
      expect(await remove(org, "ada")).toBe(409);
      expect(await put(org, "ada", "member")).toBe(409);
      expect(await remove(org, "ada", hub.admin)).toBe(409);
      for (let round = 0; round < 4; round++) {
        await put(org, "ada", "owner", hub.admin);
        await put(org, "bob", "owner", hub.admin);
        const left = await Promise.all([remove(org, "ada", ada), remove(org, "bob", bob)]);
        expect(left.sort((a, b) => a - b)).toEqual([204, 409]);
        const members = await hub.admin.ask("GET", `/namespaces/${org}/members`);
        expect(each(members, "role")).toEqual(["owner"]);
        await put(org, "ada", "owner", hub.admin);
        await put(org, "bob", "owner", hub.admin);
        const stepped = await Promise.all([put(org, "ada", "member", ada), put(org, "bob", "member", bob)]);
        expect(stepped.sort((a, b) => a - b)).toEqual([200, 409]);
      }
    });

    test("whoever is removed keeps nothing: not the teams, not what was granted", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      await put(org, "bob", "member");
      await ada.ask("POST", `/namespaces/${org}/teams`, { name: "qa" });
      expect((await ada.ask("PUT", `/namespaces/${org}/teams/qa/members/bob`)).status).toBe(204);
      expect(await grant(`/namespaces/${org}`, { kind: "team", name: "qa" }, "read", { kind: "namespace" })).toBe(200);
      expect(await grant(`/namespaces/${org}`, { kind: "account", name: "bob" }, "write", { kind: "namespace" })).toBe(
        200,
      );
      expect(await bob.push(`${org}/api`)).toBe(201);
      expect(await remove(org, "bob")).toBe(204);
      expect(await bob.pull(`${org}/api`)).toBe(await bob.pull(`no${org}/api`));
      await put(org, "bob", "member");
      expect(await bob.pull(`${org}/api`)).not.toBe(200);
    });

    test("the members' role of an organisation holds for every member and nobody else", async () => {
      const org = await newOrganisation(ada, { membersRole: "write" });
      await put(org, "bob", "member");
      expect(await bob.push(`${org}/api`)).toBe(201);
      expect(await bob.catalog()).toContain(`${org}/api`);
      expect(await eve.pull(`${org}/api`)).not.toBe(200);
      await ada.ask("PATCH", `/namespaces/${org}`, { membersRole: null });
      expect(await bob.pull(`${org}/api`)).not.toBe(200);
      expect(await bob.catalog()).not.toContain(`${org}/api`);
    });

    test("teams: members of the organisation alone; what the team was granted comes and goes with it", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/web-shop`);
      await ada.push(`${org}/api`);
      await put(org, "bob", "member");
      const team = `/namespaces/${org}/teams/qa`;
      expect((await ada.ask("POST", `/namespaces/${org}/teams`, { name: "Q A" })).status).toBe(400);
      expect((await ada.ask("POST", `/namespaces/${org}/teams`, { name: "qa" })).status).toBe(201);
      expect((await ada.ask("POST", `/namespaces/${org}/teams`, { name: "qa" })).status).toBe(409);
      expect((await ada.ask("PUT", `${team}/members/eve`)).status).toBe(409);
      expect((await ada.ask("PUT", `${team}/members/bob`)).status).toBe(204);
      expect((await bob.ask("PUT", `${team}/members/bob`)).status).toBe(403);
      expect(each(await bob.ask("GET", `${team}/members`), "account")).toEqual(["bob"]);
      const on = { kind: "pattern", pattern: `${org}/web-*` };
      expect(await grant(`/namespaces/${org}`, { kind: "team", name: "qa" }, "read", on)).toBe(200);
      expect([await bob.pull(`${org}/web-shop`), await bob.push(`${org}/web-shop`)]).toEqual([200, 403]);
      expect(await bob.pull(`${org}/api`)).not.toBe(200);
      expect((await bob.catalog()).filter((it) => it.startsWith(org))).toEqual([`${org}/web-shop`]);
      const groups = { groups: [{ source: "ldap:corp", group: "cn=qa,dc=example" }] };
      expect((await ada.ask("PUT", `${team}/groups`, groups)).json).toEqual(groups);
      expect((await ada.ask("PUT", `${team}/groups`, { groups: [{ source: "local", group: "x" }] })).status).toBe(400);
      expect((await bob.ask("GET", `${team}/groups`)).json).toEqual(groups);
      expect((await ada.ask("PATCH", team, { name: "quality" })).json["name"]).toBe("quality");
      expect((await ada.ask("DELETE", `/namespaces/${org}/teams/quality/members/bob`)).status).toBe(204);
      expect(await bob.pull(`${org}/web-shop`)).not.toBe(200);
      await ada.ask("PUT", `/namespaces/${org}/teams/quality/members/bob`);
      expect(await bob.pull(`${org}/web-shop`)).toBe(200);
      expect((await ada.ask("DELETE", `/namespaces/${org}/teams/quality`)).status).toBe(204);
      expect(await bob.pull(`${org}/web-shop`)).not.toBe(200);
      expect(each(await ada.ask("GET", `/namespaces/${org}/grants`), "role")).toEqual([]);
    });

    test("grants: one a subject and object, also when two grant at once; patterns stay within the namespace", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      const other = await newOrganisation(eve);
      await eve.push(`${other}/secret`);
      const to = { kind: "account", name: "bob" };
      const where = `/namespaces/${org}`;
      const roles = ["read", "write", "maintain", "admin"];
      for (const on of [
        { kind: "namespace" },
        { kind: "pattern", pattern: `${org}/a*` },
        { kind: "repository", name: `${org}/api` },
      ]) {
        const granted = await Promise.all(roles.map((role) => grant(where, to, role, on)));
        expect(granted).toEqual([200, 200, 200, 200]);
      }
      expect(each(await ada.ask("GET", `${where}/grants`), "role")).toHaveLength(3);
      for (const pattern of ["*", `${org}*`, `${other}/*`, "*/api", org, "a/b\\c", "", `${org}/%`]) {
        expect([pattern, await grant(where, to, "read", { kind: "pattern", pattern })]).toEqual([pattern, 400]);
      }
      expect(await grant(where, to, "read", { kind: "repository", name: `${other}/secret` })).toBe(404);
      expect(await grant(where, to, "read", { kind: "repository", name: `${org}/none` })).toBe(404);
      expect(await grant(where, { kind: "account", name: "none" }, "read", { kind: "namespace" })).toBe(404);
      expect(await grant(where, { kind: "team", name: "none" }, "read", { kind: "namespace" })).toBe(404);
      expect(await grant(where, to, "owner", { kind: "namespace" })).toBe(400);
      const ids = each(await ada.ask("GET", `${where}/grants`), "id");
      for (const id of ids) expect((await ada.ask("DELETE", `${where}/grants/${text(id)}`)).status).toBe(204);
      expect(await bob.pull(`${org}/api`)).not.toBe(200);
    });

    test("role admin on a repository grants on that repository, and on nothing else", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      await ada.push(`${org}/web`);
      const on = { kind: "repository", name: `${org}/api` };
      expect(await grant(`/namespaces/${org}`, { kind: "account", name: "bob" }, "maintain", on)).toBe(200);
      const api = `/repositories/${org}/api/-`;
      const toEve = { kind: "account", name: "eve" };
      expect(await grant(api, toEve, "read", undefined, bob)).toBe(403);
      await grant(`/namespaces/${org}`, { kind: "account", name: "bob" }, "admin", on);
      expect(await grant(api, toEve, "read", undefined, bob)).toBe(200);
      expect([await eve.pull(`${org}/api`), await eve.pull(`${org}/web`)]).toEqual([200, 403]);
      expect(await grant(`/repositories/${org}/web/-`, toEve, "read", undefined, bob)).toBe(403);
      expect(await grant(`/namespaces/${org}`, toEve, "read", { kind: "namespace" }, bob)).toBe(403);
      const [bobs, eves] = each(await bob.ask("GET", `${api}/grants`), "id");
      expect((await bob.ask("DELETE", `/repositories/${org}/web/-/grants/${text(eves)}`)).status).toBe(403);
      expect((await ada.ask("DELETE", `/repositories/${org}/web/-/grants/${text(eves)}`)).status).toBe(404);
      expect((await bob.ask("DELETE", `${api}/grants/${text(eves)}`)).status).toBe(204);
      expect(await eve.pull(`${org}/api`)).not.toBe(200);
      expect((await eve.ask("DELETE", `${api}/grants/${text(bobs)}`)).status).toBe(403);
    });

    test("an account's invitation is answered by that account alone, once", async () => {
      const org = await newOrganisation(ada);
      const path = `/namespaces/${org}/invitations`;
      await ada.ask("POST", `/namespaces/${org}/teams`, { name: "qa" });
      expect((await ada.ask("POST", path, { to: { account: "none" } })).status).toBe(404);
      expect((await ada.ask("POST", path, { to: { account: "ada" } })).status).toBe(409);
      expect((await bob.ask("POST", path, { to: { account: "bob" } })).status).toBe(403);
      const made = await ada.ask("POST", path, { to: { account: "bob" }, team: "qa" });
      expect([made.status, made.json["code"]]).toEqual([201, null]);
      // Of the answer just above.
      const { id } = made.json["invitation"] as { id: string };
      expect(each(await bob.ask("GET", "/invitations"), "id")).toEqual([id]);
      expect(each(await eve.ask("GET", "/invitations"), "id")).toEqual([]);
      for (const verb of ["accept", "decline"]) {
        expect((await eve.ask("POST", `/invitations/${id}/${verb}`)).status).toBe(404);
        expect((await hub.admin.ask("POST", `/invitations/${id}/${verb}`)).status).toBe(404);
        expect((await hub.anonymous.ask("POST", `/invitations/${id}/${verb}`)).status).toBe(401);
      }
      const answers = await Promise.all([1, 2, 3].map(() => bob.ask("POST", `/invitations/${id}/accept`)));
      expect(statuses(answers)).toEqual([200, 404, 404]);
      expect(each(await bob.ask("GET", `/namespaces/${org}/teams/qa/members`), "account")).toEqual(["bob"]);
      const next = await ada.ask("POST", path, { to: { account: "eve" }, role: "owner" });
      const { id: second } = next.json["invitation"] as { id: string };
      expect((await eve.ask("POST", `/invitations/${second}/decline`)).status).toBe(204);
      expect((await eve.ask("POST", `/invitations/${second}/accept`)).status).toBe(404);
      const third = await ada.ask("POST", path, { to: { account: "eve" } });
      const { id: revoked } = third.json["invitation"] as { id: string };
      expect((await ada.ask("DELETE", `${path}/${revoked}`)).status).toBe(204);
      expect((await eve.ask("POST", `/invitations/${revoked}/accept`)).status).toBe(404);
    });

    test("an invitation by e-mail is its code's: kept as a hash, for whoever has it, once, until it expires", async () => {
      const org = await newOrganisation(ada);
      const path = `/namespaces/${org}/invitations`;
      for (const email of ["x", "a@b\r\nBcc: c@d", "a@b@c", "@"]) {
        expect([email, (await ada.ask("POST", path, { to: { email } })).status]).toEqual([email, 400]);
      }
      const made = await ada.ask("POST", path, { to: { email: "eve@example.com" }, role: "owner" });
      const code = text(made.json["code"]);
      expect(made.status).toBe(201);
      const rows = await hub.registry.rows("select * from invitations");
      expect(JSON.stringify(rows)).not.toContain(code);
      const events = await hub.registry.rows("select * from audit_events");
      expect(JSON.stringify(events)).not.toContain(code);
      const shown = await hub.anonymous.ask("POST", "/invitation-codes/show", { code });
      expect([shown.status, shown.json["namespace"]]).toEqual([200, org]);
      for (const wrong of [`${code}x`, code.slice(0, -1), "", "berth_invite_", code.toUpperCase()]) {
        expect((await eve.ask("POST", "/invitation-codes/accept", { code: wrong })).status).toBeGreaterThanOrEqual(400);
      }
      expect((await hub.anonymous.ask("POST", "/invitation-codes/accept", { code })).status).toBe(401);
      const scopes = [{ actions: ["pull", "push"], pattern: "*" }];
      const token = { account: "eve", name: "ci", scopes, expiresAt: null };
      // The answer of this command.
      const limited = JSON.parse((await hub.registry.operate("POST", "/token/create", token)).text) as { text: string };
      const machine = hub.caller("eve", limited.text);
      expect((await machine.ask("POST", "/invitation-codes/accept", { code })).status).toBe(403);
      const answers = await Promise.all(
        [eve, bob, eve].map((it) => it.ask("POST", "/invitation-codes/accept", { code })),
      );
      expect(statuses(answers)).toEqual([200, 404, 404]);
      expect(each(await ada.ask("GET", `/namespaces/${org}/members`), "role")).toEqual(["owner", "owner"]);
    });

    test("an invitation to a deleted organisation leads nowhere", async () => {
      const org = await newOrganisation(ada);
      const made = await ada.ask("POST", `/namespaces/${org}/invitations`, { to: { email: "eve@example.com" } });
      await ada.ask("DELETE", `/namespaces/${org}`);
      const accepted = await eve.ask("POST", "/invitation-codes/accept", { code: made.json["code"] });
      expect(accepted.status).toBe(404);
    });
  });
}
