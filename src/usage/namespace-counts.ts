/**
 * Counts of namespaces, each remembered for a minute and made one at a time in the background: however many ask, the
 * database is walked through once. Who asks waits a moment for the first count, and is told to come again after that.
 */
import type { Principal } from "../access/principal.ts";
import { visibilityOf } from "../access/visibility.ts";
import type { Database } from "../database/database.ts";
import { Lru } from "../lib/lru.ts";
import type { Log } from "../telemetry/log.ts";
import { countNamespace, type NamespaceCount } from "./namespace-count.ts";
import { rowsOf } from "./pages.ts";
import * as queries from "./queries/links.ts";

const FRESH_MS = 60_000;
const WAIT_MS = 1_500;
const CACHE_BYTES = 8 * 1024 * 1024;
const ROW_BYTES = 300;
/** A namespace whose count failed is not counted anew at once. */
const RETRY_MS = 10_000;

export type NamespaceCountsParts = { database: Database; log: Log; freshMs?: number; waitMs?: number };

export class NamespaceCounts {
  readonly #parts: NamespaceCountsParts;
  readonly #known = new Lru<number, NamespaceCount>(CACHE_BYTES);
  /** Too large to be remembered with others. */
  #largest: { id: number; count: NamespaceCount } | null = null;
  readonly #going = new Map<number, Promise<void>>();
  readonly #failedAt = new Map<number, number>();
  readonly #stopping = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: NamespaceCountsParts) {
    this.#parts = parts;
  }

  /** Null while a first count is under way. */
  async get(namespaceId: number): Promise<NamespaceCount | null> {
    const { freshMs = FRESH_MS, waitMs = WAIT_MS } = this.#parts;
    const known = this.#find(namespaceId);
    if (known !== null && Date.now() - known.countedAt < freshMs) return known;
    await Promise.race([this.#count(namespaceId), Bun.sleep(waitMs)]);
    return this.#find(namespaceId);
  }

  /** Ids of the namespace's repositories that the caller may see. */
  async visible(caller: Principal, namespaceId: number): Promise<Set<number>> {
    const { database } = this.#parts;
    const visibility = visibilityOf(caller);
    const ids = new Set<number>();
    const rows = rowsOf<{ id: number; name: string }>(500, (last, limit) =>
      queries.listVisibleOf.all(database, { ...visibility, namespaceId, afterName: last?.name ?? "", limit }),
    );
    for await (const { id } of rows) ids.add(id);
    return ids;
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error("the server is stopping"));
    await this.#turn.catch(() => undefined);
  }

  #find(namespaceId: number): NamespaceCount | null {
    if (this.#largest?.id === namespaceId) return this.#largest.count;
    return this.#known.get(namespaceId) ?? null;
  }

  #count(namespaceId: number): Promise<void> {
    const going = this.#going.get(namespaceId);
    if (going !== undefined) return going;
    if (Date.now() - (this.#failedAt.get(namespaceId) ?? 0) < RETRY_MS) return Promise.resolve();
    const count = this.#turn.then(async () => {
      try {
        const made = await countNamespace(this.#parts.database, namespaceId, this.#stopping.signal);
        this.#keep(namespaceId, made);
        this.#failedAt.delete(namespaceId);
      } catch (error) {
        if (this.#failedAt.size > 1_000) this.#failedAt.clear();
        this.#failedAt.set(namespaceId, Date.now());
        if (!this.#stopping.signal.aborted) {
          this.#parts.log.error("what a namespace stores could not be counted", { namespaceId, error });
        }
      } finally {
        this.#going.delete(namespaceId);
      }
    });
    this.#turn = count;
    this.#going.set(namespaceId, count);
    return count;
  }

  #keep(id: number, count: NamespaceCount): void {
    const sizeBytes = (count.repositories.length + 1) * ROW_BYTES;
    if (sizeBytes > CACHE_BYTES / 4) this.#largest = { id, count };
    else this.#known.set(id, count, sizeBytes);
  }
}
