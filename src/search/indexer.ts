/**
 * Keeps the index: goes through what triggers have noted, makes each repository's document anew and replaces the old one. A note
 * goes in the transaction that writes what was read after it, so a crash leaves it there, and of two processes that look at
 * the same repository the one that read later wins.
 *
 * It works in the background, a fifth of the time at most; a search that has to wait for it makes it go faster. Nothing of it
 * is part of a push but the note itself.
 */
import {
  DatabaseCorruptError,
  DatabaseFullError,
  DatabaseUnavailableError,
  type Database,
  type Queryable,
  type Transaction,
} from "../database/database.ts";
import { lockName } from "../database/lock.ts";
import type { Log } from "../telemetry/log.ts";
import { readDocument } from "./document.ts";
import * as queries from "./queries/documents.ts";
import { INDEX_VERSION, tokensOf, type Document } from "./tokens.ts";

/** Notes that are read at once. */
const PAGE = 500;
/** Documents of a transaction: some milliseconds. */
const BATCH = 8;
/** Where there are more notes, of a restore say, everything is looked at once instead: a repository has several. */
const MANY_NOTES = 20_000;
/** Repositories that a rebuild notes at once. */
const REBUILD = 2_000;
/** Of SQLite's index, brought together after each transaction: more than it gets by it. */
const MERGED_PAGES = 16;
const EVERY_MS = 5_000;
/** Rests so many times as long as it works. */
const REST = 4;
const LOCK = "search/rebuild";

export type IndexerParts = {
  database: Database;
  log: Log;
  /** Whether nothing may be written: the index stays as it is. */
  readonly: boolean;
};

export class Indexer {
  readonly #parts: IndexerParts;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #hurried = 0;
  #isClosed = false;
  #isRebuilding = false;
  /** `database.changes` before the last look that found nothing to do. */
  #seenChanges: number | null = null;

  constructor(parts: IndexerParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.readonly) return;
    this.#timer = setInterval(() => void this.#runInBackground(), EVERY_MS).unref();
    void this.#runInBackground();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  /** Resolves when all that is committed by now is in the index, or that takes longer than `withinMs`. */
  async catchUp(withinMs: number): Promise<void> {
    const { readonly, log } = this.#parts;
    if (readonly || this.#isClosed || (await this.#isCurrent())) return;
    this.#hurried += 1;
    const running = this.#run().catch((error: unknown) => log.warn("the search's index is behind", { error }));
    // A rebuild takes as long as it takes: what is there is searched meanwhile.
    if (!this.#isRebuilding) await Promise.race([running, Bun.sleep(withinMs)]);
    this.#hurried -= 1;
  }

  /** Makes every document anew. Throws an AbortError. */
  async rebuild(signal: AbortSignal, onProgress: (documents: number) => void): Promise<number> {
    await this.#running?.catch(() => undefined);
    await this.#parts.database.write(beginRebuild);
    let documents = 0;
    this.#hurried += 1;
    try {
      await this.#run(signal, (more) => onProgress((documents += more)));
    } finally {
      this.#hurried -= 1;
    }
    signal.throwIfAborted();
    return documents;
  }

  /** Ids that the index does not know, or not as they are; null when those may be many. */
  async listBehind(limit: number): Promise<number[] | null> {
    const { database } = this.#parts;
    if (await needsRebuild(database)) return null;
    const due = await queries.listDue.all(database, { limit: limit + 1 });
    return due.length > limit ? null : [...new Set(due.map((it) => it.repository_id))];
  }

  async #isCurrent(): Promise<boolean> {
    const { database } = this.#parts;
    const { changes } = database;
    if (changes !== null && changes === this.#seenChanges) return true;
    const isCurrent = (await queries.listDue.first(database, { limit: 1 })) === null && !(await needsRebuild(database));
    if (isCurrent) this.#seenChanges = changes;
    return isCurrent;
  }

  async #runInBackground(): Promise<void> {
    try {
      if (this.#running === null && !(await this.#isCurrent())) await this.#run();
    } catch (error) {
      if (!this.#isClosed) this.#parts.log.warn("the search's index is behind; the next look goes on", { error });
    }
  }

  /** Joins what runs already. */
  #run(signal?: AbortSignal, onIndexed: (documents: number) => void = () => undefined): Promise<void> {
    return (this.#running ??= this.#work(signal, onIndexed).finally(() => {
      this.#running = null;
      this.#isRebuilding = false;
    }));
  }

