/**
 * Counts exactly what each namespace stores and corrects the counters by the difference. Both are read at one instant, so
 * what is pushed meanwhile is not lost; pushes go on. Links that went, and content that came while nothing was limited or
 * from a backup, are known from then on.
 */
import type { Database, Queryable } from "../database/database.ts";
import { NO_RECORD, type Recorder } from "../jobs/job-runs.ts";
import type { Log } from "../telemetry/log.ts";
import * as queries from "./queries.ts";

const PAGE = 2_000;
/** After a refused push the next count comes so soon; more of them do not make it come sooner. */
const AFTER_REFUSAL_MS = 30_000;

type Counter = { bytes: number; corrections: number };

/** `jobs`: where counts that corrected something are written down. */
export type RecountParts = { database: Database; jobs?: Recorder; log: Log; everyMs: number };

export class Recount {
  readonly #parts: RecountParts;
  #running: Promise<number> | null = null;
  #timer: Timer | null = null;
  #soon: Timer | null = null;
  #isClosed = false;
  #lastAt = 0;

  constructor(parts: RecountParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#runAndLog();
    this.#timer = setInterval(() => this.#runAndLog(), this.#parts.everyMs).unref();
  }

  /** Counts before long, because somebody was refused. */
  soon(): void {
    if (this.#soon !== null || this.#isClosed) return;
    const wait = Math.max(0, this.#lastAt + AFTER_REFUSAL_MS - Date.now());
    this.#soon = setTimeout(() => {
      this.#soon = null;
      this.#runAndLog();
    }, wait).unref();
  }

  /** How many namespaces had drifted. */
  run(): Promise<number> {
    this.#lastAt = Date.now();
    this.#running ??= this.#run().finally(() => (this.#running = null));
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer ?? undefined);
    clearTimeout(this.#soon ?? undefined);
    await this.#running?.catch(() => undefined);
  }

  #runAndLog(): void {
    const { jobs = NO_RECORD, log, everyMs } = this.#parts;
    jobs.planNext("usage-recount", Date.now() + everyMs);
    const summary = (namespaces: number) => (namespaces > 0 ? { namespaces } : null);
    jobs
      .run("usage-recount", () => this.run(), { summary })
      .then(
        (corrected) => {
          if (corrected > 0) log.info("stored bytes counted anew", { namespaces: corrected });
        },
        (error: unknown) => log.error("stored bytes could not be counted; the next time tries again", { error }),
      );
  }

  async #run(): Promise<number> {
    const { database } = this.#parts;
    const { counters, stored } = await database.snapshot(async (snapshot) => ({
      counters: await this.#readCounters(snapshot),
      stored: await this.#countStored(snapshot),
    }));
    let corrected = 0;
    for (const namespaceId of new Set([...counters.keys(), ...stored.keys()])) {
      const { bytes: counted, corrections } = counters.get(namespaceId) ?? { bytes: 0, corrections: 0 };
      const bytes = (stored.get(namespaceId) ?? 0) - counted;
      if (bytes === 0 || this.#isClosed) continue;
      corrected += await database.write((trx) => this.#correct(trx, namespaceId, { bytes, corrections }));
    }
    return corrected;
  }

  async #correct(trx: Queryable, namespaceId: number, { bytes, corrections }: Counter): Promise<number> {
    // The namespace may have gone meanwhile.
    if (!(await queries.findNamespacePlan.first(trx, { namespaceId }))) return 0;
    return await queries.correctUsage.run(trx, { namespaceId, bytes, corrections });
  }

  async #readCounters(on: Queryable): Promise<Map<number, Counter>> {
    const counters = new Map<number, Counter>();
    let last = { namespace_id: 0, shard: -1 };
    for (let isMore = true; isMore;) {
      const after = { afterNamespace: last.namespace_id, afterShard: last.shard };
      const rows = await queries.pageUsage.all(on, { ...after, limit: PAGE });
      for (const row of rows) {
        const sum = counters.get(row.namespace_id) ?? { bytes: 0, corrections: 0 };
        // Shards but 0 have none.
        counters.set(row.namespace_id, {
          bytes: sum.bytes + row.bytes,
          corrections: sum.corrections + row.corrections,
        });
        last = row;
      }
      isMore = rows.length === PAGE && !this.#isClosed;
    }
    return counters;
  }

  /** Bytes by namespace, each blob once, whatever its repositories in the namespace link it. */
  async #countStored(on: Queryable): Promise<Map<number, number>> {
    const stored = new Map<number, number>();
    let last = { blob_id: 0, repository_id: 0 };
    const counted = new Set<number>();
    for (let isMore = true; isMore;) {
      const after = { afterBlob: last.blob_id, afterRepository: last.repository_id };
      const rows = await queries.pageLinks.all(on, { ...after, limit: PAGE });
      for (const row of rows) {
        if (row.blob_id !== last.blob_id) counted.clear();
        last = row;
        if (counted.has(row.namespace_id)) continue;
        counted.add(row.namespace_id);
        stored.set(row.namespace_id, (stored.get(row.namespace_id) ?? 0) + row.size_bytes);
      }
      if (this.#isClosed) throw new Error("the server is stopping");
      isMore = rows.length === PAGE;
    }
    return stored;
  }
}
