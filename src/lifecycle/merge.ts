/**
 * Content of an archive into a database that is in use, while the server works: repositories, blobs, manifests and tags
 * that are missing are added by the rules of a push, so that nothing is ever there without what it names. What is here
 * already is left alone; so it can be broken off and run again. Accounts and rights of the archive stay in it: who may do
 * what here is for this registry to say, and a repository that comes back is as private as a push would make it.
 *
 * The rows are first put into a database of their own, where they can be asked for in any order.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { RegistryError } from "../errors.ts";
import type { Principal } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { lockName } from "../database/lock.ts";
import { digestOf, digestAlgorithm, parseDigest, type Digest } from "../oci/digest.ts";
import { parseRepositoryName, parseTag, type RepositoryName, type Tag } from "../oci/reference.ts";
import type { Blobs, NewContent } from "../registry/blobs.ts";
import type { ContentCache } from "../registry/content-cache.ts";
import type { Manifests } from "../registry/manifests.ts";
import type { Room } from "../registry/room.ts";
import { lockKey, type Tags } from "../registry/tags.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { findSource, naming, type ArchiveSource } from "./archive-source.ts";
import { isAccessTable } from "./archive-access.ts";
import { paged, PAGE_ROWS } from "./archive-table.ts";
import { manifestRanges } from "./archive-tables.ts";
import { copyIn } from "./copy-in.ts";
import { Damages } from "./damages.ts";
import { HoldKeeper } from "./hold-keeper.ts";
import { Holds } from "./holds.ts";
import * as queries from "./queries/archive.ts";
import type { RestoreOptions, RestoreReport } from "./restore.ts";
import { ArchiveError, readArchive, type ArchiveSummary } from "./row-archive.ts";

const MAX_REFUSED = 1_000;
const SCRATCH = "restore-scratch.db";
/** Whoever has worked so long without a wait lets others have their turn: reading SQLite never waits. */
const REST_EVERY_MS = 5;
/** So much longer than each page takes to write is the pause after it. */
const FILL_PAUSE_FACTOR = 3;
/** The disk is looked at after so many pages: the scratch database must not take what pushes need. */
const LOOK_EVERY_PAGES = 40;
/** Content of the archive that a push would be refused for, too. */
const REFUSED = /^(?:MANIFEST_|NAME_|DIGEST_|TAG_)|^(?:DENIED|UNSUPPORTED)$/;

export type MergeParts = {
  database: Database;
  storage: Storage;
  /** Opens a database for a while, apart from the server's own. */
  openScratch: (path: string) => Promise<Database>;
  scratchDirectory: string;
  repositories: Repositories;
  blobs: Blobs;
  manifests: Manifests;
  tags: Tags;
  cache: ContentCache;
  room: Room;
  log: Log;
};

export type MergeOptions = RestoreOptions & {
  /** Who restores: tags remember it. */
  principal: Principal;
  /** This one alone; all of them unless given. */
  repository?: RepositoryName;
  /** Whether a tag that points elsewhere here is moved to what it pointed to in the archive. */
  overwriteTags?: boolean;
};

export class Merge {
  readonly #parts: MergeParts;
  #isRunning = false;

  constructor(parts: MergeParts) {
    this.#parts = parts;
  }

