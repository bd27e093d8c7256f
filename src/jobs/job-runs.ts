/**
 * Background works leave here that they ran: when, how it ended, figures and their last lines. One that found nothing to
 * do leaves nothing but the time at which it looked, in memory, so that an idle server writes nothing.
 *
 * A run that lasts, or that somebody asked for, has its row while it goes on, and shows now and then that it does; one
 * whose process is gone is marked as interrupted at the next start. What cannot be written down keeps no work from being
 * done.
 */
import type { Database, Transaction } from "../database/database.ts";
import type { Log } from "../telemetry/log.ts";
import { JOB_KINDS, type JobKind, type JobOutcome } from "./kinds.ts";
import * as queries from "./queries.ts";
import { type LogLine, RunNotes, type Summary, textOf } from "./run-notes.ts";

export type { Summary } from "./run-notes.ts";

/** What a work tells of itself while it runs. */
export type RunReport = {
  /** A line of its log; of many the last are kept. */
  note: (text: string) => void;
  /** Figures, laid over those before. */
  figures: (figures: Summary) => void;
};

/** What works need to leave their runs. */
export type Recorder = {
  run<T>(kind: JobKind, work: (report: RunReport) => Promise<T>, options?: RunOptions<T>): Promise<T>;
  /** When this process begins the work next, in ms since 1970. */
  planNext(kind: JobKind, at: number | null): void;
};

export type RunOptions<T> = {
  /** Who asked for it; null: it began by itself, and is written down only if there was something to do. */
  startedBy?: string | null;
  /** Figures of what came out; null when there was nothing to do. */
  summary?: (result: T) => Summary | null;
};

export type JobRun = {
  id: number;
  kind: JobKind;
  node: string;
  startedBy: string | null;
  beganAt: number;
  endedAt: number | null;
  outcome: JobOutcome;
  error: string | null;
  summary: Summary;
};

export type JobState = {
  kind: JobKind;
  running: JobRun | null;
  lastRun: JobRun | null;
  lastLookedAt: number | null;
  nextDueAt: number | null;
};

export type JobRunsParts = {
  database: Database;
  log: Log;
  /** Of this machine, for people and so that its own runs are known after a crash. */
  node: string;
  /** Milliseconds after which a run has a row while it goes on. */
  lastsMs?: number;
  keep?: number;
};

const LASTS_MS = 2_000;
const SHOW_EVERY_MS = 10_000;
/** A run of another machine that was not heard of for so long has ended. */
const STALE_MS = 120_000;
const KEEP = 1_000;
const KEEP_MS = 30 * 86_400_000;
const BATCH = 500;
/** After so many runs the oldest are removed. */
const PRUNE_EVERY = 20;
const INTERRUPTED = "the server ended before this did";

export class JobRuns implements Recorder {
  readonly #parts: JobRunsParts;
  readonly #lookedAt = new Map<JobKind, number>();
  readonly #next = new Map<JobKind, number>();
  readonly #going = new Set<Promise<unknown>>();
  #ended = 0;

  constructor(parts: JobRunsParts) {
    this.#parts = parts;
  }

  planNext(kind: JobKind, at: number | null): void {
    if (at === null) this.#next.delete(kind);
    else this.#next.set(kind, at);
  }

  async run<T>(kind: JobKind, work: (report: RunReport) => Promise<T>, options: RunOptions<T> = {}): Promise<T> {
    return await this.#run(kind, work, options, () => undefined);
  }

