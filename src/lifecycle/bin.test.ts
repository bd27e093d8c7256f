/** The recycle bin where it is large: pages, batches, what is due; on SQLite, whose loop the batches must not hold up. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import type { Digest } from "../oci/digest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { parseReference, parseRepositoryName, parseTag } from "../oci/reference.ts";
import { ContentCache } from "../registry/content-cache.ts";
import { deletesDisabled, type Gate } from "../registry/gates.ts";
import { Manifests } from "../registry/manifests.ts";
import { Room } from "../registry/room.ts";
import { Tags } from "../registry/tags.ts";
import { Repositories } from "../repositories/repositories.ts";
import { memoryStorage } from "../storage/drivers/memory.ts";
import { createLog } from "../telemetry/log.ts";
import { Bin, type BinEntry } from "./bin.ts";

const HERE = parseRepositoryName("team/here");
const THERE = parseRepositoryName("team/there");
const KEEP_MS = 1_000_000;

let directory: string;
let database: Database;
let gates: Gate[];
let tags: Tags;
let manifests: Manifests;
let bin: Bin;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-bin-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  const repositories = new Repositories(database);
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
  gates = [];
  tags = new Tags({ database, repositories, cache, gates });
  const log = createLog({ level: "error", format: "text", fd: 2 });
  const room = new Room(memoryStorage(), 0);
  manifests = new Manifests({ database, repositories, tags, cache, room, gates, log });
  bin = new Bin({ database, repositories, manifests, tags, keepMs: KEEP_MS });
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

async function push(repository = HERE, tagNames: string[] = [], word: string = crypto.randomUUID()): Promise<Digest> {
  const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], annotations: { word } };
  const content = new TextEncoder().encode(JSON.stringify(body));
  const reference = parseReference(`sha256:${new Bun.CryptoHasher("sha256").update(content).digest("hex")}`);
  const request = { principal: OPEN_ANONYMOUS, repository, reference, contentType: OCI_INDEX, content };
  return (await manifests.put({ ...request, tags: tagNames.map(parseTag) })).digest;
}

const remove = (digest: Digest, repository = HERE) => manifests.delete(OPEN_ANONYMOUS, repository, digest);
const restore = (reference: string, repository = HERE) =>
  bin.restore(OPEN_ANONYMOUS, repository, parseReference(reference));
const count = async (table: string) =>
  (await database.execute<{ n: number }>(CompiledQuery.raw(`select count(*) as n from ${table}`))).rows[0]?.n;
const change = (text: string) => database.write((trx) => trx.execute(CompiledQuery.raw(text)));
const none = { manifests: 0, tags: 0, history: 0, repositories: 0 };

async function listAll(limit: number): Promise<BinEntry[]> {
  const entries: BinEntry[] = [];
  for (let after: string | null | undefined = undefined; after !== null;) {
    const page: Awaited<ReturnType<Bin["list"]>> = await bin.list({ limit, ...(after === undefined ? {} : { after }) });
    entries.push(...page.entries);
    after = page.next;
  }
  return entries;
}

test("pages over both kinds and several repositories give each entry once, also within one millisecond", async () => {
  for (const repository of [HERE, THERE]) {
    for (const word of ["a", "b"]) await remove(await push(repository, ["x.y", "x", "x-z", word], word), repository);
  }
  await change("update manifests set deleted_at = 5000");
  await change("update tags set deleted_at = 5000 where deleted_at is not null");
  const all = await listAll(100);
  expect(all.map((it) => it.kind)).toEqual([...Array(4).fill("manifest"), ...Array(10).fill("tag")]);
  expect(all[0]).toMatchObject({ deletedAt: 5_000, purgedAt: 5_000 + KEEP_MS, deletedBy: "anonymous" });
  for (const limit of [1, 2, 3, 4, 5, 14]) expect(await listAll(limit)).toEqual(all);
  const here = await bin.list({ repository: HERE, limit: 100 });
  expect(here).toEqual({ entries: all.filter((it) => it.repository === HERE), next: null });
});

test("what is due goes, oldest first and at most as many as asked for", async () => {
  const digests: Digest[] = [];
  for (let index = 0; index < 5; index += 1) {
    const digest = await push(HERE, [`t${index}`]);
    await remove(digest);
    await change(`update manifests set deleted_at = ${100 + index} where digest = '${digest}'`);
    await change(`update tags set deleted_at = ${100 + index}, to_at = ${100 + index} where digest = '${digest}'`);
    digests.push(digest);
  }
  const kept = await push(HERE, ["kept"]);
  expect(await bin.purgeDue({ before: 99, historyBefore: 99, limit: 10 })).toEqual(none);
  expect(await bin.purgeDue({ before: 103, historyBefore: 0, limit: 2 })).toEqual({ ...none, manifests: 2, tags: 2 });
  const left = (await listAll(10)).filter((it) => it.kind === "manifest").map((it) => it.digest);
  expect(left).toEqual(digests.slice(2).reverse());
  expect(await bin.purgeDue({ before: 103, historyBefore: 0, limit: 10 })).toEqual({ ...none, manifests: 2, tags: 2 });
  expect(await restore(digests[4] ?? "")).toEqual({ digest: digests[4] ?? "", tags: ["t4"] });
  expect(await count("manifests")).toBe(2);
  expect((await manifests.get(HERE, parseReference("kept"))).digest).toBe(kept);
});

test("history goes when it is old enough; what is in the bin and what is current stays", async () => {
  const first = await push(HERE, ["moved", "binned"]);
  await push(HERE, ["moved"]);
  await push(HERE, ["binned"]);
  await tags.delete(OPEN_ANONYMOUS, HERE, parseTag("binned"));
  await change("update tags set to_at = 100 where to_at is not null");
  await change("update tags set deleted_at = 100 where deleted_at is not null");
  expect(await count("tags")).toBe(4);
  expect(await bin.purgeDue({ before: 100, historyBefore: 100, limit: 0 })).toEqual(none);
  expect(await bin.purgeDue({ before: 99, historyBefore: 500, limit: 10 })).toEqual(none);
  await change("update tags set to_at = 50 where to_at = 100 and deleted_at is null");
  expect(await bin.purgeDue({ before: 99, historyBefore: 500, limit: 10 })).toEqual({ ...none, history: 2 });
  await restore("binned");
  expect((await manifests.get(HERE, parseReference("binned"))).digest).not.toBe(first);
  expect(await count("tags")).toBe(3);
});

test("a binned tag goes with all that it pointed to before", async () => {
  for (let index = 0; index < 3; index += 1) await push(HERE, ["v1"]);
  await tags.delete(OPEN_ANONYMOUS, HERE, parseTag("v1"));
  expect(await bin.empty({ repository: HERE })).toEqual({ manifests: 0, tags: 1 });
  expect([await count("tags"), await count("manifests")]).toEqual([0, 3]);
});

test("more than a batch of each is emptied and restored", async () => {
  const names = Array.from({ length: 250 }, (_, index) => `t${index}`);
  const many = await push(HERE, names);
  await remove(many);
  expect((await restore(many)).tags.sort()).toEqual([...names].sort());
  expect(await count("tags where to_at is null")).toBe(250);
  await Promise.all(Array.from({ length: 450 }, async (_, index) => remove(await push(THERE, [`t${index}`]), THERE)));
  await remove(many);
  expect(await bin.empty({ repository: THERE })).toEqual({ manifests: 450, tags: 450 });
  expect(await bin.empty({})).toEqual({ manifests: 1, tags: 250 });
  expect([await count("tags"), await count("manifests"), await count("manifest_references")]).toEqual([0, 0, 0]);
});

test("what was deleted after a time is not emptied up to it", async () => {
  const digest = await push(HERE, ["v1"]);
  await remove(digest);
  const before = Date.now() - 60_000;
  expect(await bin.empty({ repository: HERE, before })).toEqual({ manifests: 0, tags: 0 });
  for (const text of [digest, "v1"]) {
    const reference = parseReference(text);
    await expect(bin.empty({ repository: HERE, reference, before })).rejects.toMatchObject({
      code: "MANIFEST_UNKNOWN",
    });
  }
  expect(await listAll(10)).toHaveLength(2);
});

test("a gate is asked before anything comes back", async () => {
  const digest = await push(HERE, ["v1"]);
  await remove(digest);
  gates.push(async (trx, it) =>
    it.kind === "tag-put" ? deletesDisabled(trx, { ...it, kind: "tag-delete" }) : undefined,
  );
  await expect(restore(digest)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  await expect(manifests.get(HERE, parseReference(digest))).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  expect(await listAll(10)).toHaveLength(2);
});

test("a manifest of very many tags goes with all of them, and comes back with all of them", async () => {
  const names = Array.from({ length: 1_250 }, (_, index) => `t${index}`);
  const digest = await push(HERE, names);
  const other = await push(HERE, ["other"]);
  await remove(digest);
  expect(await tags.list(HERE, "", 2_000)).toEqual(["other"]);
  const { rows } = await database.execute<{ n: number }>(
    CompiledQuery.raw(
      "select count(distinct deleted_at) as n from (select deleted_at from tags union select deleted_at from manifests)",
    ),
  );
  expect(rows).toEqual([{ n: 1 }]);
  await expect(remove(digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  expect((await restore(digest)).tags).toHaveLength(names.length);
  expect(await tags.list(HERE, "", 2_000)).toEqual(["other", ...names].sort());
  await remove(other);
});
