/**
 * A client of the hub API, typed by the endpoints themselves: no code is generated. It needs nothing but `fetch`, and runs
 * in browsers and in Bun.
 *
 *     const client = createClient({ repositories: repositoriesApi }, { baseUrl: "" });
 *     const page = await client.repositories.list({ query: { limit: 10 } });
 *     for await (const it of client.repositories.list.each()) …
 *     for await (const line of client.works.check.lines({ body: {} })) …
 */
import type { Api, CallOf, Endpoint, LineOf, OutputOf } from "./endpoint.ts";
import { parseProblem, type Problem } from "./problem.ts";

export type ClientOptions = {
  /** `https://hub.example`, or empty for the server that a page came from. */
  baseUrl: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Sent with every request, such as `Authorization`; asked for anew each time when it is a function. */
  headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
};

export type CallOptions = {
  signal?: AbortSignal;
  /** ETag of what the change was made for. */
  ifMatch?: string;
};

/** `etag`, `location`: as the server sent them; null when it did not. */
export type Full<T> = { value: T; etag: string | null; location: string | null };

/** What an endpoint that takes nothing, or nothing that has to be said, is called without. */
type Args<E extends Endpoint> =
  {} extends CallOf<E> ? [input?: CallOf<E>, options?: CallOptions] : [input: CallOf<E>, options?: CallOptions];

type Listing<E extends Endpoint> =
  OutputOf<E> extends { items: (infer T)[]; next: string | null }
    ? {
        /** The list's entries from `query.after` on, page by page, as they are asked for. */
        each: (...args: Args<E>) => AsyncGenerator<T, void>;
      }
    : unknown;

type Lines<E extends Endpoint> = [LineOf<E>] extends [never]
  ? unknown
  : {
      /** The lines of the answer as they come. Throws ProblemError, and what breaks a connection that has begun. */
      lines: (...args: Args<E>) => AsyncGenerator<LineOf<E>, void>;
    };

export type Call<E extends Endpoint> = {
  /** Throws ProblemError when the server refuses, and what `fetch` throws when it cannot be reached. */
  (...args: Args<E>): Promise<OutputOf<E>>;
  /** The endpoint's, to remember answers under. */
  id: string;
  /** With the ETag for a later `ifMatch`, and where a new thing is. */
  full: (...args: Args<E>) => Promise<Full<OutputOf<E>>>;
  /** The answer as it is, for those that are not JSON. Throws ProblemError. */
  raw: (...args: Args<E>) => Promise<Response>;
} & Listing<E> &
  Lines<E>;

export type Client<A extends Api> = { [G in keyof A]: { [K in keyof A[G]]: Call<A[G][K]> } };

/** Why the server did not do what it was asked. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;
  /** Seconds until it may be tried again, where the server said so. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(problem.detail === "" ? problem.title : problem.detail);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

export function createClient<const A extends Api>(api: A, options: ClientOptions): Client<A> {
  const groups = Object.entries(api).map(([group, endpoints]) => [
    group,
    Object.fromEntries(Object.entries(endpoints).map(([name, endpoint]) => [name, createCall(endpoint, options)])),
  ]);
  // Every endpoint of every group became a call, under the same names.
  return Object.fromEntries(groups) as Client<A>;
}

type AnyInput = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

function createCall(endpoint: Endpoint, options: ClientOptions) {
  const raw = async (input: AnyInput = {}, call: CallOptions = {}): Promise<Response> => {
    const { baseUrl, fetch = globalThis.fetch, headers = {} } = options;
    const hasBody = input.body !== undefined;
    const response = await fetch(baseUrl + addressOf(endpoint, input), {
      method: endpoint.method,
      headers: {
        Accept: [...(endpoint.media ?? ["application/json"]), "application/problem+json"].join(", "),
        ...(hasBody ? { "Content-Type": "application/json" } : {}),
        ...(call.ifMatch === undefined ? {} : { "If-Match": call.ifMatch }),
        ...(typeof headers === "function" ? headers() : headers),
      },
      ...(hasBody ? { body: JSON.stringify(input.body) } : {}),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    if (response.ok) return response;
    throw new ProblemError(parseProblem(response.status, await response.text()), retryAfterOf(response));
  };
  const full = async (input?: AnyInput, call?: CallOptions): Promise<Full<unknown>> => {
    const response = await raw(input, call);
    const value: unknown = response.status === 204 ? undefined : parse(await response.text());
    return { value, etag: response.headers.get("etag"), location: response.headers.get("location") };
  };
  const each = async function* (input: AnyInput = {}, call?: CallOptions): AsyncGenerator<unknown, void> {
    let query = input.query ?? {};
    for (;;) {
      const { value } = await full({ ...input, query }, call);
      // Only lists have `each`, by their type.
      const { items, next } = value as { items: unknown[]; next: string | null };
      yield* items;
      if (next === null) return;
      query = { ...query, after: next };
    }
  };
  const lines = async function* (input?: AnyInput, call?: CallOptions): AsyncGenerator<unknown, void> {
    for await (const line of readLines(await raw(input, call))) yield JSON.parse(line);
  };
  return Object.assign(async (input?: AnyInput, call?: CallOptions) => (await full(input, call)).value, {
    id: endpoint.id,
    full,
    raw,
    each,
    lines,
  });
}

/** Without those that are empty, and without the rest of one that was cut off. */
async function* readLines(response: Response): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}

/** An answer of 201 may have no body. */
function parse(text: string): unknown {
  return text === "" ? undefined : JSON.parse(text);
}

/** Path and query. Throws for a value that would lead to another address. */
export function addressOf(endpoint: Endpoint, { params = {}, query = {} }: AnyInput): string {
  const path = endpoint.path.replace(/<(\w+)>/g, (_, word: string) => {
    const text = textOf(params[word]);
    const segments = word === "repository" ? text.split("/") : [text];
    if (segments.some((it) => it === "" || it === "." || it === "..")) {
      throw new TypeError(`${endpoint.id}: ${word} cannot be ${JSON.stringify(text)}`);
    }
    return segments.map(encodeURIComponent).join("/");
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, textOf(one));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError("paths and queries take text, numbers and booleans");
}

function retryAfterOf(response: Response): number | null {
  const header = response.headers.get("retry-after") ?? "";
  return /^\d{1,9}$/.test(header) ? Number(header) : null;
}
