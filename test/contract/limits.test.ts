// Plans on both databases: windows of pulls under a clock of the test's own, several processes on one database, restarts,
// counts under races, bytes reserved and counted anew.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Access } from "../../src/access/access.ts";
import { ANONYMOUS, type Principal } from "../../src/access/principal.ts";
import type { Database, Transaction } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../src/database/drivers/sqlite.ts";
import { PlanFinder } from "../../src/limits/plan-finder.ts";
import { Plans } from "../../src/limits/plans.ts";
import { type Allowance, PullCounter } from "../../src/limits/pull-counter.ts";
import { Quotas } from "../../src/limits/quotas.ts";
import { Recount } from "../../src/limits/recount.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { openAccessRegistry } from "../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "./databases.ts";
import { expectStatus, newContent, pushBlob, pushImage } from "./registry/content.ts";
import { openRegistry, type Registry } from "./registry/registry.ts";
import { describeUnless } from "./support.ts";

const createDatabase = sharePostgres();
const log = createLog({ level: "error", format: "text", fd: 2 });
const HOUR = 3_600_000;
const SIX: Allowance = { limit: 5, windowMs: 6 * HOUR };

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let directory: string;
    let url: string;
    const opened: Database[] = [];
    const openIt = async (): Promise<Database> => {
      const database =
        dialect === "postgres"
          ? await openPostgres({ url, poolSize: 4, onIdleError: () => undefined })
          : await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => undefined });
      opened.push(database);
      return database;
    };
    const closeAll = async () => {
      for (const database of opened.splice(0)) await database.close();
    };
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "berth-limits-"));
      if (dialect === "postgres") url = await createDatabase();
    });
    afterEach(async () => {
      await closeAll();
      await rm(directory, { recursive: true, force: true });
    });

    describe("pulls", () => {
      const clock = { at: 1_000_000 };
      const now = () => clock.at;
      const take = async (counter: PullCounter, source = "192.0.2.1", allowance = SIX) =>
        await counter.take(source, allowance, 1);

      test("exactly as many as the limit, then none until the window is over", async () => {
        const counter = new PullCounter({ database: await openIt(), log, now });
        const left = [];
        for (let pull = 0; pull < 5; pull++) left.push((await take(counter)).remaining);
        expect(left).toEqual([4, 3, 2, 1, 0]);
        expect(await take(counter)).toEqual({ isRefused: true, remaining: 0, endsInMs: 6 * HOUR });
        expect(await counter.take("192.0.2.1", SIX, 0)).toMatchObject({ isRefused: false, remaining: 0 });
        expect(await take(counter, "192.0.2.2")).toMatchObject({ isRefused: false, remaining: 4 });
        clock.at += 6 * HOUR - 1;
        expect(await take(counter)).toMatchObject({ isRefused: true, endsInMs: 1 });
        clock.at += 1;
        expect(await take(counter)).toEqual({ isRefused: false, remaining: 4, endsInMs: 6 * HOUR });
      });

      test("of many at once exactly the limit gets through, and after the first time nothing is waited for", async () => {
        const counter = new PullCounter({ database: await openIt(), log, now });
        const taken = await Promise.all(Array.from({ length: 50 }, () => take(counter, "2001:db8::/64")));
        expect(taken.filter((it) => !it.isRefused)).toHaveLength(5);
        expect(counter.take("2001:db8::/64", SIX, 1)).not.toBeInstanceOf(Promise);
      });

      test("what was added to the rows survives a restart", async () => {
        const before = new PullCounter({ database: await openIt(), log, now });
        for (let pull = 0; pull < 3; pull++) await take(before);
        await before.close();
        await closeAll();
        const after = new PullCounter({ database: await openIt(), log, now });
        expect((await take(after)).remaining).toBe(1);
      });

      test("a window that is over in the rows begins anew, and its row goes at last", async () => {
        const database = await openIt();
        const counter = new PullCounter({ database, log, now });
        for (let pull = 0; pull < 5; pull++) await take(counter);
        await counter.settle();
        clock.at += 6 * HOUR;
        expect((await take(counter)).remaining).toBe(4);
        await counter.settle();
        expect((await take(new PullCounter({ database, log, now }))).remaining).toBe(3);
        clock.at += 6 * HOUR;
        await counter.sweep();
        const { rows } = await database.execute<{ source: string }>(
          CompiledQuery.raw("select source from pull_windows"),
        );
        expect(rows).toEqual([]);
      });

      test("a plan with a shorter window leaves nobody shut out until the end of the long one", async () => {
        const counter = new PullCounter({ database: await openIt(), log, now });
        for (let pull = 0; pull < 5; pull++) await take(counter);
        await counter.settle();
        const minute: Allowance = { limit: 2, windowMs: 60_000 };
        await take(counter, "192.0.2.1", minute);
        await counter.settle();
        expect((await take(counter, "192.0.2.1", minute)).isRefused).toBe(true);
        clock.at += 60_000;
        expect((await take(counter, "192.0.2.1", minute)).isRefused).toBe(false);
      });

      test("rows that cannot be written are written later, and nothing is lost", async () => {
        const database = await openIt();
        let isBroken = true;
        const flaky: Database = Object.create(database, {
          write: {
            value: (work: (trx: Transaction) => Promise<unknown>) =>
              isBroken ? Promise.reject(new Error("no answer")) : database.write(work),
          },
          isShared: { value: database.isShared },
          dialect: { value: database.dialect },
          execute: { value: (query: CompiledQuery) => database.execute(query) },
        }) as Database;
        const counter = new PullCounter({ database: flaky, log, now });
        for (let pull = 0; pull < 2; pull++) await take(counter, "later");
        expect(await counter.settle().catch(String)).toContain("no answer");
        await take(counter, "later");
        isBroken = false;
        await counter.settle();
        expect((await take(new PullCounter({ database, log, now }), "later")).remaining).toBe(1);
      });

      test("two processes count together: what one serves, the other knows about a second later", async () => {
        if (dialect !== "postgres") return;
        const one = new PullCounter({ database: await openIt(), log, now });
        const two = new PullCounter({ database: await openIt(), log, now });
        for (let pull = 0; pull < 2; pull++) await take(one);
        for (let pull = 0; pull < 2; pull++) await take(two);
        await Promise.all([one.settle(), two.settle()]);
        clock.at += 2_000;
        expect((await take(one)).remaining).toBe(0);
        await one.settle();
        clock.at += 2_000;
        expect((await take(two)).isRefused).toBe(true);
        expect((await take(one)).isRefused).toBe(true);
        // Both windows end with that of the first.
        clock.at += 6 * HOUR;
        expect((await take(two)).isRefused).toBe(false);
      });

      test("at worst each process gives its limit within the second", async () => {
        if (dialect !== "postgres") return;
        const counters = [];
        for (let node = 0; node < 3; node++) counters.push(new PullCounter({ database: await openIt(), log, now }));
        const taken = await Promise.all(counters.flatMap((it) => Array.from({ length: 20 }, () => take(it, "burst"))));
        expect(taken.filter((it) => !it.isRefused).length).toBeLessThanOrEqual(15);
        await Promise.all(counters.map((it) => it.settle()));
        clock.at += 2_000;
        for (const counter of counters) expect((await take(counter, "burst")).isRefused).toBe(true);
      });
    });

    describe("whose plan counts for pulls", () => {
      const plans = new Plans({
        anonymousPlan: "anonymous",
        defaultPlan: "free",
        plans: { big: { pulls: 1_000 }, small: { pulls: 10 } },
      });
      const people: Record<number, { plan: string; source: string }> = {
        // Their own, else the default; an organisation's where it lets more be pulled and was given one.
        1: { plan: "free", source: "account:1" },
        2: { plan: "small", source: "account:2" },
        3: { plan: "big", source: "account:3" },
        4: { plan: "free", source: "account:4" },
        // Robots: all those of an organisation together.
        5: { plan: "big", source: "namespace:10" },
        6: { plan: "small", source: "namespace:10" },
        7: { plan: "free", source: "namespace:12" },
      };
      const rows = [
        `insert into namespaces (id, name, created_at, plan, deleted_at) ID values (10, 'rich', 1, 'big', null), (11, 'poor', 1, 'small', null), (12, 'plain', 1, null, null), (13, 'gone', 1, 'business', 1)`,
        `insert into accounts (id, kind, name, created_at, plan, namespace_id) ID values (1, 'person', 'ada', 1, null, null), (2, 'person', 'bob', 1, 'small', null), (3, 'person', 'cid', 1, null, null), (4, 'person', 'dan', 1, null, null), (5, 'robot', 'rich+ci', 1, null, 10), (6, 'robot', 'rich+slow', 1, 'small', 10), (7, 'robot', 'plain+ci', 1, null, 12)`,
        `insert into members (namespace_id, account_id, role, created_at) values (12, 1, 'member', 1), (11, 2, 'owner', 1), (10, 3, 'member', 1), (11, 3, 'member', 1), (13, 4, 'member', 1)`,
      ];
      const callerOf = (accountId: number): Principal => ({
        ...ANONYMOUS,
        rights: {
          accountId,
          kind: "person",
          name: "x",
          systemRole: "none",
          everywhere: null,
          memberships: new Map(),
          grants: new Map(),
          confinedTo: null,
        },
      });

      test("each as the table says, and remembered until rights change", async () => {
        const database = await openIt();
        const overriding = dialect === "postgres" ? "overriding system value" : "";
        for (const text of rows) {
          await database.write((trx) => trx.execute(CompiledQuery.raw(text.replace(" ID ", ` ${overriding} `))));
        }
        const access = new Access({ database, sourceRoles: new Map() });
        const finder = new PlanFinder({ database, access, plans });
        for (const [id, expected] of Object.entries(people)) {
          const { plan, source } = await finder.ofCaller(callerOf(Number(id)), "192.0.2.1");
          expect([id, { plan: plan.name, source }]).toEqual([id, expected]);
        }
        expect(finder.ofCaller(ANONYMOUS, "2001:db8::9")).toMatchObject({
          plan: plans.anonymous,
          source: "2001:db8::/64",
        });
        expect(finder.ofCaller(callerOf(1), "192.0.2.1")).not.toBeInstanceOf(Promise);
        await database.write(async (trx) => {
          await trx.execute(CompiledQuery.raw("update accounts set plan = 'big' where id = 1"));
          access.changes(trx);
        });
        expect((await finder.ofCaller(callerOf(1), "192.0.2.1")).plan.name).toBe("big");
      });
    });

    describe("counts of a namespace", () => {
      const plans = new Plans({
        anonymousPlan: "anonymous",
        defaultPlan: "small",
        plans: { small: { privateRepositories: 2, members: 3, storageBytes: 1_000 } },
      });
      const quotas = new Quotas(plans);
      const raw = async (on: Database | Transaction, text: string) =>
        (await on.execute<Record<string, number>>(CompiledQuery.raw(text))).rows;
      const idOf = async (on: Database | Transaction, table: string, name: string) =>
        (await raw(on, `select id from ${table} where name = '${name}'`))[0]!["id"]!;
      const makeNamespace = async (database: Database, plan: string | null = null) => {
        const value = plan === null ? "null" : `'${plan}'`;
        await database.write((trx) =>
          raw(trx, `insert into namespaces (name, created_at, plan) values ('acme', 1, ${value})`),
        );
        return await idOf(database, "namespaces", "acme");
      };
      const addPrivate = (database: Database, id: number, name: string) =>
        database.write(async (trx) => {
          await quotas.privateRepository(trx, id);
          const values = `(${id}, 'acme/${name}', 1, 'private')`;
          await raw(trx, `insert into repositories (namespace_id, name, created_at, visibility) values ${values}`);
        });
      const addMember = (database: Database, id: number, name: string) =>
        database.write(async (trx) => {
          await raw(trx, `insert into accounts (kind, name, created_at) values ('person', '${name}', 1)`);
          const account = await idOf(trx, "accounts", name);
          await quotas.member(trx, id);
          const values = `(${id}, ${account}, 'member', 1)`;
          await raw(trx, `insert into members (namespace_id, account_id, role, created_at) values ${values}`);
        });

      test("private repositories: of many at once exactly as many as the plan has, and the refusal says the figures", async () => {
        const database = await openIt();
        const id = await makeNamespace(database);
        const made = await Promise.allSettled(["a", "b", "c", "d", "e"].map((name) => addPrivate(database, id, name)));
        expect(made.filter((it) => it.status === "fulfilled")).toHaveLength(2);
        const refused = made.filter((it) => it.status === "rejected").map((it) => String(it.reason));
        expect(refused).toHaveLength(3);
        for (const text of refused)
          expect(text).toContain("acme has 2 private repositories, and its plan small allows 2");
      });

      test("members: of many at once exactly as many as the plan has", async () => {
        const database = await openIt();
        const id = await makeNamespace(database);
        const names = ["ada", "bob", "cid", "dan", "eve", "fay"];
        const made = await Promise.allSettled(names.map((name) => addMember(database, id, name)));
        expect(made.filter((it) => it.status === "fulfilled")).toHaveLength(3);
        const [first] = made.filter((it) => it.status === "rejected").map((it) => String(it.reason));
        expect(first).toContain("acme has 3 members, and its plan small allows 3");
      });

      test("Team, as shipped: 100 members and not one more", async () => {
        const database = await openIt();
        const id = await makeNamespace(database, "team");
        const numbers = Array.from({ length: 100 }, (_, index) => index);
        await database.write(async (trx) => {
          for (const number of numbers) {
            await raw(trx, `insert into accounts (kind, name, created_at) values ('person', 'p${number}', 1)`);
          }
          const everyone = `select ${id}, id, 'member', 1 from accounts where name <> 'p99'`;
          await raw(trx, `insert into members (namespace_id, account_id, role, created_at) ${everyone}`);
        });
        await addMember(database, id, "hundredth");
        expect(await addMember(database, id, "next").catch(String)).toContain(
          "acme has 100 members, and its plan team allows 100",
        );
      });

      test("another plan counts at once; one that is not there any more is the default", async () => {
        const database = await openIt();
        const id = await makeNamespace(database, "gone");
        await addPrivate(database, id, "a");
        await addPrivate(database, id, "b");
        expect(await addPrivate(database, id, "c").catch(String)).toContain("allows 2");
        await database.write((trx) => raw(trx, `update namespaces set plan = 'business'`));
        await addPrivate(database, id, "c");
        await database.write((trx) => raw(trx, `update namespaces set plan = null`));
        expect(await addPrivate(database, id, "d").catch(String)).toContain("more than 2 private repositories");
      });

      test("what is in the recycle bin does not count", async () => {
        const database = await openIt();
        const id = await makeNamespace(database);
        for (const name of ["a", "b"]) await addPrivate(database, id, name);
        await database.write((trx) => raw(trx, `update repositories set deleted_at = 1 where name = 'acme/a'`));
        await addPrivate(database, id, "c");
      });

      test("a person's namespace has the plan of the person", async () => {
        const database = await openIt();
        await database.write(async (trx) => {
          await raw(trx, `insert into accounts (kind, name, created_at, plan) values ('person', 'ada', 1, 'pro')`);
          const values = `('ada', 1, 'user', ${await idOf(trx, "accounts", "ada")})`;
          await raw(trx, `insert into namespaces (name, created_at, kind, account_id) values ${values}`);
        });
        const id = await idOf(database, "namespaces", "ada");
        for (const name of ["a", "b", "c"]) await addPrivate(database, id, name);
      });

      test("two exact counts at once correct only once, and bytes that come meanwhile stay", async () => {
        const database = await openIt();
        const id = await makeNamespace(database);
        await database.write((trx) =>
          raw(trx, `insert into usage_counters (namespace_id, shard, bytes) values (${id}, 3, 700), (${id}, 0, 50)`),
        );
        const recounts = [1, 2, 3].map(() => new Recount({ database, log, everyMs: HOUR }));
        const corrected = await Promise.all(recounts.map((it) => it.run()));
        expect(corrected.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(1);
        const [sum] = await raw(database, "select sum(bytes) as bytes from usage_counters");
        expect(Number(sum!["bytes"])).toBe(0);
      });
    });

    test("whom a source's groups bring stays out while the plan is full, logs in all the same, and comes in later", async () => {
      const registry = await openAccessRegistry({
        environment: { BERTH_LIMITS_ENABLED: "true" },
        ...(dialect === "postgres" ? { postgresUrl: url } : {}),
      });
      try {
        const { auth } = registry.app;
        await registry.addPerson("ada");
        await registry.addOrganisation("acme", "ada");
        await registry.addTeam("acme", "qa");
        const qa = await registry.find("select id from teams where name = 'qa'");
        await registry.database.write((trx) => auth.groupSync.set(trx, qa, [{ source: "ldap:corp", group: "qa" }]));
        const logIn = async () => {
          const names = { login: "gus", displayName: null, email: null, isEmailVerified: false };
          const { id } = await auth.logins.accountOf({ source: "ldap:corp", subject: "gus", groups: ["qa"], ...names });
          return [
            await registry.find(`select count(*) from members where account_id = ${id}`),
            await registry.find(`select count(*) from team_members where account_id = ${id}`),
          ];
        };
        expect(await logIn()).toEqual([0, 0]);
        const change = CompiledQuery.raw("update namespaces set plan = 'team' where name = 'acme'");
        await registry.database.write((trx) => trx.execute(change));
        expect(await logIn()).toEqual([1, 1]);
        expect(await logIn()).toEqual([1, 1]);
      } finally {
        await registry.close();
      }
    });

    describe("stored bytes", () => {
      let registry: Registry;
      beforeAll(async () => {
        registry = await openRegistry(
          { database: dialect, storage: "memory", createDatabase },
          {
            BERTH_LIMITS_ENABLED: "true",
            BERTH_LIMITS_DEFAULT_PLAN: "small",
            BERTH_LIMITS_PLANS: "{small: {storageBytes: 100000}}",
            BERTH_LIMITS_RECOUNT_SECONDS: "100000",
          },
        );
      });
      afterAll(async () => {
        await registry?.close();
      });
      const stored = async () =>
        Number((await registry.rows("select coalesce(sum(bytes), 0) as bytes from usage_counters"))[0]!["bytes"]);

      test("a blob counts once for its namespace, however often and wherever there it is pushed or mounted", async () => {
        const before = await stored();
        const blob = newContent(20_000);
        await pushBlob(registry, "one/a", blob);
        await pushBlob(registry, "one/a", blob);
        await pushBlob(registry, "one/b", blob);
        const mount = await registry.ask("POST", `/v2/one/c/blobs/uploads/?mount=${blob.digest}&from=one/a`);
        expectStatus(mount, 201);
        expect(await stored()).toBe(before + 20_000);
        await pushBlob(registry, "two/a", blob);
        expect(await stored()).toBe(before + 40_000);
      });

      test("what is too much is refused with the figures, and leaves nothing behind", async () => {
        await pushBlob(registry, "full/a", newContent(60_000));
        const before = await stored();
        const blob = newContent(50_000);
        const answer = await registry.ask("POST", `/v2/full/a/blobs/uploads/?digest=${blob.digest}`, {
          body: blob.bytes,
        });
        expectStatus(answer, 403);
        expect(answer.text).toContain("DENIED");
        expect(answer.text).toContain("full stores 60000 of the 100000 that its plan small allows");
        expect(await stored()).toBe(before);
        expectStatus(await registry.ask("HEAD", `/v2/full/a/blobs/${blob.digest}`), 404);
        // What is there already, and what still fits, goes on.
        await pushBlob(registry, "full/b", newContent(40_000));
        const tooMuch = newContent(1);
        expectStatus(
          await registry.ask("POST", `/v2/full/c/blobs/uploads/?digest=${tooMuch.digest}`, { body: tooMuch.bytes }),
          403,
        );
      });

      test("pushes at once are over the limit by no more than what they add together", async () => {
        const blobs = Array.from({ length: 12 }, () => newContent(20_000));
        const answers = await Promise.all(
          blobs.map((it) => registry.ask("POST", `/v2/race/a/blobs/uploads/?digest=${it.digest}`, { body: it.bytes })),
        );
        const accepted = answers.filter(({ status }) => status === 201).length;
        expect(accepted).toBeGreaterThanOrEqual(5);
        if (dialect === "sqlite") expect(accepted).toBe(5);
      });

      test("an exact count knows what was unlinked, and what came unnoticed", async () => {
        const { digest } = await pushBlob(registry, "count/a", newContent(70_000));
        const counted = `select coalesce(sum(bytes), 0) as bytes from usage_counters where namespace_id = (select id from namespaces where name = 'count')`;
        const bytes = async () => Number((await registry.rows(counted))[0]!["bytes"]);
        expect(await bytes()).toBe(70_000);
        expectStatus(await registry.ask("DELETE", `/v2/count/a/blobs/${digest}`), 202);
        const again = newContent(70_000);
        const push = () =>
          registry.ask("POST", `/v2/count/a/blobs/uploads/?digest=${again.digest}`, { body: again.bytes });
        expectStatus(await push(), 403);
        // At the start everything is counted.
        await registry.restart();
        for (let tries = 0; (await bytes()) !== 0 && tries < 100; tries++) await Bun.sleep(50);
        expect(await bytes()).toBe(0);
        expectStatus(await push(), 201);
        expect(await bytes()).toBe(70_000);
      });

      test("manifests of images with known layers cost nothing", async () => {
        const before = await stored();
        await pushImage(registry, "images/a", "v1");
        const after = await stored();
        await pushImage(registry, "images/a", "v2");
        expect(after).toBeGreaterThan(before);
      });
    });
  });
}
