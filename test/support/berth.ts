// A Berth of a test's own: a real server process on a free port with a data directory that goes away with it.
// BERTH_TEST_PROGRAM puts another program in its place, such as the compiled executable.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cleanEnvironment, startProcess } from "./process.ts";

const ROOT = resolve(import.meta.dir, "../..");

export interface BerthOptions {
  args?: string[];
  env?: Record<string, string>;
  /** Kept at the end when given; a temporary one otherwise. */
  dataDirectory?: string;
  /** 0, a free one, unless given. */
  port?: number;
  /** Put before the command, such as what enters a network namespace. */
  prefix?: readonly string[];
  /** A file that is run from source in place of the server's own program. */
  entry?: string;
}

export interface Berth {
  url: string;
  /** What image names start with: 127.0.0.1:PORT. */
  host: string;
  port: number;
  dataDirectory: string;
  pid: number;
  logs(): string;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export async function startBerth(options: BerthOptions = {}): Promise<Berth> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "berth-data-")));
  const source = [join(ROOT, "scripts/bun"), options.entry ?? "src/main.ts"];
  const program = (options.entry === undefined && process.env["BERTH_TEST_PROGRAM"]?.split(" ")) || source;
  const listen = ["--host", "127.0.0.1", "--port", String(options.port ?? 0), "--data", dataDirectory];
  const forget = async () => {
    if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
  };
  let url: string | null = null;
  try {
    const server = await startProcess({
      name: "berth",
      command: [...(options.prefix ?? []), ...program, "serve", ...listen, ...(options.args ?? [])],
      cwd: ROOT,
      env: cleanEnvironment({ BERTH_LOG_FORMAT: "json", ...options.env }),
      ready: (logs) => {
        url = findListeningUrl(logs);
        return url !== null;
      },
    });
    const address = new URL(url ?? "");
    return {
      url: address.origin,
      host: address.host,
      port: Number(address.port),
      dataDirectory,
      pid: server.pid,
      logs: () => server.logs(),
      stop: async () => {
        try {
          return await server.stop();
        } finally {
          await forget();
        }
      },
      kill: async () => {
        await server.kill();
        await forget();
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

function findListeningUrl(logs: string): string | null {
  for (const line of logs.split("\n").slice(0, -1)) {
    if (!line.startsWith("{")) continue;
    const entry = parseLogLine(line);
    if (entry !== null && "message" in entry && entry.message === "listening") {
      return "url" in entry && typeof entry.url === "string" ? entry.url : null;
    }
  }
  return null;
}

function parseLogLine(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
