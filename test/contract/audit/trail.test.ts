// The audit log on both databases: what is written with what, what is counted, what goes, and how it is read.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS, type Principal } from "../../../src/access/principal.ts";
import { AuditLog, type EventFilter, type Position } from "../../../src/audit/audit-log.ts";
import { AuditTrail } from "../../../src/audit/audit-trail.ts";
import type { AuditAction, AuditEvent } from "../../../src/audit/event.ts";
import { Rotation } from "../../../src/audit/rotation.ts";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../../src/database/drivers/sqlite.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { parseReference, parseRepositoryName } from "../../../src/oci/reference.ts";
import { audited } from "../../../src/registry/audited.ts";
import { ContentCache } from "../../../src/registry/content-cache.ts";
import { Manifests } from "../../../src/registry/manifests.ts";
import { Room } from "../../../src/registry/room.ts";
import { Tags } from "../../../src/registry/tags.ts";
import { Repositories } from "../../../src/repositories/repositories.ts";
import { memoryStorage } from "../../../src/storage/drivers/memory.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { Metrics } from "../../../src/telemetry/metrics.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const API = parseRepositoryName("acme/api");
const MANIFEST = new TextEncoder().encode(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [],
  }),
);
const ADA: Principal = {
  ...OPEN_ANONYMOUS,
  kind: "person",
  id: "account:7",
  name: "ada",
  credential: { kind: "token", id: 3, name: "ci" },
  origin: { address: "192.0.2.7", agent: "docker/27", requestId: "r-1" },
};

setDefaultTimeout(60_000);
const createDatabase = sharePostgres();
const log = createLog({ level: "error", format: "text", fd: 2 });

function eventOf(action: AuditAction, more: Partial<AuditEvent> = {}): AuditEvent {
  return { by: ADA, action, target: { kind: "repository", name: "acme/api" }, ...more };
}

