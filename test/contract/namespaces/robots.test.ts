// Robots: they may what they were granted, as long as their tokens and their namespace are there; and what one organisation's
// owner finds when they use the ids of another one's.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { each, newOrganisation, openHub, type Caller, type Hub, text } from "./hub.ts";

setDefaultTimeout(60_000);

const createDatabase = sharePostgres();

for (const database of DATABASES) {
  describeUnless(`robots on ${database}`, lackingDatabase(database), () => {
    let hub: Hub;
    let ada: Caller;
    let eve: Caller;
    beforeAll(async () => {
      hub = await openHub(database, createDatabase);
      [ada, eve] = [await hub.person("ada"), await hub.person("eve")];
    });
    afterAll(async () => await hub?.close());

    const newRobot = async (org: string, body: object, by = ada): Promise<string> => {
      const made = await by.ask("POST", `/namespaces/${org}/robots`, body);
      expect([made.status, made.text]).toEqual([201, made.text]);
      return text(made.json["name"]);
    };
    const newToken = async (org: string, robot: string, body: object = {}): Promise<{ id: string; token: string }> => {
      const made = await ada.ask("POST", `/namespaces/${org}/robots/${robot}/tokens`, { name: "ci", ...body });
      expect(made.status).toBe(201);
      // The answer of this endpoint.
      return made.json as { id: string; token: string };
    };

    test("names: what is no part of a login name is refused, and a taken one gets a number", async () => {
      const org = await newOrganisation(ada);
      for (const name of ["", "A", "a b", "a/b", "é", "a".repeat(41), ".", "a..b", "-", "a\u0000"]) {
        const made = await ada.ask("POST", `/namespaces/${org}/robots`, { name });
        expect([name, made.status]).toEqual([name, 400]);
      }
      expect(await newRobot(org, { name: "ci.main-1_a" })).toBe(`${org}.ci.main-1_a`);
      await hub.person(`${org}.ci`);
      const names = await Promise.all([1, 2].map(() => newRobot(org, { name: "ci" })));
      expect(names.sort()).toEqual([`${org}.ci-2`, `${org}.ci-3`]);
    });

    test("a robot may what it was granted, with its token alone, until that is taken", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      const robot = await newRobot(org, { name: "ci" });
      const { id, token } = await newToken(org, robot);
      const machine = hub.caller(robot, token);
      expect(await machine.pull(`${org}/api`)).toBe(403);
      const wanted = { subject: { kind: "robot", name: robot }, on: { kind: "namespace" }, role: "write" };
      expect((await ada.ask("POST", `/namespaces/${org}/grants`, wanted)).status).toBe(200);
      expect([await machine.pull(`${org}/api`), await machine.push(`${org}/new`)]).toEqual([200, 201]);
      expect((await machine.ask("POST", "/namespaces", { name: "of-a-robot" })).status).toBe(403);
      expect((await ada.ask("PUT", `/namespaces/${org}/members/${robot}`, { role: "owner" })).status).toBe(404);
      expect(await hub.caller(robot, "anything else").pull(`${org}/api`)).toBe(401);
      const limited = await newToken(org, robot, { scopes: [{ actions: ["pull"], pattern: `${org}/api` }] });
      const puller = hub.caller(robot, limited.token);
      expect([await puller.pull(`${org}/api`), await puller.push(`${org}/api`)]).toEqual([200, 403]);
      expect(await puller.pull(`${org}/new`)).toBe(403);
      const path = `/namespaces/${org}/robots/${robot}`;
      await ada.ask("PATCH", path, { isDisabled: true });
      expect(await machine.pull(`${org}/api`)).toBe(401);
      await ada.ask("PATCH", path, { isDisabled: false });
      expect(await machine.pull(`${org}/api`)).toBe(200);
      expect((await ada.ask("DELETE", `${path}/tokens/${id}`)).status).toBe(204);
      expect(await machine.pull(`${org}/api`)).toBe(401);
      expect((await ada.ask("DELETE", path)).status).toBe(204);
      expect(await puller.pull(`${org}/api`)).toBe(401);
      expect((await ada.ask("GET", path)).status).toBe(404);
      expect(each(await ada.ask("GET", `/namespaces/${org}/robots`), "name")).toEqual([]);
      expect(await newRobot(org, { name: "ci" })).toBe(`${robot}-2`);
    });

    test("tokens are told once, and rotate with and without grace", async () => {
      const org = await newOrganisation(ada, { defaultVisibility: "public" });
      await ada.push(`${org}/api`);
      const robot = await newRobot(org, { name: "ci" });
      const first = await newToken(org, robot);
      const path = `/namespaces/${org}/robots/${robot}/tokens`;
      expect((await ada.ask("GET", path)).text).not.toContain(first.token);
      expect(JSON.stringify(await hub.registry.rows("select * from tokens"))).not.toContain(first.token);
      const rotated = await ada.ask("POST", `${path}/${first.id}/rotate`, { graceSeconds: 600 });
      const second = rotated.json as { id: string; token: string };
      expect(await hub.caller(robot, first.token).pull(`${org}/api`)).toBe(200);
      expect(await hub.caller(robot, second.token).pull(`${org}/api`)).toBe(200);
      expect((await ada.ask("POST", `${path}/${second.id}/rotate`, {})).status).toBe(201);
      expect(await hub.caller(robot, second.token).pull(`${org}/api`)).toBe(401);
      expect((await ada.ask("POST", `${path}/${second.id}/rotate`, {})).status).toBe(404);
      const third = await newToken(org, robot);
      await ada.ask("POST", `${path}/${third.id}/rotate`, { graceSeconds: 1 });
      expect(await hub.caller(robot, third.token).pull(`${org}/api`)).toBe(200);
      await Bun.sleep(1_100);
      expect(await hub.caller(robot, third.token).pull(`${org}/api`)).toBe(401);
    });

    test("a robot that is confined to a repository reaches no other, whatever it was granted", async () => {
      const org = await newOrganisation(ada);
      await ada.push(`${org}/api`);
      await ada.push(`${org}/web`);
      const robot = await newRobot(org, { name: "api", repository: `${org}/api` });
      const subject = { kind: "robot", name: robot };
      await ada.ask("POST", `/namespaces/${org}/grants`, { subject, on: { kind: "namespace" }, role: "admin" });
      const machine = hub.caller(robot, (await newToken(org, robot)).token);
      expect([await machine.push(`${org}/api`), await machine.pull(`${org}/web`)]).toEqual([201, 403]);
      expect((await machine.catalog()).filter((it) => it.startsWith(org))).toEqual([`${org}/api`]);
      expect((await machine.ask("GET", `/namespaces/${org}/members`)).status).toBe(403);
    });

    test("a repository that is moved elsewhere leaves the robot behind that is confined to it, and tells nothing of itself", async () => {
      const [from, to] = [await newOrganisation(ada), await newOrganisation(ada)];
      await ada.push(`${from}/api`);
      const robot = await newRobot(from, { name: "api", repository: `${from}/api` });
      const subject = { kind: "robot", name: robot };
      for (const on of [{ kind: "namespace" }, { kind: "repository", name: `${from}/api` }]) {
        expect(
          (await ada.ask("POST", `/namespaces/${from}/grants`, { subject, on, role: "write" })).status,
        ).toBeLessThan(300);
      }
      const machine = hub.caller(robot, (await newToken(from, robot)).token);
      expect(await machine.push(`${from}/api`)).toBe(201);
      const renamed = { name: `${from}/api2` };
      expect((await ada.ask("POST", `/repositories/${from}/api/-/rename`, renamed)).status).toBe(200);
      expect([await machine.push(`${from}/api`), await machine.push(`${from}/api2`)]).toEqual([201, 201]);
      const moved = await ada.ask("POST", `/repositories/${from}/api2/-/move`, { name: `${to}/secret` });
      expect(moved.status).toBe(200);
      for (const name of [`${from}/api`, `${from}/api2`, `${to}/secret`]) {
        expect([name, await machine.pull(name), await machine.push(name)]).toEqual([name, 403, 403]);
      }
      const shown = await ada.ask("GET", `/namespaces/${from}/robots/${robot}`);
      expect([shown.json["repository"], shown.text.includes("secret")]).toEqual(["", false]);
      expect(each(await ada.ask("GET", `/namespaces/${to}/robots`), "name")).toEqual([]);
    });

    test("ids and names of another organisation's things lead nowhere, and change nothing there", async () => {
      const [mine, theirs] = [await newOrganisation(eve), await newOrganisation(ada)];
      await eve.push(`${mine}/api`);
      await ada.push(`${theirs}/api`);
      await ada.ask("POST", `/namespaces/${theirs}/teams`, { name: "qa" });
      const robot = await newRobot(theirs, { name: "ci" });
      const token = await newToken(theirs, robot);
      await eve.ask("POST", `/namespaces/${mine}/robots`, { name: "mine" });
      const toRobot = { subject: { kind: "robot", name: robot }, on: { kind: "namespace" }, role: "read" };
      const granted = await ada.ask("POST", `/namespaces/${theirs}/grants`, toRobot);
      const grantId = text(granted.json["id"]);
      const invited = await ada.ask("POST", `/namespaces/${theirs}/invitations`, { to: { email: "x@example.com" } });
      const { id: invitationId } = invited.json["invitation"] as { id: string };
      const repository = await hub.registry.rows(`select id from repositories where name = '${theirs}/api'`);
      const repositoryId = String(repository[0]?.["id"]);
      const state = async () =>
        JSON.stringify([
          await hub.registry.rows("select * from grants order by id"),
          await hub.registry.rows("select * from invitations order by id"),
          await hub.registry.rows("select * from teams order by id"),
          await hub.registry.rows("select id, description, disabled_at from accounts order by id"),
          await hub.registry.rows("select id, expires_at from tokens order by id"),
        ]);
      const before = await state();
      const robots = `/namespaces/${mine}/robots`;
      for (const [method, path, body] of [
        ["DELETE", `/namespaces/${mine}/grants/${grantId}`, undefined],
        ["DELETE", `/repositories/${mine}/api/-/grants/${grantId}`, undefined],
        ["DELETE", `/namespaces/${mine}/invitations/${invitationId}`, undefined],
        ["POST", `/invitations/${invitationId}/accept`, undefined],
        ["POST", `/invitations/${invitationId}/decline`, undefined],
        ["GET", `/namespaces/${mine}/teams/qa`, undefined],
        ["PATCH", `/namespaces/${mine}/teams/qa`, { description: "x" }],
        ["DELETE", `/namespaces/${mine}/teams/qa`, undefined],
        ["GET", `/namespaces/${mine}/teams/qa/members`, undefined],
        ["PUT", `/namespaces/${mine}/teams/qa/members/eve`, undefined],
        ["DELETE", `/namespaces/${mine}/teams/qa/members/ada`, undefined],
        ["GET", `/namespaces/${mine}/teams/qa/groups`, undefined],
        ["PUT", `/namespaces/${mine}/teams/qa/groups`, { groups: [] }],
        ["GET", `${robots}/${robot}`, undefined],
        ["PATCH", `${robots}/${robot}`, { isDisabled: true }],
        ["DELETE", `${robots}/${robot}`, undefined],
        ["GET", `${robots}/${robot}/tokens`, undefined],
        ["POST", `${robots}/${robot}/tokens`, { name: "x" }],
        ["POST", `${robots}/${robot}/tokens/${token.id}/rotate`, {}],
        ["POST", `${robots}/${mine}.mine/tokens/${token.id}/rotate`, {}],
        ["DELETE", `${robots}/${robot}/tokens/${token.id}`, undefined],
        ["DELETE", `${robots}/${mine}.mine/tokens/${token.id}`, undefined],
        ["DELETE", `/namespaces/${mine}/members/ada`, undefined],
        ["POST", robots, { name: "spy", repository: `${theirs}/api` }],
        ["POST", `/namespaces/${mine}/grants`, toRobot],
        ["POST", `/namespaces/${mine}/grants`, { ...toRobot, subject: { kind: "team", name: "qa" } }],
        [
          "POST",
          `/namespaces/${mine}/grants`,
          { subject: { kind: "account", name: "eve" }, on: { kind: "repository", id: repositoryId }, role: "admin" },
        ],
        ["POST", `/namespaces/${mine}/invitations`, { to: { email: "y@example.com" }, team: "qa" }],
      ] as const) {
        const answer = await eve.ask(method, path, body);
        expect([method, path, answer.status]).toEqual([method, path, 404]);
      }
      expect(await state()).toBe(before);
      expect(await eve.pull(`${theirs}/api`)).not.toBe(200);
    });
  });
}

test("the table of rights is for everyone to read", async () => {
  const hub = await openHub("sqlite", createDatabase);
  try {
    const { status, json } = await hub.anonymous.ask("GET", "/access/roles");
    expect([status, json["roles"]]).toEqual([200, ["read", "write", "maintain", "admin"]]);
  } finally {
    await hub.close();
  }
});
