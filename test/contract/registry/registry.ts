// A whole application over one pair of drivers, asked over HTTP, with a second look at its rows and files.

import { Database as Connection } from "bun:sqlite";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, type App } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { queryPostgres } from "../../support/postgres.ts";

export type Combination = {
  database: "sqlite" | "postgres";
  storage: "filesystem" | "memory";
  /** Makes an empty PostgreSQL database. */
  createDatabase: () => Promise<string>;
};

export type Answer = { status: number; headers: Headers; bytes: Uint8Array<ArrayBuffer>; text: string };

export type Ask = { body?: Uint8Array<ArrayBuffer> | string; headers?: Record<string, string> };

export interface Registry {
  readonly combination: Combination;
  /** `path` begins with `/`. */
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  /** An operator's command: `path` begins with `/`, below /api/v1. */
  operate(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Ends the application and makes it again from what it left. */
  restart(): Promise<void>;
  /** Another application over the same rows and files; ends with the first. */
  twin(): Promise<Registry>;
  rows(text: string): Promise<Record<string, unknown>[]>;
  /** Names of the files of blobs; null where storage is memory. */
  files(): string[] | null;
  close(): Promise<void>;
}

export async function openRegistry(
  combination: Combination,
  environment: Record<string, string> = {},
): Promise<Registry> {
  const directory = await mkdtemp(join(tmpdir(), "berth-registry-"));
  const url = combination.database === "postgres" ? await combination.createDatabase() : null;
  const { config } = loadConfig({
    flags: { data: directory, host: "127.0.0.1", port: 0 },
    environment: {
      BERTH_STORAGE_DRIVER: combination.storage,
      BERTH_LOG_LEVEL: "error",
      BERTH_LOG_ACCESS: "false",
      ...(url === null ? {} : { BERTH_DATABASE_DRIVER: "postgres", BERTH_DATABASE_URL: url }),
      ...environment,
    },
  });
  const start = async () => {
    const app: App = await createApp({
      config,
      log: createLog({ level: "error", format: "text", fd: 2 }),
      onSyncFailure: (error) => {
        throw error;
      },
    });
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: app.handler.fetch,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    });
    // The program has these on a Unix socket; the routes are the same.
    const operator = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.operator.fetch });
    return {
      url: `http://127.0.0.1:${server.port}`,
      operatorUrl: `http://127.0.0.1:${operator.port}/api/v1`,
      stop: async () => {
        await server.stop(true);
        await operator.stop(true);
        await app.close();
      },
    };
  };
  const rows = async (text: string) => {
    if (url !== null) return await queryPostgres(url, text);
    const connection = new Connection(
      join(directory, combination.storage === "memory" ? "berth-memory.db" : "berth.db"),
      { readonly: true },
    );
    try {
      // A row of any table is an object of its columns.
      return connection.query(text).all() as Record<string, unknown>[];
    } finally {
      connection.close();
    }
  };
  const files = () => {
    if (combination.storage === "memory") return null;
    const blobs = join(directory, "blobs");
    if (!existsSync(blobs)) return [];
    const entries = readdirSync(blobs, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };
  const twins: Registry[] = [];
  const open = async (isTwin: boolean): Promise<Registry> => {
    let running = await start();
    return {
      combination,
      ask: (method, path, options) => ask(`${running.url}${path}`, method, options),
      operate: (method, path, body) =>
        ask(
          `${running.operatorUrl}${path}`,
          method,
          body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
        ),
      restart: async () => {
        await running.stop();
        running = await start();
      },
      twin: async () => {
        const twin = await open(true);
        twins.push(twin);
        return twin;
      },
      rows,
      files,
      close: async () => {
        await running.stop();
        if (isTwin) return;
        for (const twin of twins) await twin.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  };
  return await open(false);
}

async function ask(url: string, method: string, { body, headers }: Ask = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: headers ?? {},
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(30_000),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: new TextDecoder().decode(bytes) };
}
