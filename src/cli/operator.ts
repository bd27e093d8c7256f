/**
 * How operator commands reach what they work on: the server that runs on the data directory, over its socket; with none
 * running, the application itself, started in this process without a listener, behind the same handler.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { loadConfig, type Config } from "../config.ts";
import { createClient, ProblemError, type Client } from "../contract/client.ts";
import { DataLockedError } from "../lib/data-lock.ts";
import { operatorApi, type Line, type Step } from "../operator/api.ts";
import { becomeOwner, startHere, type Connection } from "./offline.ts";
import { operatorSocket } from "./operator-socket.ts";
import { clearProgress, write } from "./output.ts";

/** For parseArgs: what every operator command takes. */
export const OPERATOR_FLAGS = {
  config: { type: "string" },
  data: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

/** What parseArgs makes of them. */
export type OperatorFlags = { config?: string | undefined; data?: string | undefined; json: boolean };

export const OPERATOR_FLAGS_HELP = `  --data DIRECTORY  the server's data directory (default: ./data)
  --config FILE     its configuration file (default: $BERTH_CONFIG)
`;

/** How long a process that holds the lock may take until its socket answers, or until it has ended. */
const BUSY_MS = 10_000;
const LOOK_AGAIN_MS = 100;
const COULD_NOT = 2;
const INTERRUPTED = 130;
/** As if SIGPIPE had ended it: the work was cut off too, so it must not look done. */
const NOBODY_READS = 141;
/** Of a connection that the other end has closed, as the runtime and the system call it. */
const CUT_CODES = new Set(["ECONNRESET", "ConnectionClosed", "ConnectionRefused", "EPIPE"]);
const SERVER_ENDED = "the server ended before the work did: run the command again when it is back";

export type Operator = Client<typeof operatorApi>;

export type OperatorOptions = {
  config?: string | undefined;
  data?: string | undefined;
  /**
   * Of the one command that may begin with nothing, and that an empty database does not keep from it: called before
   * anything is made or opened where no server runs. Throws when there is nothing to restore from.
   */
  beforeRestore?: (config: Config) => void;
  /** Of the one command with which a new registry can begin: a directory that holds nothing yet becomes one, as at a first start. */
  mayBegin?: boolean;
};

/** Runs a command and ends the process: with the code that `body` gives, or with 2 and the reason on standard error. */
export async function runCommand(name: string, body: () => Promise<number>): Promise<never> {
  let code = COULD_NOT;
  // Whoever reads the output may have had enough of it, as `head` has.
  process.stdout.on("error", (error) => {
    if ("code" in error && error.code === "EPIPE") process.exit(NOBODY_READS);
  });
  try {
    code = await body();
  } catch (error) {
    clearProgress();
    const isInterrupt = error instanceof Interrupted;
    if (isInterrupt) code = INTERRUPTED;
    const message = error instanceof Error ? error.message : String(error);
    const hint = codeOf(error).startsWith("ERR_PARSE_ARGS") ? `; berth ${name} --help shows what it takes` : "";
    await write(process.stderr, `berth: ${message}${hint}\n`);
  }
  process.exit(code);
}

class Interrupted extends Error {}

/** Gives `body` the operator's way in, for its time. A signal ends the work, at the server too. Throws ConfigError. */
export async function withOperator<T>(
  options: OperatorOptions,
  body: (operator: Operator, config: Config) => Promise<T>,
): Promise<T> {
  const { config } = loadConfig({
    environment: process.env,
    flags: options.data === undefined ? {} : { data: options.data },
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const interrupt = new AbortController();
  const onSignal = () => {
    // Whoever asks twice does not want to wait. What was acknowledged is on disk.
    if (interrupt.signal.aborted) process.exit(INTERRUPTED);
    interrupt.abort(new Interrupted("stopped"));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  const connection = await connect(config, options, interrupt.signal);
  try {
    const operator = createClient(operatorApi, {
      baseUrl: "",
      headers: { Host: "berth" },
      fetch: async (path, init) => await connection.send(path, { ...init, signal: interrupt.signal }),
    });
    return await body(operator, config);
  } catch (error) {
    interrupt.signal.throwIfAborted();
    if (CUT_CODES.has(codeOf(error))) throw new Error(SERVER_ENDED, { cause: error });
    throw withUser(error instanceof ProblemError ? inWords(error) : error, config);
  } finally {
    await connection.close();
  }
}

/** Adds whose rights were not enough: often not those of whoever gave the command. */
function withUser(error: unknown, { data }: Config): unknown {
  if (!(error instanceof Error) || !/\b(?:EACCES|EPERM)\b/.test(error.message)) return error;
  const user = statSync(data.directory, { throwIfNoEntry: false })?.uid ?? "unknown";
  return new Error(`${error.message} (the work is done as user ${user}, as whom the server runs)`, { cause: error });
}

/** The code of a system's or a runtime's error; empty when it has none. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

type ResultOf<L extends Line> = Extract<L, { event: "done" }>["result"];

/** Hands on each step of a work; resolves to its result. Throws when it failed, or the server went away. */
export async function follow<L extends Line>(
  lines: AsyncIterable<L>,
  onStep: (step: Step) => Promise<void> = async () => undefined,
): Promise<ResultOf<L>> {
  for await (const line of lines) {
    if (line.event === "done") {
      clearProgress();
      return line.result;
    }
    if (line.event === "failed") throw new Error(line.message);
    await onStep(line);
  }
  throw new Error(SERVER_ENDED);
}

/** What was wrong with a field is said without the part of a request that nobody here wrote. */
function inWords(error: ProblemError): Error {
  const { type, status, code, detail, errors = [] } = error.problem;
  const fields = code === "REQUEST_INVALID" ? errors : [];
  let { message } = error;
  if (type === "about:blank") message = `the server answered ${status}: ${detail.slice(0, 200)}`;
  if (code === "NOT_FOUND") message = "the server that runs here does not know this command: is it an older one?";
  if (fields.length > 0) {
    const told = fields.map((it) => [it.path.replace(/^(?:body|query)\.?/, ""), it.message].filter(Boolean).join(": "));
    message = told.join("; ");
  }
  return new Error(message, { cause: error });
}

async function connect(
  config: Config,
  { beforeRestore, mayBegin = false }: OperatorOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const socket = operatorSocket(config);
  const prepare = beforeRestore ?? (mayBegin ? assertThereOrNew : assertThere);
  for (const deadline = performance.now() + BUSY_MS; ;) {
    signal.throwIfAborted();
    if (await isListening(socket, config.data.directory)) return overSocket(socket);
    prepare(config);
    try {
      return await startHere(config, beforeRestore !== undefined);
    } catch (error) {
      // A server that is about to listen, or another command without one: neither takes long.
      if (!(error instanceof DataLockedError)) throw error;
      if (performance.now() > deadline)
        throw new Error(`${error.message}; ${socket} is not answered`, { cause: error });
    }
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}

/** Throws where a command would else make an empty registry and find it in perfect order. */
function assertThere({ data, database, storage }: Config): void {
  const places = [data.directory];
  if (storage.driver === "filesystem") places.push(storage.directory);
  for (const place of places) assertExists(place, "registry");
  if (database.driver !== "sqlite" || storage.driver !== "filesystem" || existsSync(database.path)) return;
  throw new Error(
    `there is no database at ${database.path}: say with --data or --config where the registry is; ` +
      "if its database was lost, berth restore brings it back",
  );
}

/** Throws as `assertThere`, but where there is nothing yet. A name that was mistyped names no directory. */
function assertThereOrNew(config: Config): void {
  const { data, storage } = config;
  const isNew = isEmpty(data.directory) && (storage.driver !== "filesystem" || isUnused(storage.directory));
  if (!isNew) assertThere(config);
}

/** Whether there is such a directory, with no more in it than locks, keys, and what file systems make. */
function isEmpty(directory: string): boolean {
  const own = /^(?:berth\.(?:lock|pid|sock)(?:-.*)?|keys|lost\+found)$/;
  return existsSync(directory) && readdirSync(directory).every((name) => own.test(name));
}

function isUnused(directory: string): boolean {
  return !existsSync(directory) || isEmpty(directory);
}

/** Throws when there is no such file or directory: a name that was mistyped must not become a new registry. */
export function assertExists(path: string, what: string): void {
  if (!existsSync(path)) throw new Error(`there is no ${what} at ${path}: say with --data or --config where it is`);
}

/** Throws when the socket, or the directory around it, is closed to this user. */
async function isListening(path: string, directory: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code !== "EACCES" && code !== "EPERM") return false;
    throw new Error(`${path} is closed to this user: ${becomeOwner(directory)}`, { cause: error });
  }
}

function overSocket(unix: string): Connection {
  return {
    send: async (path, init) => await fetch(`http://berth${path}`, { ...init, unix }),
    close: async () => undefined,
  };
}
