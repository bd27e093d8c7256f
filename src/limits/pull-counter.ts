/**
 * Pulls by source in a window that the source's first pull begins. They are counted in memory, exactly, and added to the
 * rows once a second for all sources together, which tells what other processes counted meanwhile.
 *
 * So with several processes on one database a source may get more than its limit by what it pulls from the others within
 * about a second, at most once its limit from each; and a process that is killed forgets its last second.
 */
import type { Database } from "../database/database.ts";
import type { Log } from "../telemetry/log.ts";
import * as queries from "./queries.ts";

const SETTLE_MS = 1_000;
/** What was read so long ago is read again before it is relied on, where other processes count too. */
const STALE_MS = 1_500;
const SWEEP_MS = 600_000;
const MAX_SOURCES = 50_000;
const BATCH = 500;

export type Allowance = { limit: number; windowMs: number };

/** `endsInMs`: how long it takes until the window is over and everything is allowed again. */
export type Taken = { isRefused: boolean; remaining: number; endsInMs: number };

type Window = {
  /** What the rows said. */
  known: number;
  /** What they do not know yet. */
  unsent: number;
  endsAt: number;
  readAt: number;
};

export type PullCounterParts = { database: Database; log: Log; now?: () => number };

export class PullCounter {
  readonly #database: Database;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();
  /** Those with something that the rows do not know. */
  #changed = new Map<string, Window>();
  readonly #loading = new Map<string, Promise<void>>();
  #settling: Promise<void> | null = null;
  #timers: Timer[] = [];

  constructor({ database, log, now = Date.now }: PullCounterParts) {
    this.#database = database;
    this.#log = log;
    this.#now = now;
  }

  start(): void {
    const settle = () => {
      this.settle().catch((error: unknown) => this.#log.warn("pulls could not be added to the rows yet", { error }));
    };
    const sweep = () => {
      this.sweep().catch((error: unknown) => this.#log.warn("windows that are over could not be removed", { error }));
    };
    this.#timers = [setInterval(settle, SETTLE_MS).unref(), setInterval(sweep, SWEEP_MS).unref()];
  }

  /**
   * Takes `count` (0 or 1) of what the source has left: `isRefused` when there is nothing left to take. At once for a source
   * that pulled just now; its first time a row is read.
   */
  take(source: string, allowance: Allowance, count: 0 | 1): Taken | Promise<Taken> {
    const window = this.#find(source, allowance);
    if (window !== null) return this.#takeFrom(source, window, allowance, count);
    return this.#load(source, allowance).then(() => {
      // Over again already, or forgotten among very many: what was not loaded begins anew.
      const loaded = this.#find(source, allowance) ?? this.#begin(source, allowance);
      return this.#takeFrom(source, loaded, allowance, count);
    });
  }

  /** Adds to the rows what was counted since the last time. */
  async settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => (this.#settling = null));
    await this.#settling;
  }

  /** Removes rows of windows that are over. */
  async sweep(): Promise<void> {
    for (let removed = BATCH; removed === BATCH;) {
      removed = await this.#database.write((trx) =>
        queries.deletePullWindows.run(trx, { now: this.#now(), limit: BATCH }),
      );
    }
    const now = this.#now();
    for (const [source, window] of this.#windows) if (window.endsAt <= now) this.#windows.delete(source);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#settling?.catch(() => undefined);
    await this.settle();
  }

  #takeFrom(source: string, window: Window, { limit }: Allowance, count: 0 | 1): Taken {
    const used = window.known + window.unsent;
    const isRefused = count > 0 && used >= limit;
    if (!isRefused && count > 0) {
      window.unsent += 1;
      this.#changed.set(source, window);
    }
    const remaining = Math.max(0, limit - window.known - window.unsent);
    return { isRefused, remaining, endsInMs: window.endsAt - this.#now() };
  }

  /** Null when a row has to be read first. */
  #find(source: string, { windowMs }: Allowance): Window | null {
    const window = this.#windows.get(source);
    if (window === undefined) return null;
    const now = this.#now();
    // A plan with shorter windows, or a clock that was put back, leaves nobody shut out until the end of a long one.
    if (window.endsAt <= now || window.endsAt > now + windowMs) return null;
    if (this.#database.isShared && window.unsent === 0 && now - window.readAt > STALE_MS) return null;
    return window;
  }

  #begin(source: string, { windowMs }: Allowance): Window {
    const now = this.#now();
    if (this.#windows.size >= MAX_SOURCES) this.#makeRoom();
    const window = { known: 0, unsent: 0, endsAt: now + windowMs, readAt: now };
    this.#windows.set(source, window);
    return window;
  }

  /** Those that began first go; what they counted and has not been added yet is added still. */
  #makeRoom(): void {
    let surplus = Math.ceil(MAX_SOURCES / 10);
    for (const source of this.#windows.keys()) {
      this.#windows.delete(source);
      if (--surplus === 0) break;
    }
  }

  async #load(source: string, allowance: Allowance): Promise<void> {
    let loading = this.#loading.get(source);
    if (loading === undefined) {
      loading = this.#read(source, allowance).finally(() => this.#loading.delete(source));
      this.#loading.set(source, loading);
    }
    await loading;
  }

  async #read(source: string, allowance: Allowance): Promise<void> {
    // What is on its way to the rows would else be counted twice, or not at all.
    if (this.#changed.has(source) || this.#settling !== null) await this.settle().catch(() => undefined);
    const row = await queries.findPullWindow.first(this.#database, { source });
    const now = this.#now();
    if (row && row.ends_at > now && row.ends_at <= now + allowance.windowMs) {
      if (this.#windows.size >= MAX_SOURCES) this.#makeRoom();
      this.#windows.set(source, { known: row.pulls, unsent: 0, endsAt: row.ends_at, readAt: now });
      return;
    }
    this.#begin(source, allowance);
  }

  async #settle(): Promise<void> {
    const changed = [...this.#changed].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#changed = new Map();
    for (let start = 0; start < changed.length; start += BATCH) {
      const batch = changed.slice(start, start + BATCH);
      try {
        await this.#add(batch);
      } catch (error) {
        // Of those that are left nothing is lost: the next time tries again.
        for (const [source, window] of changed.slice(start)) this.#keepForLater(source, window);
        throw error;
      }
    }
  }

  async #add(batch: readonly (readonly [string, Window])[]): Promise<void> {
    const now = this.#now();
    const sent = new Map(
      batch
        .filter(([, window]) => window.endsAt > now)
        .map(([source, window]) => [source, { window, pulls: window.unsent }]),
    );
    if (sent.size === 0) return;
    const windows = JSON.stringify(
      [...sent].map(([source, { window, pulls }]) => ({ source, pulls, ends_at: window.endsAt })),
    );
    const rows = await this.#database.write((trx) => queries.addPulls.all(trx, { windows, now }));
    for (const row of rows) {
      const { window, pulls } = sent.get(row.source) ?? {};
      if (!window || pulls === undefined) continue;
      window.known = row.pulls;
      window.unsent -= pulls;
      // Another process began it.
      window.endsAt = row.ends_at;
      window.readAt = now;
    }
  }

  #keepForLater(source: string, window: Window): void {
    if (this.#changed.size < MAX_SOURCES && !this.#changed.has(source)) this.#changed.set(source, window);
  }
}
