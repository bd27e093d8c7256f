/**
 * An endpoint of the hub API as data: the router, the OpenAPI document and the typed client all derive from it. It knows
 * no server and no browser, so that both ends import it. See docs/decisions/0025-hub-api-contract.md.
 *
 * A `<word>` in a path stands for one segment and `<repository>` for a repository's whole name, slashes included. What
 * follows a repository begins with `/-/`, as in `/api/v1/repositories/acme/team/api/-/tags/v1`: no part of a name starts
 * with a dash, so no repository's name can be mistaken for what belongs to another one.
 *
 * Schemas are made when they are first needed. Those of a hundred endpoints would be a third of a start and several MiB.
 */
import { z } from "zod";
import type { ErrorCode } from "../errors.ts";

/** Media type of answers that come a line at a time, each one JSON of its own. Empty lines say that there are more to come. */
export const JSON_LINES = "application/jsonl";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Fields by name. */
export type Shape = Readonly<Record<string, z.ZodType>>;

/** The words of a path: `"repository" | "tag"` of `/api/v1/repositories/<repository>/-/tags/<tag>`. */
export type PathWords<Path extends string> = Path extends `${string}<${infer Word}>${infer Rest}`
  ? Word | PathWords<Rest>
  : never;

type ParamsOf<Path extends string> = [PathWords<Path>] extends [never]
  ? { params?: never }
  : { params: Readonly<Record<PathWords<Path>, z.ZodType>> };

/**
 * `params`, `query`: a schema a field; text becomes numbers and booleans where the schema wants them, and a list where it
 * is given several times. `body`: JSON. `response`: JSON, unless `media` is set; left out where an answer has no body.
 * `line`: of an answer whose `media` is `[JSON_LINES]`, each of them.
 * All objects must be strict (`z.strictObject`), which `assertContract` checks.
 */
export type Schemas<Path extends string = string> = ParamsOf<Path> & {
  query?: Shape;
  body?: z.ZodType;
  response?: z.ZodType;
  line?: z.ZodType;
};

export type AnySchemas = {
  params?: Shape;
  query?: Shape;
  body?: z.ZodType;
  response?: z.ZodType;
  line?: z.ZodType;
};

type Described = {
  /** Unique, `group.verb`: label of metrics and logs, `operationId` in the document. */
  id: string;
  method: Method;
  /** A few words. */
  summary: string;
  /** Markdown; what the summary leaves open. */
  description?: string;
  /** Chapters of the document; the first part of the id unless given. */
  tags?: readonly string[];
  /** What it may answer besides what every endpoint may. */
  errors?: readonly ErrorCode[];
  /** Of success: 200, or 204 where nothing is answered, unless given. */
  status?: 200 | 201 | 202 | 204;
  /**
   * Whether a change takes `If-Match` and so is refused with 412 when what it was made for has changed since:
   * `required` refuses with 428 a request without one.
   */
  ifMatch?: "optional" | "required";
  /** 64 KiB unless given, at most 1 MiB: reading the JSON of a stranger takes the event loop about 0.2 ms a KiB. */
  maxBodyBytes?: number;
  /** Media types of an answer that is not JSON, such as `text/csv`: the handler answers with bytes or a stream of them. */
  media?: readonly string[];
  /**
   * Of a change: it goes on where the registry is read-only (`storage.readonly`), which refuses all others. For what lets
   * people in and shuts them out, and what changes nothing for all its method.
   */
  isForReadonly?: boolean;
  /** Nobody has to say who they are: the document shows no login. Who may is decided by the route's needs alone. */
  isPublic?: boolean;
};

export type Endpoint<S extends AnySchemas = AnySchemas, HasETag extends boolean = boolean> = Readonly<Described> & {
  readonly path: string;
  readonly tags: readonly string[];
  readonly errors: readonly ErrorCode[];
  readonly status: number;
  readonly maxBodyBytes: number;
  /** Whether the answer carries the version of what it shows, for `If-None-Match` and later `If-Match`. */
  readonly hasETag: HasETag;
  /** The same at every call. */
  readonly schemas: () => S;
  /** What a request must be; the same at every call. */
  readonly inputs: () => Inputs;
};

