// Crash points by number: every call that a server makes of its ports, and every statement below the database's, is a
// step of one counter, and at a given one the process kills itself. This is for the process of the server
// (`crashing-server.ts`); `crashing.ts` is the test's side.
//
// Reads are no steps, nor is the beginning of a transaction: a kill there leaves the disk as the step before it did.

import { Database as Connection, type Statement } from "bun:sqlite";
import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Ports } from "../../../src/ports.ts";

const STORAGE_READS = new Set(["read", "tryRead", "hash", "stat", "list", "space"]);
/** How many of the pieces of a body are steps: into how many it comes is chance, and one after another is the same. */
const PIECES = 4;
const DATABASE_READS = new Set(["execute", "snapshot", "check"]);
/** What leaves nothing behind by itself: the step before or the next one has its place. */
const EMPTY = /^\s*(?:select|explain|begin|savepoint|release|rollback)\b/i;

/** Nothing is counted before the file `at` is there; it holds the number of the last step, 0 for none. */
export class Points {
  readonly #directory: string;
  readonly #trace: number;
  #at: number | null = null;
  #count = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#trace = openSync(join(directory, "trace"), "a");
  }

  step(name: string): void {
    this.#at ??= readAt(join(this.#directory, "at"));
    if (this.#at === null) return;
    this.#count += 1;
    // One write, so that the line is whole.
    writeSync(this.#trace, `${this.#count} ${name}\n`);
    if (this.#count === this.#at) process.kill(process.pid, "SIGKILL");
  }
}

function readAt(path: string): number | null {
  return existsSync(path) ? Number(readFileSync(path, "utf8")) : null;
}

export function numberPorts(points: Points, { storage, database }: Ports): Ports {
  return {
    storage: numberCalls(points, "storage", storage, STORAGE_READS),
    database: numberCalls(points, "database", database, DATABASE_READS),
  };
}

/** The same object with a step before and after each of its calls, and with the writers that it gives numbered too. */
function numberCalls<T extends object>(points: Points, label: string, target: T, uncounted: Set<string>): T {
  let pieces = 0;
  return delegate(target, (name, method) => {
    if (uncounted.has(name) || (isPiece(name) && (pieces += 1) > PIECES)) return null;
    return (...args: unknown[]) => {
      const what = `${label}.${name}`;
      points.step(`${what}, before`);
      const result: unknown = Reflect.apply(method, target, args);
      if (!(result instanceof Promise)) return result;
      return result.then((value: unknown) => {
        points.step(`${what}, after`);
        return name === "openWriter" && isObject(value) ? numberCalls(points, "writer", value, new Set()) : value;
      });
    };
  });
}

function isPiece(name: string): boolean {
  return name === "append" || name === "tryAppend";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

export type Method = (...args: unknown[]) => unknown;

/** `target` with other methods where `replace` gives one. Its own run on itself: a proxy has no private fields. */
export function delegate<T extends object>(target: T, replace: (name: string, method: Method) => unknown): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || typeof name !== "string") return value;
      // Nothing but a method is a function here.
      const method = value as Method;
      return replace(name, method) ?? ((...args: unknown[]) => Reflect.apply(method, target, args));
    },
  });
}

/** Steps below the database's port: each statement that may change something, those of migrations too, and each commit. */
export function numberStatements(points: Points): void {
  // Both are methods, and what they give is what bun:sqlite says.
  const prepare = Reflect.get(Connection.prototype, "prepare") as Method;
  const run = Reflect.get(Connection.prototype, "run") as Method;
  const around = <T>(text: string, work: () => T): T => {
    if (EMPTY.test(text)) return work();
    const what = `statement ${text.replaceAll(/\s+/g, " ").slice(0, 60)}`;
    points.step(`${what}, before`);
    const result = work();
    if (text === "commit") points.step(`${what}, after`);
    return result;
  };
  Object.assign(Connection.prototype, {
    prepare(this: Connection, text: string, ...rest: unknown[]): Statement {
      const statement = Reflect.apply(prepare, this, [text, ...rest]) as Statement;
      for (const name of ["run", "all"] as const) {
        const method = statement[name].bind(statement) as Method;
        Object.assign(statement, { [name]: (...values: unknown[]) => around(text, () => method(...values)) });
      }
      return statement;
    },
    run(this: Connection, text: string, ...values: unknown[]): unknown {
      return around(text, () => Reflect.apply(run, this, [text, ...values]));
    },
  });
}
