// Accounts and rights in backups and snapshots: all of them come back, with their ids, from each database into each; what
// older archives do not have is as the migration says; and what is restored into a registry in use is content alone.

import { Database as Connection } from "bun:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OPEN_ANONYMOUS } from "../../src/access/principal.ts";
import { ARCHIVE_TABLES } from "../../src/lifecycle/archive-tables.ts";
import { assertRowsPresent } from "../../src/lifecycle/snapshots.ts";
import { parseRepositoryName } from "../../src/oci/reference.ts";
import { chosenDatabases, lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { openPlace, type Place } from "./backup-place.ts";
import { describeUnless } from "./support.ts";

let postgres: Postgres | null = null;
beforeAll(async () => {
  if (lackingPostgres() === null) postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
}, 60_000);

let directory: TemporaryDirectory;
let places: Place[];
beforeEach(async () => {
  directory = await makeTemporaryDirectory("backup-access");
  places = [];
});
afterEach(async () => {
  for (const place of places) await place.close();
  await directory.remove();
});

async function open(kind: "sqlite" | "postgres", name: string): Promise<Place> {
  await mkdir(directory.join(name), { recursive: true });
  const url = kind === "postgres" ? ((await postgres?.createDatabase()) ?? null) : null;
  const place = await openPlace(directory.join(name), url);
  places.push(place);
  return place;
}

const COUNTS = { plain: 300 };

/** At least one row in every table; more people than fit into one page; ids that are not in a row without gaps. */
async function fillAccess(place: Place): Promise<void> {
  await place.pushImage("acme/app", 1, "v1");
  const repository = "(select id from repositories where name = 'acme/app')";
  const namespace = "(select id from namespaces where name = 'acme')";
  const account = (name: string) => `(select id from accounts where name = '${name}')`;
  const team = `(select id from teams where name = 'qa')`;
  for (let index = 0; index < COUNTS.plain; index += 1) {
    await place.run(`insert into accounts (kind, name, created_at) values ('person', 'user-${index}', ${index})`);
  }
  await place.run(`delete from accounts where name in ('user-3', 'user-299')`);
  for (const text of [
    `insert into accounts (kind, name, display_name, email, email_verified_at, system_role, disabled_at, description, plan, created_at, last_login_at)
      values ('person', 'ada', 'Ada ü', 'ada@example.com', 5, 'administrator', 6, 'x', 'team', 7, 8)`,
    `insert into accounts (kind, name, namespace_id, repository_id, created_at) values ('robot', 'acme-ci', ${namespace}, ${repository}, 9)`,
    `insert into namespaces (name, created_at, kind, account_id) values ('ada', 1, 'user', ${account("ada")})`,
    `update namespaces set display_name = 'Acme', description = 'd', default_visibility = 'public', creates_on_push = 0, members_role = 'read', is_verified_publisher = 1, plan = 'team' where name = 'acme'`,
    `update repositories set visibility = 'public', description = 'd', readme = '# r', is_official = 1, star_count = 1, pull_count = 5, pushed_at = 6`,
    `insert into passwords values (${account("ada")}, '$argon2id$x', 3)`,
    `insert into identities values ('htpasswd', 'ada', ${account("ada")}, 'Ada', 1, 2)`,
    `insert into identities values ('ldap:main', 'uid=ada', ${account("ada")}, 'Ada', 1, 2)`,
    `insert into totps values (${account("ada")}, 'berth-seal-1.x', 1, 2, 3)`,
    `insert into passkeys (account_id, credential_id, public_key, counter, transports, name, created_at) values (${account("ada")}, 'c', 'k', 4, '[]', 'key', 1)`,
    `insert into backup_codes values (${account("ada")}, 'a', 1, null), (${account("ada")}, 'b', 1, 2)`,
    `insert into tokens (account_id, kind, name, hash, hint, scopes, created_at, expires_at, last_used_at, last_used_address)
      values (${account("ada")}, 'personal', 'ci', 'h1', 'berth_pat_a', '[]', 1, 2, 3, '::1'), (${account("acme-ci")}, 'robot', 'ci', 'h2', 'b', null, 1, null, null, null)`,
    `insert into tokens (account_id, kind, name, hash, hint, created_at, parent_id) select account_id, kind, 'made with ci', 'h4', 'd', 2, id from tokens where hash = 'h1'`,
    `insert into browser_sessions (hash, account_id, created_at, last_used_at, expires_at, address, agent, proven_at) values ('s', ${account("ada")}, 1, 1, 9, '', '', 1)`,
    `insert into mailed_codes values ('m', ${account("ada")}, 'reset', 'ada@example.com', 9)`,
    `insert into throttles values ('account:id:1', 1, 1, 1)`,
    `insert into signing_keys values ('key', 'berth-seal-1.y', '{}', 1)`,
    `insert into settings values ('claimed', '{}')`,
    `insert into stars values (${account("ada")}, ${repository}, 1)`,
    `insert into former_names values ('acme/old', null, ${repository}, 1), ('acme-old', ${namespace}, null, 1)`,
    `insert into members values (${namespace}, ${account("ada")}, 'owner', 1, ''), (${namespace}, ${account("user-1")}, 'member', 1, 'ldap:corp')`,
    `insert into teams (namespace_id, name, description, created_at) values (${namespace}, 'qa', 'd', 1)`,
    `insert into team_members values (${team}, ${account("user-1")}, '', 1), (${team}, ${account("user-1")}, 'ldap:main', 1)`,
    `insert into team_groups values (${team}, 'ldap:main', 'cn=qa')`,
    `insert into invitations (hash, namespace_id, team_id, account_id, email, role, invited_by, created_at, expires_at) values ('i', ${namespace}, ${team}, null, 'x@example.com', 'member', 'ada', 1, 2)`,
    `insert into grants (namespace_id, repository_id, pattern, account_id, team_id, role, created_at, created_by)
      values (${namespace}, ${repository}, null, ${account("user-1")}, null, 'write', 1, 'ada'), (${namespace}, null, 'acme/*', null, ${team}, 'read', 1, 'ada')`,
    `insert into trust_rules (account_id, name, issuer, audience, conditions, created_at) values (${account("acme-ci")}, 'r', 'https://ci', 'berth', '{}', 1)`,
    `insert into usage_counters values (${namespace}, 0, 5, 0), (${namespace}, 1, 6, 1)`,
    `insert into audit_events (at, actor_name, actor_kind, action, target_kind, target_name, outcome, occurrences) values (1, 'ada', 'person', 'a', 'repository', 'acme/app', 'allowed', 1)`,
    `insert into audit_pulls (hour, actor_key, repository_name, actor_name, actor_kind, pulls) values (1, 'k', 'acme/app', 'ada', 'person', 5)`,
    `insert into manifest_pulls select id, 7, 8 from manifests`,
    `insert into pull_counts values (${repository}, 'day', 0, 5), (${repository}, 'hour', 0, 5), (${repository}, 'hour', 3600000, 6)`,
    `insert into pull_windows values ('address:::1', 1, 2)`,
  ]) {
    await place.run(text);
  }
}

const EXPECTED = ARCHIVE_TABLES.map((it) => it.name);

const PAIRS = [
  ["sqlite", "postgres"],
  ["postgres", "sqlite"],
  ["sqlite", "sqlite"],
] as const;

for (const [from, into] of PAIRS) {
  const isChosen = chosenDatabases().includes("sqlite");
  const reason = from !== into ? lackingPostgres() : isChosen ? null : "cannot: DATABASES leaves it out";
  describeUnless(`from ${from} into ${into}`, reason, () => {
    test("every row of every table comes back, and ids go on behind them", async () => {
      const origin = await open(from, "origin");
      await fillAccess(origin);
      await origin.backup.run({ directory: directory.join("backup") });
      const place = await open(into, "restored");
      const report = await place.restore.run({ from: { directory: directory.join("backup") } });
      expect(await place.rows()).toEqual(await origin.rows());
      // One image has no history of more than one row, but every table has a row.
      expect(EXPECTED.filter((name) => !report.rows[name] && name !== "manifest_references")).toEqual([]);
      expect(report.rows).toMatchObject({ accounts: COUNTS.plain, tokens: 3, grants: 2, backup_codes: 2 });

      const last = await place.rows();
      await place.run("insert into accounts (kind, name, created_at) values ('person', 'new', 1)");
      await place.run(
        "insert into teams (namespace_id, name, created_at) select id, 'new', 1 from namespaces where name = 'acme'",
      );
      await place.run(
        "insert into tokens (account_id, kind, name, hash, hint, created_at) select id, 'personal', 'n', 'h3', '', 1 from accounts where name = 'new'",
      );
      await place.run(
        "insert into grants (namespace_id, account_id, role, created_at, created_by) select namespaces.id, accounts.id, 'read', 1, '' from namespaces, accounts where namespaces.name = 'acme' and accounts.name = 'new'",
      );
      const now = await place.rows();
      for (const name of ["accounts", "teams", "tokens", "grants"]) {
        expect(now[name]?.slice(0, -1)).toEqual(last[name] ?? []);
      }
    });

    test("a restore that was broken off goes on among accounts and grants, too", async () => {
      const origin = await open(from, "origin");
      await fillAccess(origin);
      await origin.backup.run({ directory: directory.join("backup") });
      const place = await open(into, "restored");
      const options = { from: { directory: directory.join("backup") } };
      for (const rows of [9, 200, 310, 318, 325, 335]) {
        const stop = new AbortController();
        const onProgress = ({ phase, done }: { phase: string; done: number }) => {
          if (phase === "rows" && done >= rows) stop.abort(new Error("enough"));
        };
        const outcome = await place.restore.run({ ...options, signal: stop.signal, onProgress }).catch(String);
        expect(outcome).toContain("enough");
        const start = await assertRowsPresent(place.database, place.storage).catch(String);
        expect(start).toContain("broken off");
      }
      await place.restore.run(options);
      expect(await place.rows()).toEqual(await origin.rows());
    });

    test("a snapshot holds accounts, also before there is any content", async () => {
      const origin = await open(from, "origin");
      expect(await origin.snapshots.take()).toBeNull();
      await origin.run("insert into accounts (kind, name, created_at) values ('person', 'ada', 1)");
      await assertRowsPresent(origin.database, origin.storage);
      expect(await origin.snapshots.take()).not.toBeNull();
      await assertRowsPresent(origin.database, origin.storage);
      await mkdir(directory.join("new"));
      renameSync(join(origin.directory, "snapshots"), directory.join("new", "snapshots"));
      const place = await open(into, "new");
      await expect(assertRowsPresent(place.database, place.storage)).rejects.toThrow("--snapshot latest");
      expect(await place.restore.run({ from: { snapshot: "latest" } })).toMatchObject({ rows: { accounts: 1 } });
      expect(await place.rows()).toEqual(await origin.rows());
    });

    test("nothing is restored over accounts that are there", async () => {
      const origin = await open(from, "origin");
      await fillAccess(origin);
      await origin.backup.run({ directory: directory.join("backup") });
      const place = await open(into, "used");
      await place.run("insert into accounts (kind, name, created_at) values ('person', 'mallory', 1)");
      const before = await place.rows();
      await expect(place.restore.run({ from: { directory: directory.join("backup") } })).rejects.toThrow(
        "has accounts already",
      );
      expect(await place.rows()).toEqual(before);
      await assertRowsPresent(place.database, place.storage);
    });

    test("a merge brings content, and changes nothing of who may do what", async () => {
      const origin = await open(from, "origin");
      await fillAccess(origin);
      await origin.backup.run({ directory: directory.join("backup") });
      const place = await open(into, "used");
      await place.run("insert into accounts (kind, name, created_at) values ('person', 'eve', 1)");
      const report = await place.merge.run({
        from: { directory: directory.join("backup") },
        principal: OPEN_ANONYMOUS,
      });
      expect(report).toMatchObject({ rows: { manifests: 1, tags: 1 }, damagedCount: 0, refusedCount: 0 });
      expect(await place.tagged("acme/app", "v1")).toStartWith("sha256:");
      const rows = await place.rows();
      const access = EXPECTED.slice(EXPECTED.indexOf("accounts"));
      expect(access.filter((name) => rows[name] !== undefined)).toEqual(["accounts"]);
      expect(rows["accounts"]).toHaveLength(1);
      expect(rows["namespaces"]).toMatchObject([{ name: "acme", kind: "organisation", account_id: null }]);
      expect(rows["repositories"]).toMatchObject([{ name: "acme/app", visibility: "private", is_official: 0 }]);
    });

    test("a merge leaves out what was in the recycle bin with its repository", async () => {
      const origin = await open(from, "origin");
      await origin.pushImage("acme/app", 1, "v1");
      await origin.pushImage("acme/gone", 2, "v1");
      await origin.run("update repositories set deleted_at = 5, deleted_by = 'ada' where name = 'acme/gone'");
      await origin.backup.run({ directory: directory.join("backup") });
      const place = await open(into, "used");
      await place.merge.run({ from: { directory: directory.join("backup") }, principal: OPEN_ANONYMOUS });
      expect((await place.rows())["repositories"]).toMatchObject([{ name: "acme/app" }]);
    });
  });
}

describeUnless(
  "an archive from before there were accounts",
  chosenDatabases().includes("sqlite") ? null : "cannot: DATABASES leaves it out",
  () => {
    const old = (lines: string, rows: Record<string, number>) => {
      const sha256 = new Bun.CryptoHasher("sha256").update(lines).digest("hex");
      const header = '{"format":"berth-rows","version":1,"schema":"0001-content","takenAt":1,"berth":"1.0.0"}';
      return Bun.zstdCompressSync(`${header}\n${lines}${JSON.stringify({ end: true, rows, sha256 })}\n`);
    };
    const LINES = [
      '{"table":"namespaces","columns":["id","name","created_at"],"bytes":[]}',
      '[7,"acme",1]',
      '{"table":"repositories","columns":["id","namespace_id","name","created_at"],"bytes":[]}',
      '[9,7,"acme/app",1]',
    ].map((line) => `${line}\n`);

    for (const into of ["sqlite", "postgres"] as const) {
      test(`is restored into ${into}: private, in organisations without owners`, async () => {
        if (into === "postgres" && postgres === null) return;
        const archive = directory.join("backup", "rows", "20260101-000000-000.berth");
        await mkdir(dirname(archive), { recursive: true });
        writeFileSync(archive, old(LINES.join(""), { namespaces: 1, repositories: 1 }));
        const place = await open(into, "restored");
        await place.restore.run({ from: { directory: directory.join("backup") } });
        const rows = await place.rows();
        expect(rows["namespaces"]).toMatchObject([
          {
            id: 7,
            kind: "organisation",
            default_visibility: "private",
            creates_on_push: 1,
            account_id: null,
            members_role: null,
          },
        ]);
        expect(rows["repositories"]).toMatchObject([
          { id: 9, visibility: "private", readme: "", pull_count: 0, pushed_at: 1, deleted_at: null },
        ]);
        const merged = await open(into, "merged");
        await merged.merge.run({ from: { directory: directory.join("backup") }, principal: OPEN_ANONYMOUS });
        await merged.pushImage("acme/app", 1, "v1");
        expect(await merged.repositories.findId(merged.database, parseRepositoryName("acme/app"))).not.toBeNull();
      });
    }
  },
);

describe("what an archive holds", () => {
  /** Tables whose rows are not worth keeping, and why. */
  const LEFT_OUT: Record<string, string> = {
    browser_sessions: "people log in again",
    sign_in_places: "where people log in from is learnt anew",
    holds: "what was under way begins anew",
    mailed_codes: "they end within the hour",
    layer_indexes: "made anew of the blobs",
    manifest_facts: "found out anew of the manifests",
    pull_windows: "counted pulls end within hours",
    job_runs: "they tell of one server's work in the last month",
    storage_growth: "it tells of this storage, which a restore fills anew",
    scrub_rounds: "what was under way begins anew",
    throttles: "counted failures end within the hour",
    upload_sessions: "what was under way begins anew",
    // The search's index is made anew of what was restored.
    ...Object.fromEntries(
      ["due", "state", "documents", "index", "index_data", "index_idx", "index_docsize", "index_config"].map((it) => [
        `search_${it}`,
        "made of other rows",
      ]),
    ),
  };

  test("is every column of every table but those that are named here", async () => {
    const place = await open("sqlite", "origin");
    const connection = new Connection(join(place.directory, "berth.db"), { readonly: true });
    const tables = connection
      .query<{ name: string }, []>(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like 'kysely_%'",
      )
      .all();
    const expected = tables.map((it) => it.name).filter((name) => !(name in LEFT_OUT));
    expect([...EXPECTED].sort()).toEqual(expected.sort());
    for (const { name, columns } of ARCHIVE_TABLES) {
      const actual = connection.query<{ name: string }, [string]>("select name from pragma_table_info(?)").all(name);
      expect([name, [...columns].sort()]).toEqual([name, actual.map((it) => it.name).sort()]);
    }
    connection.close();
  });

  test("comes in an order in which no row is before what it refers to", async () => {
    const place = await open("sqlite", "origin");
    const connection = new Connection(join(place.directory, "berth.db"), { readonly: true });
    for (const [index, { name }] of ARCHIVE_TABLES.entries()) {
      const references = connection
        .query<{ table: string }, [string]>('select "table" from pragma_foreign_key_list(?)')
        .all(name);
      for (const { table } of references) {
        // Rows of one table come by id: those that others of it were made with before those.
        const isBefore = table === name || EXPECTED.indexOf(table) < index;
        expect([name, table, isBefore]).toEqual([name, table, true]);
      }
    }
    connection.close();
  });
});
