/** What a handler knows of the request that it answers. */
import type { Server } from "bun";

export type HttpServer = Server<undefined>;

export class RequestContext {
  readonly request: Request;
  readonly server: HttpServer;
  readonly method: string;
  /** As sent: still percent-encoded. */
  readonly path: string;
  /** Identifies the request in the answer and in the log. */
  readonly id: string;
  /** The single valid Host header. */
  readonly host: string;
  readonly startedAt: number;
  /** What the route's path pattern captured, decoded, in order. */
  params: readonly string[] = [];
  readonly #queryText: string;
  #query: URLSearchParams | null = null;

  constructor(parts: {
    request: Request;
    server: HttpServer;
    path: string;
    query: string;
    id: string;
    host: string;
    startedAt: number;
  }) {
    this.request = parts.request;
    this.server = parts.server;
    this.method = parts.request.method;
    this.path = parts.path;
    this.#queryText = parts.query;
    this.id = parts.id;
    this.host = parts.host;
    this.startedAt = parts.startedAt;
  }

  get hasQuery(): boolean {
    return this.#queryText !== "";
  }

  /** A plus sign stays one: no value that is sent here holds spaces, and media types sent unencoded hold pluses. */
  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#queryText.replaceAll("+", "%2B"));
    return this.#query;
  }

  header(name: string): string | null {
    return this.request.headers.get(name);
  }

  /** The capture at this place of the path pattern. */
  param(index: number): string {
    return this.params[index] ?? "";
  }
}
