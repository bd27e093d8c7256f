/**
 * Writes down who did what. Three ways in, by what it may cost and what may be lost:
 *
 *     record   in the transaction of a change: no change without its row, no row without its change
 *     note     what changed nothing (a denial, a login): gathered for seconds, the same things counted in one row
 *     pulled   counted in memory, added to the row of its hour every few seconds, one event an hour and puller
 *
 * A process that is killed loses the notes and pulls of those seconds, and no change.
 */
import type { Principal } from "../access/principal.ts";
import type { Database, Transaction } from "../database/database.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { type AuditEvent, type EventRow, type Outcome, toEventRow } from "./event.ts";
import * as queries from "./queries.ts";

const FLUSH_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Different notes that are kept between two flushes: whoever makes up names cannot fill the log with them. */
const MAX_NOTES = 1_000;
const MAX_PULLS = 20_000;
/** Rows in one transaction: on SQLite it holds up everything else. */
const BATCH = 200;

export type AuditTrailParts = {
  database: Database;
  log: Log;
  metrics: Metrics;
  enabled: boolean;
  /** What a name that was pulled leads to; its id is null when there is none by now. */
  findRepository: (name: RepositoryName) => Promise<{ id: number | null }>;
};

type Pulls = { principal: Principal; count: number };

export class AuditTrail {
  readonly #parts: AuditTrailParts;
  readonly #counters: Record<Outcome, Counter>;
  #notes = new Map<string, EventRow>();
  #uncounted = 0;
  #pulls = new Map<RepositoryName, Map<string, Pulls>>();
  #pullers = 0;
  #dropped = 0;
  #timer: Timer | null = null;
  #flushing: Promise<void> | null = null;
  /** The hour up to which pulls have become events. */
  #endedBefore = 0;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
    const counter = (outcome: Outcome) =>
      parts.metrics.counter("berth_audit_events_total", "Rows of the audit log by outcome.", { outcome });
    this.#counters = { allowed: counter("allowed"), denied: counter("denied"), failed: counter("failed") };
    parts.metrics.gauge(
      "berth_audit_pending",
      "Notes and counted pulls that are not written yet.",
      () => this.#notes.size + this.#pullers,
    );
    parts.metrics.total(
      "berth_audit_uncounted_total",
      "Denials and failures that were only counted, because there were too many different ones at once.",
      () => this.#dropped,
    );
  }

  get isEnabled(): boolean {
    return this.#parts.enabled;
  }

  /** Writes the event with the change that it is about. */
  async record(trx: Transaction, event: AuditEvent): Promise<void> {
    if (!this.#parts.enabled) return;
    const row = toEventRow(event, Date.now());
    await queries.insertEvent.run(trx, row);
    trx.afterCommit(() => this.#counters[row.outcome].add());
  }

  /** Writes the event durably by itself: where the change has no transaction of ours, or is over. */
  async write(event: AuditEvent): Promise<void> {
    if (!this.#parts.enabled) return;
    await this.#parts.database.write((trx) => this.record(trx, event));
  }

  /** Keeps the event for the next flush. Of the same, only the number grows. */
  note(event: AuditEvent): void {
    if (!this.#parts.enabled) return;
    const row = toEventRow(event, Date.now());
    const key = JSON.stringify([
      row.actorKind,
      row.actorName,
      row.action,
      row.targetKind,
      row.targetName,
      row.outcome,
      row.reason,
      row.address,
      row.namespaceId,
    ]);
    const same = this.#notes.get(key);
    if (same) same.occurrences += 1;
    else if (this.#notes.size < MAX_NOTES) this.#notes.set(key, row);
    else {
      this.#uncounted += 1;
      this.#dropped += 1;
    }
  }

  /** Counts a pull. On the path of every one of them. */
  pulled(principal: Principal, repository: RepositoryName, count = 1): void {
    if (!this.#parts.enabled) return;
    let byPuller = this.#pulls.get(repository);
    if (byPuller === undefined) this.#pulls.set(repository, (byPuller = new Map()));
    const known = byPuller.get(principal.id);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    byPuller.set(principal.id, { principal, count });
    this.#pullers += 1;
    if (this.#pullers >= MAX_PULLS) this.#flushSoon();
  }

  /** Writes what was noted and counted from now on, every few seconds. */
  start(): void {
    this.#timer ??= setInterval(() => this.#flushSoon(), FLUSH_MS).unref();
  }

  /** Writes what was noted and counted so far; what could not be written is kept. */
  async flush(now = Date.now()): Promise<void> {
    while (this.#flushing !== null) await this.#flushing;
    this.#flushing = this.#flush(now).finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
    await this.flush();
  }

  #flushSoon(): void {
    if (this.#flushing !== null) return;
    this.flush().catch((error: unknown) =>
      this.#parts.log.warn("the audit log's notes could not be written; they are kept", { error }),
    );
  }

  async #flush(now: number): Promise<void> {
    if (!this.#parts.enabled) return;
    await this.#flushNotes(now);
    await this.#flushPulls(now);
    const hour = hourOf(now - 2 * FLUSH_MS);
    if (hour === this.#endedBefore) return;
    await this.#endHours(hour);
    this.#endedBefore = hour;
  }

  async #flushNotes(now: number): Promise<void> {
    const rows = [...this.#notes.values()];
    if (this.#uncounted > 0) rows.push(uncountedRow(this.#uncounted, now));
    const uncounted = this.#uncounted;
    this.#notes = new Map();
    this.#uncounted = 0;
    for (let begin = 0; begin < rows.length; begin += BATCH) {
      const batch = rows.slice(begin, begin + BATCH);
      try {
        await this.#parts.database.write(async (trx) => {
          for (const row of batch) await queries.insertEvent.run(trx, row);
        });
      } catch (error) {
        this.#keep(rows.slice(begin), uncounted);
        throw error;
      }
      for (const { outcome } of batch) this.#counters[outcome].add();
    }
  }

  /** Notes go back to where new ones may have come meanwhile. */
  #keep(rows: readonly EventRow[], uncounted: number): void {
    this.#uncounted += uncounted;
    for (const row of rows) {
      if (row.action === UNCOUNTED) continue;
      if (this.#notes.size < MAX_NOTES) this.#notes.set(`kept ${this.#notes.size} ${row.at}`, row);
      else this.#uncounted += row.occurrences;
    }
  }

  async #flushPulls(now: number): Promise<void> {
    const hour = hourOf(now);
    const pulls = [...this.#pulls].flatMap(([repository, byPuller]) =>
      [...byPuller.values()].map((it) => ({ repository, ...it })),
    );
    this.#pulls = new Map();
    this.#pullers = 0;
    // In one order for all processes, so that of two that add to the same rows one waits for the other.
    pulls.sort((a, b) => compare(a.principal.id, b.principal.id) || compare(a.repository, b.repository));
    for (let begin = 0; begin < pulls.length; begin += BATCH) {
      const batch = pulls.slice(begin, begin + BATCH);
      try {
        await this.#addPulls(hour, batch);
      } catch (error) {
        for (const { principal, repository, count } of pulls.slice(begin)) this.pulled(principal, repository, count);
        throw error;
      }
    }
  }

  async #addPulls(hour: number, batch: readonly ({ repository: RepositoryName } & Pulls)[]): Promise<void> {
    const found = new Map<RepositoryName, { id: number | null }>();
    for (const { repository } of batch) {
      if (!found.has(repository)) found.set(repository, await this.#parts.findRepository(repository));
    }
    await this.#parts.database.write(async (trx) => {
      for (const { repository, principal, count } of batch) {
        await queries.addPulls.run(trx, {
          hour,
          actorKey: principal.id,
          repositoryName: repository,
          repositoryId: found.get(repository)?.id ?? null,
          actorId: principal.rights?.accountId ?? null,
          actorName: principal.name,
          actorKind: principal.kind,
          pulls: count,
        });
      }
    });
  }

  /** Makes an event of each row of the hours before. Where several processes write, the last flush of an hour comes after it. */
  async #endHours(hour: number): Promise<void> {
    let ended: number;
    do {
      ended = await this.#parts.database.write(async (trx) => {
        const rows = await queries.listEndedPulls.all(trx, { hour, limit: BATCH });
        for (const row of rows) {
          await queries.deletePulls.run(trx, {
            hour: row.hour,
            actorKey: row.actor_key,
            repositoryName: row.repository_name,
          });
          const event: AuditEvent = {
            by: { kind: "anonymous", name: row.actor_name },
            action: "repository.pull",
            target: { kind: "repository", name: row.repository_name, id: row.repository_id },
            repositoryId: row.repository_id,
          };
          await queries.insertEvent.run(trx, {
            ...toEventRow(event, row.hour, row.pulls),
            actorId: row.actor_id,
            actorKind: row.actor_kind,
          });
        }
        return rows.length;
      });
      if (ended > 0) this.#counters.allowed.add(ended);
    } while (ended === BATCH);
  }
}

const UNCOUNTED = "audit.uncounted";

function uncountedRow(count: number, now: number): EventRow {
  const event: AuditEvent = {
    by: { kind: "system", name: "berth" },
    action: UNCOUNTED,
    target: { kind: "registry", name: "audit log" },
    outcome: "denied",
    reason: `more different denials and failed logins at once than are written one by one: these were only counted`,
  };
  return toEventRow(event, now, count);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function hourOf(at: number): number {
  return at - (at % HOUR_MS);
}