  /** Throws when the archive is not whole (nothing was changed then), has no such repository, or another merge runs. */
  async run(options: MergeOptions): Promise<RestoreReport> {
    if (this.#isRunning) throw new Error("another restore is under way: wait until it is done");
    this.#isRunning = true;
    try {
      const source = await findSource(options.from, this.#parts.storage);
      // What a snapshot names and nobody links any more must not be deleted while it is brought back.
      const keeper = await HoldKeeper.take(new Holds(this.#parts.database), "a restore", options.signal);
      try {
        return await this.#runUnderHold(source, { ...options, signal: keeper.signal });
      } finally {
        await keeper.release();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #runUnderHold(source: ArchiveSource, options: MergeOptions): Promise<RestoreReport> {
    const path = join(this.#parts.scratchDirectory, SCRATCH);
    await removeDatabase(path);
    const scratch = await this.#parts.openScratch(path);
    try {
      const summary = await naming(source, () => fill(scratch, source, this.#parts.room, options));
      return await this.#merge(scratch, source, summary, options);
    } finally {
      await scratch.close();
      await removeDatabase(path);
    }
  }

  async #merge(
    scratch: Database,
    source: ArchiveSource,
    summary: ArchiveSummary,
    options: MergeOptions,
  ): Promise<RestoreReport> {
    const work = new Work(this.#parts, scratch, source, options);
    await work.addBlobs();
    await work.addManifests();
    await work.addTags();
    const { rows, copiedBytes, refused, refusedCount } = work;
    const damages = work.damages.report();
    this.#parts.log.info("restored what was missing", { archive: source.name, rows, damaged: damages.damagedCount });
    const { takenAt } = summary;
    return {
      archive: source.name,
      takenAt,
      rows,
      copiedBytes,
      ...damages,
      refused,
      refusedCount,
      unnamedFiles: 0,
    };
  }
}

/** Puts the archive's rows into an empty database, of one repository alone where one is asked for. */
async function fill(
  scratch: Database,
  source: ArchiveSource,
  room: Room,
  { repository, signal, onProgress }: MergeOptions,
): Promise<ArchiveSummary> {
  let wantedId: number | null = null;
  let done = 0;
  let pageCount = 0;
  const pages = readArchive(await source.chunks());
  for (let next = await pages.next(); ; next = await pages.next()) {
    if (next.done === true) {
      if (repository !== undefined && wantedId === null) {
        throw new ArchiveError(`the archive has no repository ${repository}`);
      }
      return next.value;
    }
    signal?.throwIfAborted();
    if (pageCount % LOOK_EVERY_PAGES === 0) {
      await room.look();
      await room.assertFor(0);
    }
    pageCount += 1;
    const { table, rows } = next.value;
    if (isAccessTable(table)) continue;
    const wanted = rows.filter((row) => {
      // References are read from the manifests themselves when these are put.
      if (table.name === "manifest_references") return false;
      if (repository === undefined) return true;
      if (table.name === "repositories" && row["name"] === repository) wantedId = Number(row["id"]);
      if (table.name === "repositories") return row["name"] === repository;
      return row["repository_id"] === undefined || row["repository_id"] === wantedId;
    });
    const begunAt = performance.now();
    await scratch.write(async (trx) => {
      for (const row of wanted) await table.insert(trx, row);
    });
    // Its log is moved by this thread where it grows faster than another one can move it.
    await Bun.sleep(FILL_PAUSE_FACTOR * (performance.now() - begunAt));
    done += rows.length;
    onProgress?.({ phase: "check", done, total: null, bytes: 0 });
  }
}

type LinkedBlob = {
  repository: string;
  digest: string;
  size_bytes: number;
  storage_key: string | null;
  content: Uint8Array | null;
};

type NamedManifest = { repository: string; digest: string; media_type: string; content: Uint8Array };

class Work {
  readonly rows = { repository_blobs: 0, manifests: 0, tags: 0 };
  copiedBytes = 0;
  readonly damages = new Damages();
  readonly refused: { repository: string; reference: string; reason: string }[] = [];
  refusedCount = 0;
  readonly #parts: MergeParts;
  readonly #scratch: Database;
  readonly #source: ArchiveSource;
  readonly #options: MergeOptions;
  #done = 0;
  #restedAt = performance.now();

  constructor(parts: MergeParts, scratch: Database, source: ArchiveSource, options: MergeOptions) {
    this.#parts = parts;
    this.#scratch = scratch;
    this.#source = source;
    this.#options = options;
  }

  async addBlobs(): Promise<void> {
    this.#done = 0;
    const pages = paged<Awaited<ReturnType<typeof queries.pageLinkedBlobs.all>>[number]>((last) =>
      queries.pageLinkedBlobs.all(this.#scratch, {
        afterBlob: last?.blob_id ?? 0,
        afterRepository: last?.repository_id ?? 0,
        limit: PAGE_ROWS,
      }),
    );
    for await (const rows of pages) {
      for (const row of rows) {
        await this.#unlessRefused(row.repository, row.digest, () => this.#addBlob(row));
        await this.#tell("blobs");
      }
    }
  }

  /** Again and again, as long as something was added: an index comes after the manifests that it names. */
  async addManifests(): Promise<void> {
    const refusedBefore = { named: this.refused.length, count: this.refusedCount };
    for (let added = 1; added > 0;) {
      added = 0;
      this.#done = 0;
      this.refused.length = refusedBefore.named;
      this.refusedCount = refusedBefore.count;
      for await (const range of manifestRanges(this.#scratch)) {
        for (const row of await queries.pageNamedManifests.all(this.#scratch, range)) {
          const isAdded = await this.#unlessRefused(row.repository, row.digest, () => this.#addManifest(row));
          if (isAdded === true) added += 1;
          await this.#tell("manifests");
        }
      }
      if (this.refusedCount === refusedBefore.count) return;
    }
  }

  async addTags(): Promise<void> {
    this.#done = 0;
    const pages = paged<Awaited<ReturnType<typeof queries.pageNamedTags.all>>[number]>((last) =>
      queries.pageNamedTags.all(this.#scratch, {
        afterRepository: last?.repository_id ?? 0,
        afterName: last?.name ?? "",
        limit: PAGE_ROWS,
      }),
    );
    for await (const rows of pages) {
      for (const { repository, name, digest } of rows) {
        await this.#unlessRefused(repository, name, () =>
          this.#addTag(parseRepositoryName(repository), parseTag(name), parseDigest(digest)),
        );
        await this.#tell("tags");
      }
    }
  }

  async #addBlob(row: LinkedBlob): Promise<void> {
    const { database, blobs, repositories } = this.#parts;
    const { principal } = this.#options;
    const repository = parseRepositoryName(row.repository);
    const digest = parseDigest(row.digest);
    const repositoryId = await repositories.findId(database, repository);
    const isHere = repositoryId !== null && (await queries.findHeldBlob.first(database, { repositoryId, digest }));
    if (isHere) return;
    if (!(await blobs.mount(principal, repository, digest, null))) {
      const received = await this.#receive(row, digest);
      if (received === null) return;
      await blobs.add(principal, repository, digest, received, () => Promise.resolve());
    }
    this.rows.repository_blobs += 1;
  }

  /** Null when the archive's side does not have the bytes. */
  async #receive(row: LinkedBlob, digest: Digest): Promise<NewContent | null> {
    const { storage, room } = this.#parts;
    const { size_bytes: sizeBytes, content, storage_key: storageKey } = row;
    await room.take(sizeBytes);
    if (content !== null) {
      if (digestOf(content, digestAlgorithm(digest)) === digest) return { sizeBytes, content, storageKey: null };
      this.damages.add({ digest, reason: "its bytes do not have its digest" });
      return null;
    }
    const blob = { digest, sizeBytes, storageKey: storageKey ?? "" };
    const copied = await copyIn(this.#source, storage, blob, this.#options.signal);
    if ("reason" in copied) {
      this.damages.add({ digest, reason: copied.reason });
      return null;
    }
    this.copiedBytes += sizeBytes;
    return { sizeBytes, content: null, storageKey: copied.key };
  }

  async #addManifest(row: NamedManifest): Promise<boolean> {
    const { database, manifests, repositories } = this.#parts;
    const repository = parseRepositoryName(row.repository);
    const digest = parseDigest(row.digest);
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId !== null && (await queries.findHeldManifest.first(database, { repositoryId, digest })))
      return false;
    await manifests.put({
      principal: this.#options.principal,
      repository,
      reference: { tag: null, digest },
      tags: [],
      contentType: row.media_type,
      content: new Uint8Array(row.content),
    });
    this.rows.manifests += 1;
    return true;
  }

  async #addTag(repository: RepositoryName, tag: Tag, digest: Digest): Promise<void> {
    const { database, repositories, tags, cache } = this.#parts;
    const { principal, overwriteTags } = this.#options;
    const outcome = await database.write(async (trx) => {
      const repositoryId = await repositories.findId(trx, repository);
      const manifest = repositoryId && (await queries.findHeldManifest.first(trx, { repositoryId, digest }));
      if (repositoryId === null || !manifest) return "the manifest that it names could not be restored";
      await lockName(trx, lockKey(repositoryId, tag));
      const current = await queries.findCurrentTag.first(trx, { repositoryId, tag });
      if (current?.digest === digest) return null;
      if (current && overwriteTags !== true) return `it points to ${current.digest} here`;
      await tags.put(trx, principal, repository, repositoryId, tag, digest);
      trx.afterCommit(() => cache.forget(repositoryId));
      return "added";
    });
    if (outcome === "added") this.rows.tags += 1;
    else if (outcome !== null) this.#refuse(repository, tag, outcome);
  }

  /** Null when it was refused, which is noted. */
  async #unlessRefused<T>(repository: string, reference: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RegistryError) || !REFUSED.test(error.code)) throw error;
      this.#refuse(repository, reference, error.message);
      return null;
    }
  }

  #refuse(repository: string, reference: string, reason: string): void {
    this.refusedCount += 1;
    if (this.refused.length < MAX_REFUSED) this.refused.push({ repository, reference, reason });
  }

  async #tell(phase: "blobs" | "manifests" | "tags"): Promise<void> {
    const { signal, onProgress } = this.#options;
    this.#done += 1;
    onProgress?.({ phase, done: this.#done, total: null, bytes: this.copiedBytes });
    if (performance.now() - this.#restedAt > REST_EVERY_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#restedAt = performance.now();
    }
    signal?.throwIfAborted();
  }
}

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await rm(`${path}${suffix}`, { force: true });
}
