/**
 * The Unix socket in the data directory over which operator commands reach the server that runs there. Its mode is the
 * permission: who may open it is an administrator.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Fetch } from "../http/handler.ts";
import type { Log } from "../telemetry/log.ts";

/** What is left of the process's umask for the moment in which the socket is made: mode 0600. */
const SOCKET_UMASK = 0o177;

export type OperatorListener = {
  /** Removes the socket and cuts the commands that are connected. */
  cut: () => Promise<void>;
};

export function operatorSocket({ data }: Config): string {
  return join(data.directory, "berth.sock");
}

/**
 * Whoever calls has the lock of the data directory: a socket that lies there is a dead server's, and is replaced. Where
 * the file system has no sockets the server runs without; null then.
 */
export function listenForOperators(config: Config, fetch: Fetch, log: Log): OperatorListener | null {
  const path = operatorSocket(config);
  const umask = process.umask(SOCKET_UMASK);
  try {
    rmSync(path, { force: true });
    const server = Bun.serve({ unix: path, development: false, fetch });
    return { cut: () => server.stop(true) };
  } catch (error) {
    log.warn("operator commands cannot reach this server: its socket could not be made", { path, error });
    return null;
  } finally {
    process.umask(umask);
  }
}
