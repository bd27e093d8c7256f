// The parts that keep and collect content, over one pair of drivers and without HTTP, so that a test says when a pass runs
// and what time it is for a row.

import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../../../src/access/principal.ts";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../../src/database/drivers/sqlite.ts";
import { Bin } from "../../../src/lifecycle/bin.ts";
import { Collector } from "../../../src/lifecycle/collector.ts";
import { Holds } from "../../../src/lifecycle/holds.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { parseReference, parseRepositoryName } from "../../../src/oci/reference.ts";
import { Blobs } from "../../../src/registry/blobs.ts";
import { ContentCache } from "../../../src/registry/content-cache.ts";
import { Manifests } from "../../../src/registry/manifests.ts";
import { Room } from "../../../src/registry/room.ts";
import { Tags } from "../../../src/registry/tags.ts";
import { Repositories } from "../../../src/repositories/repositories.ts";
import { filesystemStorage } from "../../../src/storage/drivers/filesystem.ts";
import { memoryStorage } from "../../../src/storage/drivers/memory.ts";
import { newBlobKey } from "../../../src/storage/paths.ts";
import type { Storage } from "../../../src/storage/storage.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { Metrics } from "../../../src/telemetry/metrics.ts";
import type { Combination } from "../registry/registry.ts";
import {
  describeContent,
  imageOf,
  newContent,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_MANIFEST,
  type Content,
} from "../registry/content.ts";

export const INLINE = 600;
export const STORED = 40_000;
const DAY_SECONDS = 86_400;

export interface Parts {
  readonly combination: Combination;
  readonly database: Database;
  readonly storage: Storage;
  readonly blobs: Blobs;
  readonly manifests: Manifests;
  readonly tags: Tags;
  readonly bin: Bin;
  readonly holds: Holds;
  readonly room: Room;
  /** Unless told otherwise: a bin that keeps nothing for a pass to find, and no grace. */
  collector(
    options?: Partial<{ keepSeconds: number; graceSeconds: number; readonly: boolean; storage: Storage }>,
  ): Collector;
  pushBlob(repository: string, content: Content): Promise<Content>;
  /** An image over these layers, with a config of its own. */
  pushImage(repository: string, tag: string, layers: readonly Content[]): Promise<Content & { config: Content }>;
  deleteManifest(repository: string, digest: string): Promise<void>;
  /** Whether the repository gives exactly these bytes; false when it says that it has no such blob. */
  reads(repository: string, content: Content): Promise<boolean>;
  rows(text: string): Promise<Record<string, unknown>[]>;
  change(text: string): Promise<void>;
  /** Every lease is over. */
  endLeases(): Promise<void>;
  keys(): Promise<string[]>;
  /** From now on rows are read anew. */
  forget(): void;
  /** The same rows and bytes, through parts of their own; only where rows can be shared. */
  twin(): Promise<Parts>;
  close(): Promise<void>;
}

export async function openParts(combination: Combination, options: { limitBytes?: number } = {}): Promise<Parts> {
  const directory = mkdtempSync(join(tmpdir(), "berth-lifecycle-"));
  const url = combination.database === "postgres" ? await combination.createDatabase() : null;
  const storage =
    combination.storage === "memory"
      ? memoryStorage(options.limitBytes === undefined ? {} : { limitBytes: options.limitBytes })
      : await filesystemStorage({ directory, directIo: "off" });
  const opened: Database[] = [];
  const open = async (): Promise<Parts> => {
    const database =
      url === null
        ? await openSqlite({
            path: join(directory, "berth.db"),
            onSyncFailure: (error) => {
              throw error;
            },
          })
        : await openPostgres({ url, poolSize: 4, onIdleError: () => undefined });
    opened.push(database);
    return { ...joinParts(combination, database, storage), twin: open, close };
  };
  const close = async () => {
    for (const database of opened) await database.close();
    await storage.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return await open();
}

function joinParts(combination: Combination, database: Database, storage: Storage): Omit<Parts, "twin" | "close"> {
  // What fails here is meant to.
  const log = createLog({ level: "error", format: "text", fd: openSync("/dev/null", "w") });
  const repositories = new Repositories(database);
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: database.isShared });
  const room = new Room(storage, 0);
  const tags = new Tags({ database, repositories, cache, gates: [] });
  const manifests = new Manifests({ database, repositories, tags, cache, room, gates: [], log });
  const blobs = new Blobs({ database, storage, repositories, cache, gates: [], log, leaseMs: DAY_SECONDS * 1_000 });
  const bin = new Bin({ database, repositories, manifests, tags, keepMs: DAY_SECONDS * 1_000 });
  const holds = new Holds(database);

  const pushBlob = async (repository: string, content: Content) => {
    const { bytes } = content;
    const storageKey = bytes.length > 16 * 1024 ? newBlobKey() : null;
    if (storageKey !== null) await storage.put(storageKey, bytes);
    const sizeBytes = bytes.length;
    const received =
      storageKey === null ? { sizeBytes, content: bytes, storageKey } : { sizeBytes, content: null, storageKey };
    const name = parseRepositoryName(repository);
    await blobs.add(OPEN_ANONYMOUS, name, content.digest as Digest, received, () => Promise.resolve());
    return content;
  };
  const run = (text: string) => database.write((trx) => trx.execute<Record<string, unknown>>(CompiledQuery.raw(text)));
  return {
    combination,
    database,
    storage,
    blobs,
    manifests,
    tags,
    bin,
    holds,
    room,
    collector: (options = {}) =>
      new Collector({
        database,
        storage: options.storage ?? storage,
        cache,
        room,
        holds,
        bin,
        log,
        metrics: new Metrics(),
        gc: { enabled: false, intervalSeconds: 60, graceSeconds: options.graceSeconds ?? 0 },
        keeping: { keepSeconds: options.keepSeconds ?? DAY_SECONDS, historySeconds: DAY_SECONDS },
        readonly: options.readonly ?? false,
      }),
    pushBlob,
    pushImage: async (repository, tag, layers) => {
      const config = await pushBlob(repository, newContent(INLINE));
      const image = imageOf(
        describeContent(OCI_CONFIG, config),
        layers.map((it) => describeContent(OCI_LAYER, it)),
      );
      await manifests.put({
        principal: OPEN_ANONYMOUS,
        repository: parseRepositoryName(repository),
        reference: parseReference(tag),
        tags: [],
        contentType: OCI_MANIFEST,
        content: image.bytes,
      });
      return { ...image, config };
    },
    deleteManifest: (repository, digest) =>
      manifests.delete(OPEN_ANONYMOUS, parseRepositoryName(repository), digest as Digest),
    reads: async (repository, content) => {
      const name = parseRepositoryName(repository);
      try {
        const blob = await blobs.get(name, content.digest as Digest);
        const bytes = new Uint8Array(await new Response(await blobs.read(name, blob, null)).arrayBuffer());
        return digestOf(bytes) === content.digest;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "BLOB_UNKNOWN") return false;
        throw error;
      }
    },
    rows: async (text) => (await database.execute<Record<string, unknown>>(CompiledQuery.raw(text))).rows,
    change: async (text) => void (await run(text)),
    endLeases: async () => void (await run("update repository_blobs set kept_until = 1")),
    keys: async () => {
      const keys: string[] = [];
      for await (const { key } of storage.list("blobs/")) keys.push(key);
      return keys.sort();
    },
    forget: () => cache.forgetAll(),
  };
}
