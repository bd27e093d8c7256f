/** `berth serve`: configuration, application, listener, and an orderly end. */
import { fstatSync } from "node:fs";
import { createApp, type App } from "../app.ts";
import { loadConfig, type Config } from "../config.ts";
import { isLoopbackAddress, TrustedProxies } from "../http/client-address.ts";
import { createHandler } from "../http/handler.ts";
import { operationsRoutes } from "../http/operations.ts";
import { Router } from "../http/router.ts";
import { listen, type Listener } from "../http/server.ts";
import { lockDirectories } from "./data-locks.ts";
import { FLAGS_HELP, parseFlags } from "./flags.ts";
import { listenForOperators } from "./operator-socket.ts";
import type { WrapPorts } from "../ports.ts";
import { LineWriter } from "../telemetry/line-writer.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { Metrics } from "../telemetry/metrics.ts";

const SAME_SIGNAL_MS = 1_000;
const RELEASE_AFTER_MS = 500;
const STDOUT = 1;
const STDERR = 2;

export const HELP = `usage: berth serve [flags] [FILE]

Runs the server. FILE is a configuration file, of Berth's form or registry:2's.

${FLAGS_HELP}`;

/**
 * Starts the server and resolves when it listens; the process then lives until a signal ends it. Throws ConfigError.
 * `wrap` is for programs that put something between the application and its ports.
 */
export async function run(args: string[], wrap?: WrapPorts): Promise<void> {
  const { config, warnings, origins } = loadConfig(parseFlags(args));
  // What is kept here is for this server alone: its files and folders are made unreadable for others.
  process.umask(0o077);
  const log = openLog(config);
  for (const warning of warnings) log.warn(warning);
  const lock = lockDirectories(config);
  const fatal = (message: string, error: unknown) => {
    log.error(message, { error });
    log.close();
    process.exit(1);
  };
  process.on("uncaughtException", (error) => fatal("stopping after an error that nothing handled", error));
  process.on("unhandledRejection", (error) => log.error("background work failed", { error }));

  const app = await createApp({
    config,
    loaded: { origins, warnings },
    log,
    wrap,
    onSyncFailure: (error) =>
      fatal("stopping: the disk did not confirm a write, so nothing more may be acknowledged", error),
  });
  const { http } = config;
  const common = { idleTimeoutSeconds: http.idleTimeoutSeconds, log };
  const main = await listen({
    ...common,
    key: "http.port",
    host: http.host,
    port: http.port,
    tls: http.tls ?? null,
    fetch: app.handler.fetch,
  });
  const metrics = await listenForMetrics(config, app, log);
  const operators = listenForOperators(config, app.operator.fetch, log);
  announce(config, main, log);
  setTimeout(releaseStartMemory, RELEASE_AFTER_MS).unref();

  let stoppingSince = 0;
  const stop = async (signal: string, delaySeconds: number) => {
    if (stoppingSince > 0) {
      // One Ctrl-C may arrive twice: from the terminal and handed on by npm.
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) return;
      fatal("stopped at once by a second signal; requests in flight were cut", undefined);
    }
    stoppingSince = performance.now();
    log.info("stopping", { signal, inFlight: app.handler.inFlight() });
    app.startDraining();
    await Bun.sleep(delaySeconds * 1_000);
    await Promise.race([main.stop(), Bun.sleep(http.drain.timeoutSeconds * 1_000)]);
    await main.cut();
    await metrics?.cut();
    await operators?.cut();
    await app.close();
    lock.release();
    log.info("stopped");
    log.close();
    process.exit(0);
  };
  // A person who presses Ctrl-C has no load balancer that would need a moment to notice.
  process.on("SIGINT", () => void stop("SIGINT", 0));
  process.on("SIGTERM", () => void stop("SIGTERM", http.drain.delaySeconds));
  process.on("SIGHUP", () => void main.renewCertificate());
}

/** Reading the configuration leaves garbage behind that an idle server would otherwise keep for good. */
function releaseStartMemory(): void {
  Bun.gc(true);
  Bun.shrink();
}

function openLog({ log }: Config): Log {
  const format = log.format === "auto" ? (isTerminal(STDOUT) ? "text" : "json") : log.format;
  return createLog({ level: log.level, format, fd: STDOUT });
}

/** Asks the stream's own module only where the answer may be yes: it costs milliseconds and memory. */
function isTerminal(fd: number): boolean {
  return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(fd);
}

async function listenForMetrics(config: Config, app: App, log: Log): Promise<Listener | null> {
  const { enabled, host, port } = config.metrics;
  if (!enabled || port === undefined) return null;
  const handler = createHandler<null, null>({
    router: new Router(operationsRoutes<null, null>({ open: null, metrics: app.metrics, checkReady: app.checkReady })),
    guard: () => null,
    nameOf: () => "",
    translate: () => null,
    trustedProxies: new TrustedProxies([]),
    log,
    logAccess: false,
    // Asking for the metrics is not part of them.
    metrics: new Metrics(),
  });
  const listener = await listen({
    key: "metrics.port",
    host,
    port,
    tls: null,
    idleTimeoutSeconds: 10,
    fetch: handler.fetch,
    log,
  });
  log.info("listening for metrics", { url: `${listener.url}/metrics` });
  return listener;
}

function announce(config: Config, listener: Listener, log: Log): void {
  const isLocal = isLoopbackAddress(config.http.host);
  const { publicUrl } = config.http;
  log.info("listening", { url: listener.url, data: config.data.directory, pid: process.pid });
  const reached = isLocal ? `localhost:${listener.port}` : `THIS-HOST:${listener.port}`;
  const host = publicUrl === undefined ? reached : new URL(publicUrl).host;
  const lines = [
    `Berth listens on ${listener.url} and keeps its data in ${config.data.directory}`,
    "",
    `  docker tag IMAGE ${host}/IMAGE      give an image a name that leads here`,
    `  docker push ${host}/IMAGE           push it`,
    `  docker pull ${host}/IMAGE           pull it`,
    `  curl ${listener.url}/v2/_catalog        see what is here`,
    "",
    access(config, isLocal),
  ];
  // Not process.stderr: making that stream costs 3 ms and 3 MiB.
  new LineWriter(STDERR).write(lines.join("\n"));
  if (config.open && !isLocal) log.warn("open: anyone who can reach this server can push, pull and delete");
}

function access(config: Config, isLocal: boolean): string {
  if (config.open) return "It is OPEN: anyone who can reach it can push, pull and delete.";
  if (isLocal) return "Anyone on this machine can push and pull; nobody else can reach it.";
  return "Nobody can push or pull yet: it listens beyond this machine. Start it with --open to let everyone in who reaches it.";
}
