// Groups of a source become memberships of teams, on both databases, also when two logins come at once.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { NO_LIMITS } from "../../../src/access/limit-check.ts";
import { OPERATOR } from "../../../src/access/principal.ts";
import { Members } from "../../../src/accounts/members.ts";
import { Teams } from "../../../src/accounts/teams.ts";
import { Identities } from "../../../src/auth/identities.ts";
import type { Identity } from "../../../src/auth/source.ts";
import { type AccessRegistry, makeAcme, openAccessRegistry } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const createPostgres = sharePostgres();

const UNLINKING = { sessionId: 0, origin: null };

function identity(login: string, groups: readonly string[], source = "ldap:corp"): Identity {
  return { source, subject: `id-${login}`, login, displayName: null, email: null, isEmailVerified: false, groups };
}

for (const kind of DATABASES) {
  describeUnless(`groups on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let qa = 0;
    let dev = 0;

    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createPostgres() } : {});
      await makeAcme(registry);
      await registry.addOrganisation("other", "zoe");
      await registry.addTeam("other", "all");
      qa = await registry.find("select id from teams where name = 'qa'");
      dev = await registry.find("select id from teams where name = 'dev'");
    });
    afterAll(() => registry.close());

    const logIn = (login: string, groups: readonly string[], source?: string) =>
      registry.app.auth.logins.accountOf(identity(login, groups, source));
    const set = (team: number, groups: readonly { source: string; group: string }[]) =>
      registry.database.write((trx) => registry.app.auth.groupSync.set(trx, team, groups));
    const teamsOf = async (accountId: number) =>
      [...((await registry.app.auth.access.rights(accountId))?.grants.values() ?? [])].flat().map((it) => it.via ?? "");
    const count = (table: string, accountId: number) =>
      registry.find(`select count(*) from ${table} where account_id = ${accountId}`);

    test("what is no group is refused: a source that there cannot be, names that are empty, long or hold NUL", async () => {
      for (const group of [
        { source: "", group: "a" },
        { source: "htpasswd", group: "a" },
        { source: "ldap:Corp'; --", group: "a" },
        { source: "ldap:corp", group: "" },
        { source: "ldap:corp", group: "  " },
        { source: "ldap:corp", group: "a\0" },
        { source: "ldap:corp", group: "x".repeat(256) },
      ]) {
        await expect(set(qa, [group])).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      }
      const many = Array.from({ length: 101 }, (_, index) => ({ source: "ldap:corp", group: `g${index}` }));
      await expect(set(qa, many)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      await expect(set(999_999, [])).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    test("a login puts into teams and takes out of them, whatever the case of the names", async () => {
      await set(qa, [{ source: "ldap:corp", group: "CN=QA,DC=Example" }]);
      await set(dev, [{ source: "ldap:corp", group: "Ünits" }]);
      const { id } = await logIn("gus", ["cn=qa,dc=example", "ÜNITS", "'; drop table teams; --", "\0"]);
      expect(new Set(await teamsOf(id))).toEqual(new Set(["team dev", "team qa"]));
      expect(await count("members", id)).toBe(1);
      await logIn("gus", ["cn=QA,dc=example"]);
      expect(await teamsOf(id)).toEqual(["team qa"]);
      expect(await count("members", id)).toBe(1);
      await logIn("gus", []);
      expect(await teamsOf(id)).toEqual([]);
      expect(await count("members", id)).toBe(0);
    });

    test("a source of another name with the same group gives nothing", async () => {
      const { id } = await logIn("ivy", ["cn=qa,dc=example"], "ldap:corp2");
      expect(await teamsOf(id)).toEqual([]);
      expect(await count("team_members", id)).toBe(0);
    });

    test("what a person gave stays, and an owner stays one", async () => {
      const { id } = await logIn("joe", ["cn=qa,dc=example"]);
      await registry.change(
        `insert into team_members (team_id, account_id, source, created_at) values (${dev}, ${id}, '', 1)`,
      );
      await logIn("joe", []);
      expect(await teamsOf(id)).toEqual(["team dev"]);
      expect(await count("members", id)).toBe(1);
      await logIn("joe", ["cn=qa,dc=example"]);
      await registry.change(
        `delete from team_members where account_id = ${id} and source = ''`,
        `update members set role = 'owner' where account_id = ${id}`,
      );
      await logIn("joe", []);
      expect(await count("members", id)).toBe(1);
    });

    test("a membership says whose word it is, and a source takes back its own alone", async () => {
      const { auth } = registry.app;
      const members = new Members({ ...auth, database: registry.database, limits: NO_LIMITS });
      const teams = new Teams({ ...auth, database: registry.database, members });
      const acme = await registry.find("select id from namespaces where name = 'acme'");
      const by = OPERATOR;
      const sourceOf = async (accountId: number) =>
        (await members.list(acme, 0, 100)).find((it) => it.accountId === accountId)?.source;
      const { id } = await logIn("lou", []);
      await members.put(acme, "lou", "member", by);
      await logIn("lou", ["cn=qa,dc=example"]);
      expect(await sourceOf(id)).toBe("");
      await logIn("lou", []);
      expect(await sourceOf(id)).toBe("");

      const { id: max } = await logIn("max", ["cn=qa,dc=example"]);
      expect(await sourceOf(max)).toBe("ldap:corp");
      await expect(members.remove(acme, "max", by)).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringContaining("ldap:corp put max into the team qa"),
      });
      await registry.database.write((trx) =>
        registry.app.auth.groupSync.sync(trx, { accountId: max, source: "ldap:other", groups: [] }),
      );
      expect(await sourceOf(max)).toBe("ldap:corp");

      // Another source's team, then a person's, keeps them in; the membership is that one's.
      await set(qa, [
        { source: "ldap:corp", group: "CN=QA,DC=Example" },
        { source: "oidc:main", group: "qa" },
      ]);
      const sync = (source: string, groups: string[]) =>
        registry.database.write((trx) => registry.app.auth.groupSync.sync(trx, { accountId: max, source, groups }));
      await sync("oidc:main", ["qa"]);
      await sync("ldap:corp", []);
      expect(await sourceOf(max)).toBe("oidc:main");
      await teams.addMember(acme, "dev", "max", by);
      await sync("oidc:main", []);
      expect(await sourceOf(max)).toBe("");

      // What a person confirms is theirs; whose team was deleted leaves with the next login.
      await sync("oidc:main", ["qa"]);
      const { id: ned } = await logIn("ned", ["cn=qa,dc=example"]);
      await members.put(acme, "ned", "owner", by);
      await members.put(acme, "ned", "member", by);
      await logIn("ned", []);
      expect(await sourceOf(ned)).toBe("");
      await teams.create(acme, "brief", "", by);
      const brief = await registry.find("select id from teams where name = 'brief'");
      await set(brief, [{ source: "ldap:corp", group: "brief" }]);
      const { id: oli } = await logIn("oli", ["brief"]);
      await teams.delete(acme, "brief", by);
      expect(await sourceOf(oli)).toBe("ldap:corp");
      await logIn("oli", ["brief"]);
      expect(await sourceOf(oli)).toBeUndefined();
      await set(qa, [{ source: "ldap:corp", group: "CN=QA,DC=Example" }]);
    });

    test("a group that no longer stands for the team takes its people out at once, and out of the organisation", async () => {
      const { id } = await logIn("kim", ["ünits"]);
      expect(await teamsOf(id)).toEqual(["team dev"]);
      await set(dev, []);
      expect(await teamsOf(id)).toEqual([]);
      expect(await count("members", id)).toBe(0);
      expect(await registry.app.auth.groupSync.list(registry.database, dev)).toEqual([]);
    });

    test("twenty logins of one person at once, with and without the group, end in one of the two states", async () => {
      const { id } = await logIn("lea", []);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => logIn("lea", index % 2 === 0 ? ["cn=qa,dc=example"] : [])),
      );
      expect(await count("members", id)).toBe(await count("team_members", id));
      await logIn("lea", ["cn=qa,dc=example"]);
      expect([await count("members", id), await count("team_members", id)]).toEqual([1, 1]);
    });

    test("a name that is taken gives the next free one, and a verified address of somebody else is not taken over", async () => {
      const { logins, accounts, identities } = registry.app.auth;
      const ann = await accounts.findByLogin("ann");
      await registry.change(
        `update accounts set email = 'ann@example.com', email_verified_at = 1 where id = ${ann?.id}`,
      );
      const email = "Ann@Example.com";
      const made = await logins.accountOf({ ...identity("Ann", []), email, isEmailVerified: true });
      expect(made).toMatchObject({ name: "ann-2", email: null, isEmailVerified: false });
      expect((await logins.accountOf(identity("renamed", []))).name).not.toBe("ann-2");
      expect((await logins.accountOf({ ...identity("x", []), subject: "id-Ann" })).id).toBe(made.id);
      expect(await identities.list(made.id)).toMatchObject([{ source: "ldap:corp", login: "x" }]);
    });

    test("one account is many identities; another account's is refused; the last way to log in stays", async () => {
      const { identities, logins } = registry.app.auth;
      const bob = await registry.find("select id from accounts where name = 'bob'");
      await identities.link(bob, identity("robert", []), null);
      await identities.link(bob, identity("robert", [], "oidc:main"), null);
      await identities.link(bob, identity("robert", [], "oidc:main"), null);
      expect((await identities.list(bob)).map((it) => it.source).sort()).toEqual(["ldap:corp", "oidc:main"]);
      expect((await logins.accountOf(identity("robert", []))).id).toBe(bob);
      const carl = await registry.find("select id from accounts where name = 'carl'");
      await expect(identities.link(carl, identity("robert", []), null)).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(identities.unlink(carl, "ldap:corp", UNLINKING)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await identities.unlink(bob, "ldap:corp", UNLINKING);
      expect((await logins.accountOf(identity("robert", []))).id).not.toBe(bob);
      const only = await logins.accountOf(identity("nora", []));
      await expect(identities.unlink(only.id, "ldap:corp", UNLINKING)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await identities.list(only.id)).toHaveLength(1);
    });

    test("of two that are unlinked at once, one stays", async () => {
      const { auth } = registry.app;
      const sourceNames = new Set(["ldap:corp", "oidc:main"]);
      const identities = new Identities({ ...auth, database: registry.database, sources: [], sourceNames });
      const { id } = await auth.logins.accountOf(identity("pia", []));
      await identities.link(id, identity("pia", [], "oidc:main"), null);
      const results = await Promise.allSettled(
        ["ldap:corp", "oidc:main"].map((source) => identities.unlink(id, source, UNLINKING)),
      );
      expect(results.filter((it) => it.status === "fulfilled")).toHaveLength(1);
      expect(await identities.list(id)).toHaveLength(1);
    });

    test("of many first logins at once one account comes into being", async () => {
      const { logins } = registry.app.auth;
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, () => logins.accountOf(identity("quin", []))),
      );
      const made = results.flatMap((it) => (it.status === "fulfilled" ? [it.value.id] : []));
      expect(new Set(made).size).toBe(1);
      expect(await registry.find("select count(*) from accounts where name like 'quin%'")).toBe(1);
      for (const it of results) if (it.status === "rejected") expect(it.reason).toMatchObject({ code: "CONFLICT" });
    });
  });
}