/** Strict objects of what an endpoint takes. A body that is not taken is null. */
export type Inputs = { params: z.ZodObject; query: z.ZodObject; body: z.ZodType | null };

/** Groups of endpoints by name, as `createClient` and `openApiDocument` take them. */
export type Api = Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;

/** Declares an endpoint. Throws where its path or method cannot be; `assertContract` says the rest in tests. */
export function endpoint<const Path extends string, S extends Schemas<Path>, const HasETag extends boolean = false>(
  declared: Described & { path: Path; hasETag?: HasETag; schemas: () => S },
): Endpoint<S, HasETag> {
  const { id, method, path } = declared;
  if (!PATH.test(path)) throw new Error(`${id}: ${path} is not a path of the hub API`);
  if (declared.ifMatch !== undefined && method === "GET") throw new Error(`${id}: If-Match is for changes`);
  const schemas = once(declared.schemas);
  return {
    ...declared,
    tags: declared.tags ?? [id.split(".")[0]!],
    errors: declared.errors ?? [],
    maxBodyBytes: declared.maxBodyBytes ?? 64 * 1024,
    status: declared.status ?? (method === "DELETE" ? 204 : 200),
    // Its type is that of what was declared, or false when nothing was.
    hasETag: (declared.hasETag ?? false) as HasETag,
    schemas,
    inputs: once(() => inputsOf(schemas())),
  };
}

/**
 * A schema with a name, which several endpoints share: `const repository = named("Repository", () => z.strictObject(…))`,
 * used as `repository()`. The name is that of the document's component. The value is made once.
 */
export function named<T extends z.ZodType>(id: string, make: () => T, description?: string): () => T {
  return once(() => make().meta({ id, ...(description === undefined ? {} : { description }) }));
}

/** The words of a path, in order. */
export function pathWords(path: string): string[] {
  return [...path.matchAll(/<(\w+)>/g)].map(([, word]) => word!);
}

/** Words and captures; `<repository>` is last or followed by `/-/`. */
const PATH = /^\/api\/v1(?:\/(?:[a-z0-9_-]+|<(?!name>|repository>)\w+>|<repository>(?=\/-\/|$)))+$/;

function inputsOf({ params, query, body }: AnySchemas): Inputs {
  return { params: z.strictObject(params ?? {}), query: z.strictObject(query ?? {}), body: body ?? null };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

type Outputs<T> = T extends Shape ? { -readonly [K in keyof T]: z.output<T[K]> } : Record<string, never>;
type BodyOf<S extends AnySchemas> = S extends { body: infer B extends z.ZodType } ? z.output<B> : null;

/** What a handler gets: checked, with defaults filled in. `body` is null where none is taken. */
export type InputOf<E extends Endpoint> =
  E extends Endpoint<infer S> ? { params: Outputs<S["params"]>; query: Outputs<S["query"]>; body: BodyOf<S> } : never;

/** What an endpoint answers; undefined where there is nothing to say. */
export type OutputOf<E extends Endpoint> =
  E extends Endpoint<infer S> ? (S extends { response: infer R extends z.ZodType } ? z.output<R> : undefined) : never;

/** A line of what an endpoint answers; never where it does not answer in lines. */
export type LineOf<E extends Endpoint> =
  E extends Endpoint<infer S> ? (S extends { line: infer L extends z.ZodType } ? z.output<L> : never) : never;

type InputShape<T extends Shape> = z.input<z.ZodObject<{ -readonly [K in keyof T]: T[K] }, z.core.$strict>>;
type Part<Key extends string, T> = {} extends T ? { [K in Key]?: T } : { [K in Key]: T };

/** What a caller gives: fields with defaults may be left out, and so may a part that needs nothing. */
export type CallOf<E extends Endpoint> =
  E extends Endpoint<infer S>
    ? (S extends { params: infer P extends Shape } ? Part<"params", InputShape<P>> : unknown) &
        (S extends { query: infer Q extends Shape } ? Part<"query", InputShape<Q>> : unknown) &
        (S extends { body: infer B extends z.ZodType } ? Part<"body", z.input<B>> : unknown)
    : never;
