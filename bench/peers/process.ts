// One server process: started with its output in a file, ended by its pid, and read through /proc for what it costs.
import { closeSync, fstatSync, openSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";

const STOP_TIMEOUT_MS = 15_000;
const START_TIMEOUT_MS = 30_000;
/** USER_HZ, which Linux fixes at 100 for every program that reads /proc. */
const TICKS_PER_SECOND = 100;
/** A registry with authentication says 401. */
const SERVING = /^HTTP\/1\.1 (200|401)/;

export type Server = {
  pid: number;
  host: string;
  port: number;
  url: string;
  /** Time from spawn to the first 200. */
  startMs: number;
  stop: () => Promise<void>;
};

/** The server ended, or did not answer in time; the message is what it wrote. */
export class StartError extends Error {}

export async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

type Launch = {
  command: string[];
  port: number;
  logFile: string;
  environment?: Record<string, string>;
};

export async function startServer({ command, port, logFile, environment = {} }: Launch): Promise<Server> {
  const log = openSync(logFile, "a");
  const logStart = fstatSync(log).size;
  const startedAt = performance.now();
  const child = Bun.spawn(command, {
    stdin: "ignore",
    stdout: log,
    stderr: log,
    env: { ...process.env, ...environment },
  });
  closeSync(log);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await child.exited;
    clearTimeout(forced);
  };
  try {
    while (!(await isServing(port))) {
      if (child.exitCode !== null || performance.now() - startedAt > START_TIMEOUT_MS) {
        throw new StartError(readFileSync(logFile).subarray(logStart).toString("utf8").trim());
      }
      await Bun.sleep(1);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const startMs = performance.now() - startedAt;
  return { pid: child.pid, host: "127.0.0.1", port, url: `http://127.0.0.1:${port}`, startMs, stop };
}

/** A bare socket: polling with a full client would take CPU from the server that is starting. */
function isServing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (serving: boolean): void => {
      socket.destroy();
      resolve(serving);
    };
    socket.setTimeout(2000, () => finish(false));
    socket.once("error", () => finish(false));
    socket.once("connect", () => socket.write("GET /v2/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"));
    socket.once("data", (data) => finish(SERVING.test(data.toString("latin1"))));
    socket.once("close", () => resolve(false));
  });
}

/** User and system time of a process with all its threads, and of the processes that it started. */
export function readCpuSeconds(pid: number): number {
  return processTree(pid).reduce((total, each) => total + ownCpuSeconds(each), 0);
}

function ownCpuSeconds(pid: number): number {
  const text = readProc(`/proc/${pid}/stat`);
  // The command name may hold spaces, so the fields are counted from the parenthesis that ends it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function processTree(pid: number): number[] {
  const children = new Set<number>();
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const list = readProc(`/proc/${pid}/task/${thread}/children`).trim();
      for (const child of list.split(" ")) if (child !== "") children.add(Number(child));
    }
  } catch {
    return [];
  }
  return [pid, ...[...children].flatMap(processTree)];
}

export function readRssMiB(pid: number): number {
  return processTree(pid).reduce((total, each) => total + statusMiB(each, "VmRSS"), 0);
}

/** Highest resident size since `resetPeakRss`. */
export function readPeakRssMiB(pid: number): number {
  return statusMiB(pid, "VmHWM");
}

export function resetPeakRss(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function statusMiB(pid: number, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readProc(`/proc/${pid}/status`));
  return Number(match?.[1] ?? 0) / 1024;
}

/** Empty when the process or thread has just ended. */
function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
