/**
 * The way to a directory: plain, TLS from the start, or TLS after StartTLS. Whoever gets the socket may send credentials.
 *
 * StartTLS is spoken here by hand: what was sent before TLS must not be taken for an answer given under its protection.
 */
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { net } from "../../lib/net.ts";
import { decodeMessage, LdapFailure, LdapFrames } from "./ldap-decoder.ts";

export type LdapAddress = {
  /** `ldap://host:port` or `ldaps://host:port`. */
  url: string;
  /** Whether TLS is begun on an `ldap://` connection. */
  startTls: boolean;
  /** PEM file with the authorities to trust in place of the system's; read for each connection. */
  ca?: string | undefined;
};

const PORTS: Readonly<Record<string, number>> = { "ldap:": 389, "ldaps:": 636 };

/** Message 1: ExtendedRequest for StartTLS, as RFC 4511, 4.14 has it. */
const START_TLS_OID = "1.3.6.1.4.1.1466.20037";
const START_TLS_ID = 1;

/** Connects. The signal ends it at any time, and the socket afterwards. Throws LdapFailure. */
export async function openSocket(address: LdapAddress, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port } = new URL(address.url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const options = { host, port: port === "" ? (PORTS[protocol] ?? 389) : Number(port) };
  const isSecure = protocol === "ldaps:";
  const tls = isSecure || address.startTls ? await tlsOptions(address, host) : null;
  if (isSecure) return secure({ ...options, ...tls }, signal);
  const socket = await opened(net().connect({ ...options, noDelay: true }), "connect", signal);
  if (tls === null) return socket;
  try {
    await askForTls(socket, signal);
    return await secure({ ...tls, socket }, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function tlsOptions({ ca }: LdapAddress, host: string): Promise<ConnectionOptions> {
  const options: ConnectionOptions = { host, minVersion: "TLSv1.2", rejectUnauthorized: true };
  // The name of a server is never an address (RFC 6066, 3).
  if (net().isIP(host) === 0) options.servername = host;
  if (ca === undefined) return options;
  try {
    return { ...options, ca: await Bun.file(ca).text() };
  } catch (error) {
    throw new LdapFailure(`the file of the authorities to trust cannot be read: ${reasonOf(error)}`);
  }
}

async function secure(options: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  // Loaded when it is first needed, as lib/net.ts does.
  const tls = process.getBuiltinModule("node:tls");
  let socket;
  try {
    socket = tls.connect(options);
  } catch (error) {
    throw new LdapFailure(`TLS cannot be used: is the file of ca one of certificates? ${reasonOf(error)}`);
  }
  await opened(socket, "secureConnect", signal);
  if (socket.authorized) return socket;
  socket.destroy();
  throw new LdapFailure("the directory's certificate cannot be verified");
}

/** Waits until a socket is open. From then on the signal destroys it, and its errors are for whoever listens to `close`. */
function opened(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.destroy();
      reject(new LdapFailure("the directory was not reached in time"));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("close", () => {
      signal.removeEventListener("abort", abort);
      reject(new LdapFailure("the directory closed the connection"));
    });
    socket.on("error", (error) => reject(new LdapFailure(`the directory cannot be reached: ${reasonOf(error)}`)));
    socket.once(event, () => resolve(socket));
    if (signal.aborted) abort();
  });
}

/** Throws unless the directory agrees with exactly one message and says nothing more before TLS. */
async function askForTls(socket: Socket, signal: AbortSignal): Promise<void> {
  const { ExtendedRequest } = await import("ldapts");
  const frames = new LdapFrames();
  const answer = new Promise<Buffer>((resolve, reject) => {
    socket.once("close", () => reject(new LdapFailure("the directory closed the connection instead of starting TLS")));
    socket.on("data", (chunk: Buffer) => {
      try {
        const [first, ...more] = frames.push(chunk);
        if (more.length > 0 || (first !== undefined && !frames.isEmpty)) {
          throw new LdapFailure("something was sent after the answer to StartTLS: the connection is not safe");
        }
        if (first !== undefined) resolve(first);
      } catch (error) {
        reject(error instanceof Error ? error : new LdapFailure(String(error)));
      }
    });
  });
  socket.write(new ExtendedRequest({ messageId: START_TLS_ID, oid: START_TLS_OID }).write());
  const message = decodeMessage(await answer);
  signal.throwIfAborted();
  socket.removeAllListeners("data");
  const isAnswer = message.kind === "result" && message.operation === "extended" && message.messageId === START_TLS_ID;
  if (isAnswer && message.code === 0) return;
  const reason = isAnswer ? `code ${message.code}` : "an answer to something else";
  throw new LdapFailure(`the directory does not start TLS (${reason}); nothing was sent to it`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "for an unknown reason";
  const code = "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return `${code}${error.message}`.slice(0, 200);
}
