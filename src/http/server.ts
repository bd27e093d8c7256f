/**
 * The listening socket. Bun cannot change the certificate of a listener, so a renewed one gets a second listener on
 * the same port, and the first then stops once its requests are answered: nobody is turned away.
 */
import { readFileSync, statSync } from "node:fs";
import type { Log } from "../telemetry/log.ts";
import type { Fetch } from "./handler.ts";
import type { HttpServer } from "./context.ts";
import { isLoopbackAddress } from "./client-address.ts";
import { renderError, unexpected } from "./errors.ts";
import { withSmallSendBuffers } from "./send-buffers.ts";

export type TlsFiles = { certificate: string; key: string; minimumVersion: "1.2" | "1.3" };

export type ListenOptions = {
  /** The setting that chose the port, for people to read when it cannot be had. */
  key: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  tls: TlsFiles | null;
  idleTimeoutSeconds: number;
  fetch: Fetch;
  log: Log;
};

export type Listener = {
  port: number;
  url: string;
  /** Reads the certificate files again and uses them if they changed and are right. */
  renewCertificate: () => Promise<void>;
  /** Accepts nothing new; resolves when the last request is answered. */
  stop: () => Promise<void>;
  /** Cuts what is left. */
  cut: () => Promise<void>;
};

/** As the protocol numbers them, which is how Bun takes them. */
const TLS_VERSIONS = { "1.2": 0x0303, "1.3": 0x0304 } as const;
const LOOK_FOR_RENEWAL_MS = 2_000;
/** Routes bound their bodies themselves; this is for none. */
const MAX_BODY_BYTES = Number.MAX_SAFE_INTEGER;

export async function listen(options: ListenOptions): Promise<Listener> {
  const { tls, log } = options;
  // Two listeners may share a port only to hand over: another process on it must be noticed.
  if (tls && options.port !== 0) await assertPortFree(options);
  let stamp = tls ? stampOf(tls) : "";
  const listeners = new Set<HttpServer>();
  let server = await serve(options, options.port, tls).catch((error: unknown) => {
    throw isPortError(error) ? portError(options, error) : error;
  });
  listeners.add(server);
  const port = server.port ?? options.port;

  const renewCertificate = async (): Promise<void> => {
    if (!tls) return;
    const seen = stampOf(tls);
    if (seen === stamp) return;
    stamp = seen;
    try {
      const next = await serve(options, port, tls);
      const previous = server;
      server = next;
      listeners.add(next);
      log.info("certificate renewed", { certificate: tls.certificate });
      // Long transfers keep it alive for as long as they take.
      void previous.stop().then(() => listeners.delete(previous));
    } catch (error) {
      log.error("the renewed certificate cannot be used: the previous one stays", {
        certificate: tls.certificate,
        error,
      });
    }
  };
  const timer = tls ? setInterval(() => void renewCertificate(), LOOK_FOR_RENEWAL_MS).unref() : null;

  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    port,
    url: `${tls ? "https" : "http"}://${name}:${port}`,
    renewCertificate,
    stop: async () => {
      if (timer) clearInterval(timer);
      await Promise.all([...listeners].map((it) => it.stop()));
    },
    cut: async () => {
      await Promise.all([...listeners].map((it) => it.stop(true)));
    },
  };
}

async function serve(options: ListenOptions, port: number, tls: TlsFiles | null): Promise<HttpServer> {
  const settings = {
    hostname: options.host,
    port,
    // Said explicitly: without it a second process would share the port unnoticed.
    reusePort: tls !== null,
    development: false,
    idleTimeout: options.idleTimeoutSeconds,
    maxRequestBodySize: MAX_BODY_BYTES,
    ...(tls ? { tls: await secureContext(tls) } : {}),
    fetch: options.fetch,
    error: (error: Error) => {
      options.log.error("a request failed outside its handler", { error });
      return renderError(unexpected("unknown", error), "unknown", false);
    },
  };
  const open = () => Bun.serve(settings);
  // Encrypted files are not sent by the kernel.
  return tls === null && isLoopbackAddress(options.host) ? withSmallSendBuffers(open) : open();
}

/** Throws when the files do not make a pair, before a listener is built on them. */
async function secureContext({ certificate, key, minimumVersion }: TlsFiles) {
  // Loaded only where TLS is served: it costs memory at every start.
  const { createSecureContext } = await import("node:tls");
  const pair = { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  try {
    createSecureContext(pair);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unknown";
    throw new Error(
      `http.tls.certificate ${certificate} and http.tls.key ${key} cannot be used together: both must be PEM files, and the key the certificate's own (${reason})`,
      { cause },
    );
  }
  return { ...pair, minVersion: TLS_VERSIONS[minimumVersion] };
}

function stampOf({ certificate, key }: TlsFiles): string {
  const stamps = [certificate, key].map((path) => {
    const { mtimeMs, size, ino } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0, ino: 0 };
    return `${mtimeMs}:${size}:${ino}`;
  });
  return stamps.join(" ");
}

function isPortError(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES");
}

/** Says which setting is at fault and what to do. */
function portError(options: ListenOptions, cause: unknown): Error {
  const { key, host, port } = options;
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  const reason =
    code === "EACCES"
      ? `may not be used by this user: take one from 1024 up, or give the program the right to (CAP_NET_BIND_SERVICE)`
      : `on ${host} is in use by another program, or the address is not this machine's: stop it, or choose another (0 takes any free one)`;
  return new Error(`${key} ${port} ${reason}`, { cause });
}

async function assertPortFree(options: ListenOptions): Promise<void> {
  const { host, port } = options;
  const { createServer } = await import("node:net");
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(portError(options, error)));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}
