// One keep-alive HTTP/1.1 connection on a bare socket: the cheapest client that Bun offers, so that on a small machine
// the figures are the server's and not the client's. It reads only what the benchmark needs of an answer.
import type { Socket } from "bun";

export type Reply = { status: number; head: string; body: string };

type Waiting = { withoutBody: boolean; resolve: (reply: Reply) => void; reject: (error: Error) => void };

const SMALL_BODY_BYTES = 64 * 1024;

export class HttpConnection {
  #socket: Socket | null = null;
  #received = "";
  #waiting: Waiting | null = null;
  #drained: (() => void) | null = null;
  #failure: Error | null = null;

  static async open(host: string, port: number): Promise<HttpConnection> {
    const connection = new HttpConnection();
    connection.#socket = await Bun.connect({
      hostname: host,
      port,
      socket: {
        data: (_socket, data) => connection.#receive(data),
        drain: () => connection.#drained?.(),
        close: () => connection.#fail(new Error("the server closed the connection")),
        error: (_socket, error) => connection.#fail(error),
      },
    });
    return connection;
  }

  /** `head` holds the request line and headers, each ended by CRLF, without the empty line. */
  async request(head: string, body?: Uint8Array): Promise<Reply> {
    const reply = this.expectReply(head.startsWith("HEAD "));
    if (body === undefined) {
      await this.send(Buffer.from(`${head}\r\n`, "latin1"));
    } else {
      const start = Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`, "latin1");
      if (body.length <= SMALL_BODY_BYTES) {
        await this.send(Buffer.concat([start, body]));
      } else {
        await this.send(start);
        await this.send(body);
      }
    }
    return reply;
  }

  /** Asked for before the request is sent, so that an early refusal is not lost. */
  expectReply(withoutBody: boolean): Promise<Reply> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { withoutBody, resolve, reject };
    });
  }

  /** Resolves when the kernel has taken every byte. */
  async send(data: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket === null) throw new Error("not connected");
    let sentBytes = 0;
    while (this.#failure === null) {
      sentBytes += Math.max(0, socket.write(data, sentBytes, data.length - sentBytes));
      if (sentBytes >= data.length) return;
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    throw this.#failure;
  }

  close(): void {
    this.#socket?.terminate();
  }

  #receive(data: Buffer): void {
    this.#received += data.toString("latin1");
    const waiting = this.#waiting;
    if (waiting === null) return;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd + 2);
    const body = waiting.withoutBody ? "" : completeBody(head, this.#received.slice(headEnd + 4));
    if (body === null) return;
    this.#received = "";
    this.#waiting = null;
    waiting.resolve({ status: Number(head.slice(9, 12)), head, body });
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#waiting?.reject(error);
    this.#waiting = null;
    this.#drained?.();
  }
}

/** The body, or null while some of it is still on the way. */
function completeBody(head: string, received: string): string | null {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return received.length >= Number(length) ? received : null;
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return "";
  if (!received.endsWith("0\r\n\r\n")) return null;
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = received.indexOf("\r\n", at);
    const size = Number.parseInt(received.slice(at, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) return body;
    body += received.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

/** The path of a Location header, which docker-registry writes as an absolute URL. */
export function locationPath(reply: Reply): string {
  const location = /\r\nlocation: *([^\r\n]+)/i.exec(reply.head)?.[1];
  if (location === undefined) throw new Error(`no Location in an answer with status ${reply.status}: ${reply.body}`);
  return location.replace(/^https?:\/\/[^/]+/, "");
}

export function withQuery(path: string, query: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

export function expectStatus(reply: Reply, status: number): Reply {
  if (reply.status !== status)
    throw new Error(`status ${reply.status} where ${status} was due: ${reply.body || reply.head}`);
  return reply;
}
