/** What the answers of `/v2/` have in common. */
import type { RequestContext } from "../../http/context.ts";
import { parseRepositoryName, type RepositoryName } from "../../oci/reference.ts";

/** On every answer below /v2/: old clients look for the version, browsers must take content for nothing but bytes. */
export const REGISTRY_HEADERS = {
  "Docker-Distribution-API-Version": "registry/2.0",
  "X-Content-Type-Options": "nosniff",
} as const;

/** Cache-Control of what a digest names. */
export const IMMUTABLE = "max-age=31536000, immutable";

/** The repository that a path names: the spelling that was asked for goes into answers, the canonical one to the rules. */
export function repositoryOf(context: RequestContext): { asked: string; repository: RepositoryName } {
  const asked = context.param(0);
  return { asked, repository: parseRepositoryName(asked) };
}

/** JSON, given as text, with its length, so that HEAD and GET agree. */
export function json(context: RequestContext, text: string, headers: Record<string, string> = {}): Response {
  const body = Buffer.from(text);
  return new Response(context.method === "HEAD" ? null : body, {
    headers: {
      "Content-Type": "application/json",
      "Content-Length": String(body.length),
      "X-Request-Id": context.id,
      ...REGISTRY_HEADERS,
      ...headers,
    },
  });
}

/** An answer without a body. */
export function empty(context: RequestContext, status: number, headers: Record<string, string> = {}): Response {
  const length: Record<string, string> = status === 204 || status === 304 ? {} : { "Content-Length": "0" };
  return new Response(null, {
    status,
    headers: { ...length, "X-Request-Id": context.id, ...REGISTRY_HEADERS, ...headers },
  });
}

/** Whether If-None-Match names this digest; clients send it quoted, bare or marked weak. */
export function matchesDigest(header: string | null, digest: string): boolean {
  if (header === null) return false;
  return header.split(",").some((it) => {
    const tag = it
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1");
    return tag === digest || tag === "*";
  });
}

/**
 * Headers that are the same for every answer about one cached object, made once: putting eight together costs more
 * than everything else that a cached answer needs. Each request only adds its id, and Response copies them.
 */
export class CachedHeaders<Key extends object> {
  readonly #made = new WeakMap<Key, Headers>();
  readonly #make: (key: Key) => Record<string, string>;

  constructor(make: (key: Key) => Record<string, string>) {
    this.#make = make;
  }

  get(context: RequestContext, key: Key): Headers {
    let headers = this.#made.get(key);
    if (!headers) this.#made.set(key, (headers = new Headers({ ...REGISTRY_HEADERS, ...this.#make(key) })));
    headers.set("X-Request-Id", context.id);
    return headers;
  }
}

/** JSON of lists that are remembered, made once for each: to make it costs more than all else that they need. */
export class CachedJson {
  readonly #texts = new WeakMap<readonly unknown[], string>();

  /** `limit`: how many of its entries the list of that name is to have. A list is always asked for with the same. */
  get(list: readonly unknown[], limit = list.length): string {
    let text = this.#texts.get(list);
    if (text === undefined) this.#texts.set(list, (text = JSON.stringify(list.slice(0, limit))));
    return text;
  }
}

/** 304: the headers of the answer that the client already has, without its body's. */
export function notModified(headers: Headers): Response {
  const rest = new Headers(headers);
  rest.delete("Content-Length");
  rest.delete("Content-Type");
  return new Response(null, { status: 304, headers: rest });
}
