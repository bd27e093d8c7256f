// Organisations that become a person's own namespace, because the name is a person's: with everything in them, and never when
// somebody would lose something.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { newOrganisation, openHub, PASSWORD, type Caller, type Hub } from "./hub.ts";

setDefaultTimeout(60_000);

const createDatabase = sharePostgres();

for (const database of DATABASES) {
  describeUnless(`handing over on ${database}`, lackingDatabase(database), () => {
    let hub: Hub;
    let eve: Caller;
    let count = 0;
    beforeAll(async () => {
      hub = await openHub(database, createDatabase);
      eve = await hub.person("eve");
    });
    afterAll(async () => await hub?.close());

    const give = async (org: string, account: string, by = hub.admin) =>
      await by.ask("POST", `/namespaces/${org}/hand-over`, { account });
    const fresh = async () => await hub.person(`p${(count += 1)}${database}`);

    test("is for administrators, of organisations that are there, to people who are there", async () => {
      const org = await newOrganisation(hub.admin);
      const owned = await newOrganisation(eve);
      expect((await give(org, "eve", eve)).status).toBe(403);
      expect((await give(owned, "eve", eve)).status).toBe(403);
      expect((await give(org, "eve", hub.anonymous)).status).toBe(401);
      expect((await give("none-such", "eve")).status).toBe(404);
      expect((await give(org, "nobody-there")).status).toBe(404);
      expect((await give(org, "eve@example.com")).status).toBe(404);
      const more = { account: "eve", systemRole: "administrator" };
      expect((await hub.admin.ask("POST", `/namespaces/${org}/hand-over`, more)).status).toBe(400);
      expect((await eve.ask("GET", "/session")).json).toMatchObject({ account: { name: "eve", systemRole: "none" } });
    });

    test("is refused where somebody or something would be lost, and changes nothing then", async () => {
      const org = await newOrganisation(hub.admin);
      const refused = async (person: string, reason: string) => {
        const { status, text } = await give(org, person);
        expect([status, text]).toEqual([409, expect.stringContaining(reason)]);
      };
      const bob = await fresh();
      await hub.admin.ask("PUT", `/namespaces/${org}/members/eve`, { role: "owner" });
      await refused(bob.name, "the member eve");
      await hub.admin.ask("DELETE", `/namespaces/${org}/members/eve`);
      await hub.admin.ask("POST", `/namespaces/${org}/teams`, { name: "qa" });
      await refused(bob.name, "the team qa");
      await hub.admin.ask("DELETE", `/namespaces/${org}/teams/qa`);
      await hub.admin.ask("POST", `/namespaces/${org}/robots`, { name: "ci" });
      await refused(bob.name, "the robot");
      expect((await hub.admin.ask("DELETE", `/namespaces/${org}/robots/${org}.ci`)).status).toBe(204);
      const rich = await fresh();
      expect(await rich.push(`${rich.name}/app`)).toBe(201);
      await refused(rich.name, `${rich.name}/app`);
      await hub.admin.ask("POST", "/namespaces", { name: "library" });
      expect((await give("library", bob.name)).status).toBe(409);
      expect((await give(rich.name, bob.name)).status).toBe(409);
      expect((await hub.admin.ask("GET", `/namespaces/${org}`)).json).toMatchObject({ kind: "organisation" });
      expect((await bob.ask("GET", "/session")).json).toMatchObject({ account: { name: bob.name } });
      expect(await rich.pull(`${rich.name}/app`)).toBe(200);
    });

    test("gives everything in it and its name, and the name before leads there", async () => {
      const org = await newOrganisation(hub.admin);
      expect(await hub.admin.push(`${org}/app`)).toBe(201);
      const bob = await fresh();
      // What is concluded from it has to be forgotten afterwards.
      expect(await bob.pull(`${org}/app`)).not.toBe(200);
      const { status, json } = await give(org, bob.name);
      expect([status, json["kind"], json["name"]]).toEqual([200, "user", org]);
      const now = hub.caller(org, PASSWORD);
      expect((await now.ask("GET", "/session")).json).toMatchObject({ account: { name: org } });
      expect(await now.pull(`${org}/app`)).toBe(200);
      expect(await now.push(`${org}/more`)).toBe(201);
      expect(await eve.pull(`${org}/app`)).not.toBe(200);
      expect((await now.ask("GET", `/namespaces/${bob.name}`)).json).toMatchObject({ name: org });
      expect((await hub.admin.ask("PUT", `/accounts/${bob.name}`, {})).status).toBe(409);
      expect((await give(org, "eve")).status).toBe(409);
      const audited = await hub.admin.ask("GET", "/audit?action=namespace.hand-over");
      expect(audited.text).toContain(bob.name);
    });

    test("two at once of one organisation: one has it", async () => {
      const org = await newOrganisation(hub.admin);
      const [one, two] = [await fresh(), await fresh()];
      const answers = await Promise.all([give(org, one.name), give(org, two.name)]);
      expect(answers.map((it) => it.status).sort((a, b) => a - b)).toEqual([200, 409]);
      expect((await hub.caller(org, PASSWORD).ask("GET", "/session")).status).toBe(200);
    });

    test("an account that would be called as an organisation is refused with what to do", async () => {
      const org = await newOrganisation(hub.admin);
      const made = await hub.admin.ask("PUT", `/accounts/${org}`, {});
      expect([made.status, made.text]).toEqual([409, expect.stringContaining("berth org hand-over")]);
    });
  });
}
