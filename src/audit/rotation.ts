/** Removes the oldest events of the audit log, by age and by number, a few at a time. It says how many went. */
import type { Database, Transaction } from "../database/database.ts";
import { NO_RECORD, type Recorder } from "../jobs/job-runs.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import * as queries from "./queries.ts";

const EVERY_MS = 3_600_000;
const BATCH = 500;
/** Between two batches, for whoever else writes. */
const PAUSE_MS = 20;
const DAY_MS = 86_400_000;

export type RotationParts = {
  database: Database;
  log: Log;
  metrics: Metrics;
  /** Where it is written down that events went. */
  jobs?: Recorder;
  enabled: boolean;
  keepDays: number;
  maxEvents: number;
};

export class Rotation {
  readonly #parts: RotationParts;
  readonly #rotated: Counter;
  #timer: Timer | null = null;
  #running: Promise<number> | null = null;
  #isClosing = false;

  constructor(parts: RotationParts) {
    this.#parts = parts;
    this.#rotated = parts.metrics.counter("berth_audit_rotated_total", "Events removed as too old or too many.");
  }

  start(): void {
    if (!this.#parts.enabled) return;
    const { jobs = NO_RECORD } = this.#parts;
    const planNext = () => jobs.planNext("audit-rotation", Date.now() + EVERY_MS);
    planNext();
    const rotate = () => {
      planNext();
      const summary = (events: number) => (events > 0 ? { events } : null);
      jobs
        .run("audit-rotation", () => this.run(), { summary })
        .catch((error: unknown) =>
          this.#parts.log.error("old audit events could not be removed; the next round tries again", { error }),
        );
    };
    this.#timer ??= setInterval(rotate, EVERY_MS).unref();
  }

  /** Removes what is due; how many events that were. */
  async run(now = Date.now()): Promise<number> {
    this.#running ??= this.#run(now).finally(() => {
      this.#running = null;
    });
    return await this.#running;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer ?? undefined);
    await this.#running?.catch(() => undefined);
  }

  async #run(now: number): Promise<number> {
    const { database, log, keepDays, maxEvents } = this.#parts;
    const before = now - keepDays * DAY_MS;
    const tooOld = await this.#remove((trx) => queries.deleteEventsBefore.run(trx, { before, limit: BATCH }));
    // Ids only grow and none is given twice: there are no more events than ids between the first and the last.
    const newest = await queries.findNewestEvent.first(database, { afterId: 0 });
    const upToId = (newest?.id ?? 0) - maxEvents;
    const tooMany =
      upToId > 0 ? await this.#remove((trx) => queries.deleteEventsUpTo.run(trx, { upToId, limit: BATCH })) : 0;
    if (tooOld + tooMany > 0) {
      const oldestKept = new Date(before).toISOString();
      log.info("audit events removed", { tooOld, tooMany, keepDays, maxEvents, olderThan: oldestKept });
    }
    return tooOld + tooMany;
  }

  async #remove(some: (trx: Transaction) => Promise<number>): Promise<number> {
    let total = 0;
    while (!this.#isClosing) {
      const removed = await this.#parts.database.write(some);
      total += removed;
      this.#rotated.add(removed);
      if (removed < BATCH) break;
      await Bun.sleep(PAUSE_MS);
    }
    return total;
  }
}
