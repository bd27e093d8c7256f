/**
 * Makes a route of an endpoint: reads what was sent, checks it, calls the handler, checks and writes what it answers.
 * Who may is decided before, by the guard, from the route's needs; what went wrong is rendered after, by the handler of all
 * requests. So an endpoint is one more line of the table that everything else is in.
 */
import type { AnySchemas, Endpoint, InputOf, OutputOf } from "../contract/endpoint.ts";
import { pathWords } from "../contract/endpoint.ts";
import { parseInput } from "../contract/input.ts";
import { RegistryError } from "../errors.ts";
import { JsonError, parseJson, type JsonValue } from "../oci/json.ts";
import { contentLength, readBody } from "./body.ts";
import type { RequestContext } from "./context.ts";
import { formatETag, isUnchanged, parseIfMatch, type IfMatch } from "./preconditions.ts";
import type { Route } from "./router.ts";

export type Extras<Caller> = {
  /** Whoever the guard let through. */
  caller: Caller;
  context: RequestContext;
  /** Of endpoints with `ifMatch`: to be asserted inside the transaction of the change. */
  ifMatch: IfMatch;
};

export type AnswerOptions = {
  /** Address of what was made, as a path: relative, as this server does not know its name. */
  location?: string;
  headers?: Readonly<Record<string, string>>;
};

const ANSWER = Symbol("answer");

/** An answer with more to say than its value. */
export type Answer<T> = {
  readonly [ANSWER]: true;
  readonly value: T;
  readonly version: string | null;
  readonly options: AnswerOptions;
  readonly content: Content | null;
};

/** Of an endpoint with `hasETag`. */
export type Versioned<T> = Answer<T> & { readonly version: string };

/** What is not JSON. `type`: one of the endpoint's `media`. */
export type Content = { type: string; body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> };

export function answer<T>(value: T, options: AnswerOptions = {}): Answer<T> {
  return { [ANSWER]: true, value, version: null, options, content: null };
}

/** `version`: what changes with every change of what is shown, such as a row's counter; it becomes the ETag. */
export function versioned<T>(value: T, version: string | number, options: AnswerOptions = {}): Versioned<T> {
  return { [ANSWER]: true, value, version: String(version), options, content: null };
}

export function content(body: Content, options: AnswerOptions = {}): Answer<undefined> {
  return { [ANSWER]: true, value: undefined, version: null, options, content: body };
}

/** What a handler may return: with `hasETag` only what carries a version compiles. */
export type ResultOf<E extends Endpoint> =
  E extends Endpoint<AnySchemas, infer HasETag>
    ? true extends HasETag
      ? Versioned<OutputOf<E>>
      : OutputOf<E> | Answer<OutputOf<E>>
    : never;

export type Implementation<E extends Endpoint, Needs, Caller> = {
  needs: Needs;
  handle: (input: InputOf<E>, extras: Extras<Caller>) => ResultOf<E> | Promise<ResultOf<E>>;
};

/**
 * The handler is called with input that fits the schemas, and its answer must fit them too: what is not declared is
 * never sent. That is checked always, not only in tests; a page of fifty takes some tens of microseconds.
 */
export function implement<E extends Endpoint, Needs, Caller>(
  endpoint: E,
  { needs, handle }: Implementation<E, Needs, Caller>,
): Route<Needs, Caller> {
  const words = pathWords(endpoint.path);
  return {
    id: endpoint.id,
    method: endpoint.method,
    path: endpoint.path,
    needs,
    isForReadonly: endpoint.isForReadonly === true,
    handle: async (context, caller) => {
      const { ifMatch, wasAsserted } = parseIfMatch(context, endpoint.ifMatch);
      const parsed = parseInput(endpoint.inputs(), {
        params: words.map((word, index) => [word, context.param(index)]),
        query: queryOf(context),
        body: await readJson(context, endpoint),
      });
      // `parseInput` gives what the endpoint's own schemas gave, of which this is the type.
      const result: unknown = await handle(parsed as InputOf<E>, { caller, context, ifMatch });
      if (!wasAsserted()) throw new Error(`${endpoint.id} takes If-Match and did not compare it with anything`);
      return respond(context, endpoint, result);
    },
  };
}

/** As forms and URLSearchParams write it, a plus being a space, which the distribution API's clients do not. */
function queryOf({ request }: RequestContext): URLSearchParams {
  const question = request.url.indexOf("?");
  return new URLSearchParams(question < 0 ? "" : request.url.slice(question + 1));
}

/** Undefined for an empty body. Throws REQUEST_INVALID, MEDIA_TYPE_UNSUPPORTED, BODY_TOO_LARGE. */
async function readJson(context: RequestContext, endpoint: Endpoint): Promise<JsonValue | undefined> {
  const isEmpty = contentLength(context) === 0 || context.request.body === null;
  if (isEmpty) return undefined;
  if (endpoint.inputs().body === null) throw new RegistryError("REQUEST_INVALID", { message: "no body is taken here" });
  const type = context.header("content-type") ?? "";
  const isJson = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type);
  // A page of another site cannot send this type without being asked first whether it may.
  if (!isJson || !/^(?:identity)?$/i.test(context.header("content-encoding") ?? "")) {
    throw new RegistryError("MEDIA_TYPE_UNSUPPORTED", {
      message: "the body must be JSON, sent with Content-Type: application/json and not compressed",
      headers: { Accept: "application/json" },
    });
  }
  const bytes = await readBody(context, endpoint.maxBodyBytes);
  if (bytes.length === 0) return undefined;
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RegistryError("REQUEST_INVALID", { message: `the body is not accepted: ${error.message}`, cause: error });
  }
}

function respond(context: RequestContext, endpoint: Endpoint, result: unknown): Response {
  const { value, version, options, content } = isAnswer(result) ? result : answer(result);
  const headers = new Headers({
    "Cache-Control": version === null ? "no-store" : "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": context.id,
    ...options.headers,
  });
  if (options.location !== undefined) headers.set("Location", options.location);
  if (version !== null) {
    headers.set("ETag", formatETag(version));
    headers.set("Vary", "Authorization, Cookie");
    if (endpoint.method === "GET" && isUnchanged(context, version)) return new Response(null, { status: 304, headers });
  }
  const isHead = context.method === "HEAD";
  if (content !== null) {
    if (endpoint.media?.includes(content.type) !== true)
      throw new Error(`${endpoint.id} does not declare ${content.type}`);
    headers.set("Content-Type", content.type);
    if (isHead && content.body instanceof ReadableStream) void content.body.cancel();
    return new Response(isHead ? null : content.body, { status: endpoint.status, headers });
  }
  const body = serialise(endpoint, value);
  if (body === null) return new Response(null, { status: endpoint.status === 200 ? 204 : endpoint.status, headers });
  headers.set("Content-Type", "application/json");
  headers.set("Content-Length", String(Buffer.byteLength(body)));
  return new Response(isHead ? null : body, { status: endpoint.status, headers });
}

/** Null where there is nothing to answer with. Throws what becomes a 500, without values: those may be secret. */
function serialise(endpoint: Endpoint, value: unknown): string | null {
  const { response } = endpoint.schemas();
  if (response === undefined) {
    if (value === undefined) return null;
    throw new Error(`${endpoint.id} declares no answer and gave one`);
  }
  const checked = response.safeParse(value);
  if (checked.success) return JSON.stringify(checked.data);
  const issues = checked.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${endpoint.id} answers what it does not declare: ${issues.join("; ")}`);
}

function isAnswer(result: unknown): result is Answer<unknown> {
  return typeof result === "object" && result !== null && ANSWER in result;
}
