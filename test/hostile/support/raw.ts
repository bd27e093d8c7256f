// HTTP by hand over a plain socket: what no decent client can be made to send, and every byte that comes back.

import { connect, type Socket } from "node:net";

export interface RawReply {
  status: number;
  /** Names in lower case; a repeated header is joined by ", ". */
  headers: Map<string, string>;
  body: Buffer;
}

export interface Exchange {
  replies: RawReply[];
  bytes: Buffer;
  /** The server ended the connection. */
  isClosed: boolean;
}

export interface ExchangeOptions {
  /** Done at this many replies, once nothing more came for a moment; 1 unless given. */
  replies?: number;
  /** End our side after sending. */
  halfClose?: boolean;
  /** Cut the connection this long after sending, without waiting for a reply. */
  cutAfterMs?: number;
  limitMs?: number;
  /** Replies to HEAD have no body whatever their headers say. */
  isHead?: boolean;
}

/** Long enough for a second, unwanted reply on loopback to show itself. */
const SETTLE_MS = 60;

/** Sends bytes (a text is latin1) and collects what comes back until the server closes or the replies are complete. */
export async function exchange(
  port: number,
  payload: string | Uint8Array,
  options: ExchangeOptions = {},
): Promise<Exchange> {
  const wanted = options.replies ?? 1;
  const received: Buffer[] = [];
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let settle: Timer | null = null;
    let isClosed = false;
    const finish = () => {
      clearTimeout(limit);
      if (settle) clearTimeout(settle);
      socket.destroy();
      const bytes = Buffer.concat(received);
      resolve({ replies: parseReplies(bytes, options.isHead ?? false), bytes, isClosed });
    };
    const limit = setTimeout(finish, options.limitMs ?? 8_000);
    const closed = () => {
      isClosed = true;
      finish();
    };
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      if (parseReplies(Buffer.concat(received), options.isHead ?? false).length < wanted) return;
      if (settle) clearTimeout(settle);
      settle = setTimeout(finish, SETTLE_MS);
    });
    socket.once("end", closed);
    socket.once("close", closed);
    socket.once("error", closed);
    socket.once("connect", () => {
      socket.write(typeof payload === "string" ? Buffer.from(payload, "latin1") : payload);
      if (options.halfClose) socket.end();
      if (options.cutAfterMs !== undefined) setTimeout(finish, options.cutAfterMs);
    });
  });
}

/** The complete replies at the start of the bytes; interim ones (1xx) are left out. */
export function parseReplies(bytes: Buffer, isHead = false): RawReply[] {
  const replies: RawReply[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end < 0) break;
    const [statusLine = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
    const headers = parseHeaders(lines);
    at = end + 4;
    if (status >= 100 && status < 200) continue;
    const body =
      isHead || status === 204 || status === 304 ? { content: Buffer.alloc(0), end: at } : readBody(bytes, at, headers);
    if (body === null) break;
    replies.push({ status, headers, body: body.content });
    at = body.end;
  }
  return replies;
}

function parseHeaders(lines: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function readBody(bytes: Buffer, start: number, headers: Map<string, string>): { content: Buffer; end: number } | null {
  if (headers.get("transfer-encoding") === "chunked") return readChunks(bytes, start);
  const length = Number(headers.get("content-length") ?? 0);
  if (bytes.length < start + length) return null;
  return { content: bytes.subarray(start, start + length), end: start + length };
}

function readChunks(bytes: Buffer, start: number): { content: Buffer; end: number } | null {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (!Number.isInteger(size) || bytes.length < next) return null;
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
    if (size === 0) return { content: Buffer.concat(parts), end: at };
  }
}

/** A connected socket that throws nothing: what the other side does to it is the test's business. */
export async function openSocket(port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

/** One request as text; a body gets its Content-Length unless `headers` frame it. */
export function request(
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body: string | null = null,
): string {
  const all: Record<string, string> = { Host: "127.0.0.1", ...headers };
  const isFramed = Object.keys(all).some((name) => /^(content-length|transfer-encoding)$/i.test(name));
  if (body !== null && !isFramed) all["Content-Length"] = String(Buffer.byteLength(body, "latin1"));
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

/** Works through a list with a few at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