for (const kind of DATABASES) {
  describeUnless(`audit on ${kind}`, lackingDatabase(kind), () => {
    let directory: TemporaryDirectory;
    let database: Database;
    let repositories: Repositories;
    let metrics: Metrics;
    let audit: AuditTrail;
    beforeEach(async () => {
      directory = await makeTemporaryDirectory("audit");
      database =
        kind === "sqlite"
          ? await openSqlite({ path: directory.join("berth.db"), onSyncFailure: () => undefined })
          : await openPostgres({ url: await createDatabase(), poolSize: 4, onIdleError: () => undefined });
      repositories = new Repositories(database);
      metrics = new Metrics();
      audit = openTrail(true);
    });
    afterEach(async () => {
      await database.close();
      await directory.remove();
    });

    const openTrail = (enabled: boolean) =>
      new AuditTrail({
        database,
        log,
        metrics: new Metrics(),
        enabled,
        findRepository: (name) => repositories.find(database, name),
      });
    const rows = async (table = "audit_events") =>
      (await database.execute<Record<string, unknown>>(CompiledQuery.raw(`select * from ${table} order by 1`))).rows;
    const command = (sql: string) => database.write((trx) => trx.execute(CompiledQuery.raw(sql)));
    const openManifests = () => {
      const cache = new ContentCache({ limitBytes: 1_000_000, isShared: database.isShared });
      const content = { database, repositories, cache, gates: [audited(audit)] };
      const tags = new Tags(content);
      return new Manifests({ ...content, tags, room: new Room(memoryStorage(), 0), log });
    };
    const push = (tag = "v1") =>
      openManifests().put({
        principal: ADA,
        repository: API,
        reference: parseReference(tag),
        tags: [],
        contentType: null,
        content: MANIFEST,
      });

    test("a push is written down with who, from where, and what changed", async () => {
      const { digest } = await push();
      const [{ id: namespaceId } = { id: 0 }] = (
        await database.execute<{ id: number }>(CompiledQuery.raw("select id from namespaces"))
      ).rows;
      const common = {
        actor_name: "ada",
        actor_kind: "person",
        credential: "token 3 ci",
        target_name: "acme/api",
        namespace_id: namespaceId,
        address: "192.0.2.7",
        agent: "docker/27",
        request_id: "r-1",
        outcome: "allowed",
        reason: null,
        old_values: null,
        occurrences: 1,
      };
      const pushed = JSON.stringify({ digest, manifest: "pushed" });
      expect(await rows()).toMatchObject([
        { ...common, action: "tag.put", target_kind: "tag", target_id: "v1", new_values: pushed },
      ]);
      // What changes nothing is no event.
      await push();
      expect(await rows()).toHaveLength(1);
      await push("v2");
      expect((await rows())[1]).toMatchObject({ ...common, target_id: "v2", new_values: JSON.stringify({ digest }) });
    });

    test("a push without a tag is the manifest's", async () => {
      const digest = digestOf(MANIFEST);
      await push(digest);
      expect(await rows()).toMatchObject([{ action: "manifest.push", target_kind: "manifest", target_id: digest }]);
    });

    test("no push without its row, no row without its push", async () => {
      for (const [refused, reference] of [
        ["manifest.push", digestOf(MANIFEST)],
        ["tag.put", "v1"],
      ] as const) {
        await command(
          kind === "sqlite"
            ? `create trigger refusing before insert on audit_events when new.action = '${refused}' begin select raise(abort, 'refused'); end`
            : `alter table audit_events add constraint refusing check (action <> '${refused}')`,
        );
        expect(await push(reference).catch((error: unknown) => String(error))).toContain("refus");
        for (const table of ["manifests", "tags", "repositories", "audit_events"]) {
          expect([table, await rows(table)]).toEqual([table, []]);
        }
        await command(
          kind === "sqlite" ? "drop trigger refusing" : "alter table audit_events drop constraint refusing",
        );
      }
      await push();
      expect((await rows()).map((row) => row["action"])).toEqual(["tag.put"]);
    });

    test("moves, deletes and restores", async () => {
      const { digest } = await push();
      const manifests = openManifests();
      await manifests.delete(ADA, API, digest);
      const repositoryId = (await repositories.findId(database, API)) ?? 0;
      await database.write((trx) => manifests.restore(trx, ADA, API, repositoryId, digest));
      await push();
      expect((await rows()).map((row) => row["action"])).toEqual([
        "tag.put",
        "manifest.delete",
        "manifest.restore",
        "tag.restore",
      ]);
      const other = new TextEncoder().encode(new TextDecoder().decode(MANIFEST).replace("{", "{ "));
      const next = { principal: ADA, repository: API, reference: parseReference("v1"), tags: [], contentType: null };
      await manifests.put({ ...next, content: other });
      expect((await rows()).at(-1)).toMatchObject({
        action: "tag.move",
        old_values: JSON.stringify({ digest }),
        new_values: JSON.stringify({ digest: digestOf(other), manifest: "pushed" }),
      });
    });

    test("the same denial many times is one row, and too many different ones are counted", async () => {
      for (let time = 0; time < 50; time += 1)
        audit.note(eventOf("repository.push", { outcome: "denied", reason: "r" }));
      audit.note(eventOf("repository.delete", { outcome: "denied", reason: "r" }));
      expect(await rows()).toEqual([]);
      await audit.flush();
      expect((await rows()).map((row) => [row["action"], row["occurrences"]])).toEqual([
        ["repository.push", 50],
        ["repository.delete", 1],
      ]);
      for (let made = 0; made < 1_200; made += 1) {
        audit.note(
          eventOf("repository.push", { outcome: "denied", target: { kind: "repository", name: `a/${made}` } }),
        );
      }
      await audit.flush();
      const all = await rows();
      expect(all).toHaveLength(2 + 1_000 + 1);
      expect(all.at(-1)).toMatchObject({ action: "audit.uncounted", occurrences: 200 });
    });

    test("notes that cannot be written are kept", async () => {
      audit.note(eventOf("repository.push", { outcome: "denied" }));
      audit.pulled(ADA, API);
      audit.pulled(ADA, API);
      await command("alter table audit_events rename to elsewhere");
      expect(await audit.flush().catch((error: unknown) => error instanceof Error)).toBe(true);
      await command("alter table elsewhere rename to audit_events");
      await audit.flush();
      await audit.flush(Date.now() + 2 * HOUR_MS);
      expect((await rows()).map((row) => [row["action"], row["occurrences"]])).toEqual([
        ["repository.push", 1],
        ["repository.pull", 2],
      ]);
    });

    test("pulls are one row an hour, puller and repository", async () => {
      await push();
      const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
      const twin = openTrail(true);
      for (let time = 0; time < 100; time += 1) {
        audit.pulled(ADA, API);
        twin.pulled(ADA, API);
        audit.pulled(OPEN_ANONYMOUS, API);
        if (time % 40 === 0) await Promise.all([audit.flush(hour + 1), twin.flush(hour + 1)]);
      }
      await Promise.all([audit.flush(hour + 1), twin.flush(hour + 1)]);
      expect((await rows()).filter((row) => row["action"] === "repository.pull")).toEqual([]);
      expect(await rows("audit_pulls")).toHaveLength(2);
      // Both processes end the hour: each of its rows becomes one event.
      await Promise.all([audit.flush(hour + HOUR_MS + 60_000), twin.flush(hour + HOUR_MS + 60_000)]);
      const pulls = (await rows()).filter((row) => row["action"] === "repository.pull");
      pulls.sort((a, b) => Number(b["occurrences"]) - Number(a["occurrences"]));
      expect(pulls.map((row) => [row["actor_name"], row["occurrences"], row["at"]])).toEqual([
        ["ada", 200, hour],
        ["anonymous", 100, hour],
      ]);
      expect(pulls.every((row) => row["namespace_id"] !== null && row["address"] === null)).toBe(true);
      expect(await rows("audit_pulls")).toEqual([]);
    });

    test("switched off, nothing is kept", async () => {
      const off = openTrail(false);
      await off.write(eventOf("repository.create"));
      off.note(eventOf("repository.push"));
      off.pulled(ADA, API);
      await off.flush(Date.now() + 2 * HOUR_MS);
      expect([...(await rows()), ...(await rows("audit_pulls"))]).toEqual([]);
    });

    const fill = async (count: number, at: (index: number) => number) => {
      await database.write(async (trx) => {
        for (let index = 0; index < count; index += 1) {
          await audit.record(trx, eventOf(index % 2 === 0 ? "tag.put" : "tag.delete"));
        }
      });
      const all = (await rows()).map((row) => Number(row["id"])).sort((a, b) => a - b);
      for (const [index, id] of all.entries())
        await command(`update audit_events set at = ${at(index)} where id = ${id}`);
    };

    test("rotation by age, by number, and by both", async () => {
      const now = 1_000 * DAY_MS;
      await fill(60, (index) => now - (59 - index) * DAY_MS);
      const rotate = (keepDays: number, maxEvents: number) =>
        new Rotation({ database, log, metrics, enabled: true, keepDays, maxEvents }).run(now);
      expect(await rotate(365, 1_000)).toBe(0);
      expect(await rotate(29, 1_000)).toBe(30);
      expect(await rows()).toHaveLength(30);
      const newest = Math.max(...(await rows()).map((row) => Number(row["id"])));
      expect(await rotate(365, 20)).toBe(10);
      expect(await rotate(365, 20)).toBe(0);
      expect((await rows()).every((row) => Number(row["id"]) > newest - 20)).toBe(true);
      expect(metrics.format()).toContain("berth_audit_rotated_total 30");
    });

    test("rotation of more than a batch", async () => {
      await fill(1_100, () => 1);
      const rotation = new Rotation({ database, log, metrics, enabled: true, keepDays: 1, maxEvents: 1_000 });
      expect(await rotation.run()).toBe(1_100);
      expect(await rows()).toEqual([]);
    }, 60_000);

    const readAll = async (filter: EventFilter, limit: number) => {
      const auditLog = new AuditLog(database);
      const found: number[] = [];
      let after: Position | null = null;
      let pages = 0;
      do {
        const page: Awaited<ReturnType<AuditLog["page"]>> = await auditLog.page(filter, after, limit);
        expect(page.events.length).toBeLessThanOrEqual(limit);
        found.push(...page.events.map((event) => event.id));
        after = page.next;
        pages += 1;
      } while (after !== null && pages < 1_000);
      return found;
    };

    test("every filter finds the same whatever the size of its pages, each event once, newest first", async () => {
      await push();
      audit.note(
        eventOf("repository.push", { outcome: "denied", origin: { address: "::1", agent: null, requestId: null } }),
      );
      audit.note({ ...eventOf("account.login"), by: { kind: "person", name: "bob", id: 8 }, outcome: "failed" });
      await audit.flush();
      // Many at the same millisecond: what comes after one of them is told by the id.
      await fill(60, (index) => 1_000 + Math.floor(index / 7));
      const all = (await rows()) as { id: number; at: number; action: string; actor_name: string; outcome: string }[];
      all.sort((a, b) => b.at - a.at || b.id - a.id);
      const filters: [EventFilter, (row: (typeof all)[number] & Record<string, unknown>) => boolean][] = [
        [{}, () => true],
        [{ from: 1_003 }, (row) => row.at >= 1_003],
        [{ to: 1_003 }, (row) => row.at < 1_003],
        [
          { from: 1_002, to: 1_004, action: "tag" },
          (row) => row.at >= 1_002 && row.at < 1_004 && row.action.startsWith("tag."),
        ],
        [{ actor: "bob" }, (row) => row.actor_name === "bob"],
        [{ actor: "nobody" }, () => false],
        [{ action: "tag.delete" }, (row) => row.action === "tag.delete"],
        [{ action: "tag" }, (row) => row.action.startsWith("tag.")],
        [{ action: "ta" }, () => false],
        [
          { target: "acme/api", outcome: "denied" },
          (row) => row["target_name"] === "acme/api" && row.outcome === "denied",
        ],
        [{ address: "::1" }, (row) => row["address"] === "::1"],
        [{ namespaceId: 1 }, (row) => row["namespace_id"] === 1],
        [
          { namespaceId: 1, action: "tag.put", actor: "ada" },
          (row) => row["namespace_id"] === 1 && row.action === "tag.put",
        ],
      ];
      for (const [filter, matches] of filters) {
        const expected = all.filter((row) => matches(row)).map((row) => row.id);
        for (const limit of [1, 3, 7, 1_000])
          expect([filter, await readAll(filter, limit)]).toEqual([filter, expected]);
      }
    });
  });
}