  /** As `run`, and gives the id of its row as soon as there is one. `done` never rejects. */
  async begin<T>(
    kind: JobKind,
    work: (report: RunReport) => Promise<T>,
    options: RunOptions<T> & { startedBy: string },
  ): Promise<{ id: number; done: Promise<void> }> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const running = this.#run(kind, work, options, resolve);
    const done = running.then(
      () => undefined,
      (error: unknown) => {
        reject(error);
        this.#parts.log.warn("a work that was asked for failed", { kind, error });
      },
    );
    return { id: await promise, done };
  }

  /** Marks as interrupted what can be running no more. `isStart`: this process has just begun, so nothing of this machine runs. */
  async interrupt({ isStart }: { isStart: boolean }): Promise<number> {
    const { database } = this.#parts;
    const node = isStart ? this.#parts.node : "";
    const seenBefore = database.isShared ? Date.now() - STALE_MS : isStart ? Number.MAX_SAFE_INTEGER : 0;
    const stale = await queries.listStaleRuns.all(database, { seenBefore, node, limit: BATCH });
    if (stale.length === 0) return 0;
    return await database.write(async (trx) => {
      let marked = 0;
      for (const { id, seen_at: seenAt } of stale) {
        marked += await queries.interruptRun.run(trx, { runId: id, seenAt, error: INTERRUPTED });
      }
      return marked;
    });
  }

  async find(id: number): Promise<(JobRun & { log: LogLine[] }) | null> {
    const row = await queries.findRun.first(this.#parts.database, { runId: id });
    // Only `RunNotes` writes that column.
    return row && { ...runOf(row), log: JSON.parse(row.log) as LogLine[] };
  }

  /** Newest first, those before `before`. */
  async list(filter: { kind?: JobKind; outcome?: JobOutcome; before: number; limit: number }): Promise<JobRun[]> {
    const { database } = this.#parts;
    const { kind, outcome, before, limit } = filter;
    if (kind === undefined) {
      const rows =
        outcome === undefined
          ? await queries.listRuns.all(database, { before, limit })
          : await queries.listRunsOfOutcome.all(database, { jobOutcome: outcome, before, limit });
      return rows.map(runOf);
    }
    const rows = await queries.listRunsOfKind.all(database, {
      jobKind: kind,
      before,
      limit: outcome === undefined ? limit : KEEP * 2,
    });
    return rows
      .map(runOf)
      .filter((run) => outcome === undefined || run.outcome === outcome)
      .slice(0, limit);
  }

  /** Of every kind, in their order. */
  async states(): Promise<JobState[]> {
    const states: JobState[] = [];
    for (const kind of JOB_KINDS) {
      const runs = await this.list({ kind, before: Number.MAX_SAFE_INTEGER, limit: 5 });
      states.push({
        kind,
        running: runs.find((run) => run.outcome === "running") ?? null,
        lastRun: runs.find((run) => run.outcome !== "running") ?? null,
        lastLookedAt: this.#lookedAt.get(kind) ?? null,
        nextDueAt: this.#next.get(kind) ?? null,
      });
    }
    return states;
  }

  /** Resolves when what goes on has been written down; whoever runs it ends it before. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#going);
  }

  async #run<T>(
    kind: JobKind,
    work: (report: RunReport) => Promise<T>,
    { startedBy = null, summary }: RunOptions<T>,
    onRow: (id: number) => void,
  ): Promise<T> {
    const { node, lastsMs = LASTS_MS } = this.#parts;
    const beganAt = Date.now();
    const notes = new RunNotes();
    let row: Promise<number | null> | null = null;
    const insert = (): Promise<number | null> =>
      (row ??= this.#write(async (trx) => {
        const at = { jobKind: kind, node, startedBy, beganAt, now: Date.now() };
        return (await queries.insertRun.first(trx, { ...at, ...notes.columns }))?.id ?? null;
      }));
    const show = async (): Promise<void> => {
      const runId = await insert();
      if (runId !== null) {
        await this.#write((trx) => queries.noteRun.run(trx, { runId, now: Date.now(), ...notes.columns }));
      }
    };
    let showing: Promise<void> = Promise.resolve();
    const end = async (outcome: "done" | "failed", error: string | null): Promise<void> => {
      // What is on its way would say that it still runs.
      await showing;
      const runId = await insert();
      if (runId === null) return;
      await this.#write((trx) => queries.endRun.run(trx, { runId, now: Date.now(), outcome, error, ...notes.columns }));
      await this.#prune(kind);
    };
    this.#lookedAt.set(kind, beganAt);
    if (startedBy !== null) {
      const id = await insert();
      if (id === null) throw new Error(`the run of ${kind} could not be written down: see the log`);
      onRow(id);
    }
    const tick = (): void => {
      showing = showing.then(show);
    };
    const first = setTimeout(tick, lastsMs).unref();
    const timer = setInterval(tick, SHOW_EVERY_MS).unref();
    const stop = () => {
      clearTimeout(first);
      clearInterval(timer);
    };
    const going = (async () => {
      try {
        const result = await work(notes);
        stop();
        const figures = summary === undefined ? {} : summary(result);
        if (figures !== null) notes.figures(figures);
        if (figures !== null || row !== null) await end("done", null);
        return result;
      } catch (error) {
        stop();
        await end("failed", textOf(error));
        throw error;
      }
    })();
    this.#going.add(going);
    try {
      return await going;
    } finally {
      this.#going.delete(going);
    }
  }

  async #prune(jobKind: JobKind): Promise<void> {
    this.#ended += 1;
    if (this.#ended % PRUNE_EVERY !== 1) return;
    const { keep = KEEP } = this.#parts;
    await this.#write((trx) => queries.deleteOldRunsOfKind.run(trx, { jobKind, keep, limit: BATCH }));
    await this.#write((trx) => queries.deleteRunsBefore.run(trx, { before: Date.now() - KEEP_MS, limit: BATCH }));
  }

  /** Null when it could not be written. */
  async #write<T>(work: (trx: Transaction) => Promise<T>): Promise<T | null> {
    try {
      return await this.#parts.database.write(work);
    } catch (error) {
      this.#parts.log.warn("a run of background work could not be written down", { error });
      return null;
    }
  }
}

type Row = {
  id: number;
  kind: string;
  node: string;
  started_by: string | null;
  began_at: number;
  ended_at: number | null;
  outcome: JobOutcome;
  error: string | null;
  summary: string;
};

function runOf(row: Row): JobRun {
  return {
    id: row.id,
    // Only kinds are ever written to that column.
    kind: row.kind as JobKind,
    node: row.node,
    startedBy: row.started_by,
    beganAt: row.began_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    error: row.error,
    // Only `RunNotes` writes that column.
    summary: JSON.parse(row.summary) as Summary,
  };
}

/** For parts that are opened without a place to leave their runs in. */
export const NO_RECORD: Recorder = {
  run: async (_, work) => await work({ note: () => undefined, figures: () => undefined }),
  planNext: () => undefined,
};