  async #work(signal: AbortSignal | undefined, onIndexed: (documents: number) => void): Promise<void> {
    const { database } = this.#parts;
    const state = await queries.findState.first(database, { stateKey: "version" });
    const isOld = state === null || state.value < INDEX_VERSION;
    if (isOld || (await queries.findManyDue.first(database, { noteCount: MANY_NOTES })) !== null) {
      await database.write(beginRebuild);
    }
    const isOver = () => this.#isClosed || signal?.aborted === true;
    while (!isOver()) {
      const due = await queries.listDue.all(database, { limit: PAGE });
      if (due.length === 0 && !(await this.#noteMore())) return;
      const notes = new Map<number, number[]>();
      for (const { id, repository_id: repositoryId } of due) {
        notes.set(repositoryId, [...(notes.get(repositoryId) ?? []), id]);
      }
      const all = [...notes];
      for (let at = 0; at < all.length && !isOver(); at += BATCH) {
        const began = performance.now();
        const batch = all.slice(at, at + BATCH);
        await this.#index(batch);
        if (database.dialect === "sqlite") {
          await database.write((trx) => queries.mergeTokens.run(trx, { pages: MERGED_PAGES }));
        }
        onIndexed(batch.length);
        await this.#rest(performance.now() - began);
      }
    }
  }

  /** A rebuild's next repositories. False when none is going on. */
  async #noteMore(): Promise<boolean> {
    return await this.#parts.database.write(async (trx) => {
      await lockName(trx, LOCK);
      const state = await queries.findState.first(trx, { stateKey: "rebuilt_to" });
      if (state === null) return false;
      const afterId = state.value;
      const end = await queries.findRebuildEnd.first(trx, { afterId, rebuildCount: REBUILD });
      await queries.insertDue.run(trx, { afterId, upToId: end?.id ?? Number.MAX_SAFE_INTEGER });
      if (end === null) await queries.deleteState.run(trx, { stateKey: "rebuilt_to" });
      else await queries.saveState.run(trx, { stateKey: "rebuilt_to", stateValue: end.id });
      this.#isRebuilding ||= end !== null;
      return true;
    });
  }

  async #index(batch: readonly [repositoryId: number, dueIds: number[]][]): Promise<void> {
    const { database, log } = this.#parts;
    try {
      await indexAll(database, batch);
    } catch (error) {
      if (isOfDatabase(error)) throw error;
      for (const one of batch) {
        try {
          await indexAll(database, [one]);
        } catch (reason) {
          if (isOfDatabase(reason)) throw reason;
          // It would keep all others from the index.
          log.error("a repository could not be indexed for the search", { error: reason, repository: one[0] });
          await database.write((trx) => queries.deleteDue.run(trx, { dueIds: JSON.stringify(one[1]) }));
        }
      }
    }
  }

  async #rest(workedMs: number): Promise<void> {
    const until = performance.now() + workedMs * REST;
    do await Bun.sleep(this.#hurried > 0 ? 0 : Math.min(20, workedMs * REST));
    while (this.#hurried === 0 && !this.#isClosed && performance.now() < until);
  }
}

async function needsRebuild(on: Queryable): Promise<boolean> {
  const version = await queries.findState.first(on, { stateKey: "version" });
  if (version === null || version.value < INDEX_VERSION) return true;
  return (await queries.findState.first(on, { stateKey: "rebuilt_to" })) !== null;
}

/** What is noted by now will be looked at anyway; what follows is noted again. */
async function beginRebuild(trx: Transaction): Promise<void> {
  await lockName(trx, LOCK);
  await queries.deleteAllDue.run(trx, {});
  await queries.saveState.run(trx, { stateKey: "version", stateValue: INDEX_VERSION });
  await queries.saveState.run(trx, { stateKey: "rebuilt_to", stateValue: 0 });
}

async function indexAll(
  database: Database,
  batch: readonly (readonly [repositoryId: number, dueIds: number[]])[],
): Promise<void> {
  const made = await Promise.all(
    batch.map(async ([repositoryId, dueIds]) => {
      const document = await readDocument(database, repositoryId);
      return { repositoryId, dueIds, document, tokens: document === null ? "" : tokensOf(document).join(" ") };
    }),
  );
  await database.write(async (trx) => {
    for (const { repositoryId, dueIds, document, tokens } of made) {
      // Another process has written what it read later than these notes.
      if ((await queries.deleteDue.run(trx, { dueIds: JSON.stringify(dueIds) })) === 0) continue;
      if (document === null) {
        await queries.deleteDocument.run(trx, { repositoryId });
        await queries.deleteTokens.run(trx, { repositoryId });
        continue;
      }
      await queries.saveDocument.run(trx, { repositoryId, tokens, ...columnsOf(document) });
      await queries.saveTokens.run(trx, { repositoryId, tokens });
    }
  });
}

function columnsOf({ kinds, systems, architectures, tags, isSigned }: Document) {
  return {
    kinds: kinds.join(" "),
    systems: systems.join(" "),
    architectures: architectures.join(" "),
    tags: tags.join(" "),
    isSigned: isSigned ? (1 as const) : (0 as const),
  };
}

function isOfDatabase(error: unknown): boolean {
  return [DatabaseFullError, DatabaseUnavailableError, DatabaseCorruptError].some((it) => error instanceof it);
}
