/**
 * The application without a listener, for an operator's command while no server runs. It has the data lock for its time,
 * and does nothing that was not asked for.
 */
import { statSync } from "node:fs";
import { createApp, type AppOptions } from "../app.ts";
import { openRestore } from "../app-snapshots.ts";
import type { Config } from "../config.ts";
import type { HttpServer } from "../http/context.ts";
import type { Fetch } from "../http/handler.ts";
import { operatorHandler } from "../operator/routes.ts";
import { Works } from "../operator/works.ts";
import { createLog } from "../telemetry/log.ts";
import { lockDirectories } from "./data-locks.ts";

export type Connection = {
  send: (path: string, init: RequestInit) => Promise<Response>;
  close: () => Promise<void>;
};

type Opened = { fetch: Fetch; close: () => Promise<void> };

// The handler asks no more of a server than these: requests from within have no connection.
const NO_CONNECTION = { timeout: () => undefined, requestIP: () => null } as unknown as HttpServer;

/** Throws DataLockedError while another process uses the data. A restore begins with an empty database, or none. */
export async function startHere(config: Config, isRestore: boolean): Promise<Connection> {
  const { storage, data } = config;
  if (storage.driver === "memory") throw new Error("no server is running, and without one its memory holds nothing");
  const owner = statSync(data.directory, { throwIfNoEntry: false })?.uid ?? 0;
  if (process.getuid?.() === 0 && owner !== 0) {
    // What root makes here, the server could not change afterwards.
    throw new Error(`${data.directory} is another user's, and no server is running: ${becomeOwner(data.directory)}`);
  }
  process.umask(0o077);
  const lock = lockDirectories(config);
  // What becomes of the command itself, the command says.
  const log = createLog({ level: "error", format: "text", fd: 2 });
  const options: AppOptions = {
    config,
    log,
    isServing: false,
    onSyncFailure: (error) => {
      log.error("stopping: the disk did not confirm a write", { error });
      log.close();
      process.exit(2);
    },
  };
  try {
    const { fetch, close } = isRestore ? await openForRestore(options) : await openAll(options);
    return {
      send: async (path, init) => await fetch(new Request(`http://berth${path}`, init), NO_CONNECTION),
      close: async () => {
        await close();
        lock.release();
        log.close();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What to do about a directory that is another user's. */
export function becomeOwner(directory: string): string {
  const owner = statSync(directory, { throwIfNoEntry: false })?.uid;
  if (owner === undefined) return "run the command as the user that the server runs as";
  return owner === 0
    ? "run the command as root (sudo berth …)"
    : `run the command as user ${owner} (sudo -u '#${owner}' berth …)`;
}

async function openAll(options: AppOptions): Promise<Opened> {
  const app = await createApp(options);
  return { fetch: app.operator.fetch, close: () => app.close() };
}

async function openForRestore(options: AppOptions): Promise<Opened> {
  const { restore, close } = await openRestore(options);
  const { log, config } = options;
  const works = new Works();
  const operator = operatorHandler(
    {
      collector: null,
      bin: null,
      fsck: null,
      backup: null,
      indexer: null,
      accounts: null,
      organisations: null,
      audit: null,
      restore: {
        run: async ({ from, repository, overwriteTags, signal, onProgress }) => {
          if (repository !== undefined || overwriteTags) {
            throw new Error("--repository and --overwrite-tags add to a running server: start it, then run this again");
          }
          return await restore.run({ from, signal, onProgress });
        },
      },
      works,
      log,
      readonly: config.storage.readonly,
    },
    { logAccess: false, translate: () => null },
  );
  return {
    fetch: operator.fetch,
    close: async () => {
      await works.close();
      await close();
    },
  };
}
