/**
 * Finds layers that have no index and has them made, some seconds after something was pushed and while the registry is
 * calm. Goes through the manifests by id, from where it was; what failed before is tried again with the next start.
 */
import type { Database } from "../database/database.ts";
import { parseManifest } from "../oci/manifest.ts";
import type { Log } from "../telemetry/log.ts";
import type { Indexer } from "./indexer.ts";
import type { IndexStore } from "./index-store.ts";
import { mayBeArchive } from "./layer-types.ts";
import * as queries from "./queries.ts";

export type LayerBackgroundParts = {
  database: Database;
  store: IndexStore;
  indexer: Indexer;
  log: Log;
  isCalm: () => boolean;
  /** Milliseconds between two looks whether the registry is calm. */
  lookMs?: number;
};

const LOOK_MS = 5_000;
const STRETCH = 200;
/** More than any manifest has. */
const MAX_ROWS = 5_000;
/** Looked at again each time: transactions end in another order than they begin. */
const OVERLAP = 200;
const AT_ONCE = 50;
const SWEEP_MS = 3_600_000;

type Unindexed = Awaited<ReturnType<(typeof queries.listUnindexed)["all"]>>[number];

export class LayerBackground {
  readonly #parts: LayerBackgroundParts;
  readonly #sweeping: Timer;
  #upTo = 0;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #isWanted = false;
  #isClosed = false;

  constructor(parts: LayerBackgroundParts) {
    this.#parts = parts;
    this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#sweeping.unref();
  }

  /** Something was pushed. */
  wake(): void {
    this.#isWanted = true;
    if (this.#timer !== null || this.#running !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#parts.isCalm()) return this.wake();
      this.#isWanted = false;
      this.#running = this.runOnce()
        .catch((error: unknown) =>
          this.#parts.log.error("layers could not be looked through; the next push tries again", { error }),
        )
        .finally(() => {
          this.#running = null;
          if (this.#isWanted) this.wake();
        });
    }, this.#parts.lookMs ?? LOOK_MS);
    this.#timer.unref();
  }

  /** Before the indexer is closed, which ends what is awaited here. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweeping);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Has indexes made of all that have none; resolves when they are. */
  async runOnce(): Promise<void> {
    const { database } = this.#parts;
    const last = (await queries.findLastManifest.first(database, {}))?.id ?? 0;
    // Deleted ones give their ids back.
    let after = Math.max(0, Math.min(this.#upTo, last) - OVERLAP);
    while (after < last && !this.#isClosed) {
      const upToManifest = Math.min(last, after + STRETCH);
      const rows = await queries.listUnindexed.all(database, { afterManifest: after, upToManifest, limit: MAX_ROWS });
      await this.#make(rows);
      const isAll = rows.length < MAX_ROWS;
      after = isAll ? upToManifest : Math.max(after + 1, (rows.at(-1)?.manifest_id ?? 0) - 1);
      this.#upTo = after;
    }
  }

  async #make(rows: readonly Unindexed[]): Promise<void> {
    const { indexer } = this.#parts;
    const types = new Map<number, ReadonlyMap<string, string>>();
    let batch: Promise<void>[] = [];
    for (const row of rows) {
      if (this.#isClosed) return;
      const mediaType = (await this.#typesOf(row.manifest_id, types)).get(row.digest);
      if (mediaType === undefined || !mayBeArchive(mediaType)) continue;
      const namespace = row.repository.split("/")[0] ?? "";
      batch.push(indexer.request({ id: row.id, sizeBytes: row.size_bytes }, namespace, false));
      if (batch.length < AT_ONCE) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
  }

  /** Media types of a manifest's layers, by digest; of the last one asked for. */
  async #typesOf(
    manifestId: number,
    known: Map<number, ReadonlyMap<string, string>>,
  ): Promise<ReadonlyMap<string, string>> {
    const found = known.get(manifestId);
    if (found) return found;
    known.clear();
    const row = await queries.findManifestContent.first(this.#parts.database, { manifestId });
    const types = new Map<string, string>();
    try {
      const references = row === null ? [] : parseManifest(new Uint8Array(row.content), row.media_type).references;
      for (const { descriptor } of references) types.set(descriptor.digest, descriptor.mediaType);
    } catch {
      // One that rotted: its layers are somebody else's to find.
    }
    known.set(manifestId, types);
    return types;
  }

  async #sweep(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const removed = await store.sweep();
      if (removed > 0) log.debug("indexes of layers that are gone were removed", { removed });
    } catch (error) {
      log.error("indexes of layers could not be looked through; the next sweep tries again", { error });
    }
  }
}
