/** What the answers of `/v2/` have in common. */
import type { RequestContext } from "../../http/context.ts";
import { parseRepositoryName, type RepositoryName } from "../../oci/reference.ts";

/** On every answer below /v2/: old clients look for the version, browsers must take content for nothing but bytes. */
export const REGISTRY_HEADERS = {
  "Docker-Distribution-API-Version": "registry/2.0",
  "X-Content-Type-Options": "nosniff",
} as const;

/** The repository that a path names: the spelling that was asked for goes into answers, the canonical one to the rules. */
export function repositoryOf(context: RequestContext): { asked: string; repository: RepositoryName } {
  const asked = context.param(0);
  return { asked, repository: parseRepositoryName(asked) };
}

/** JSON with its length, so that HEAD and GET agree. */
export function json(context: RequestContext, value: unknown, headers: Record<string, string> = {}): Response {
  const body = Buffer.from(JSON.stringify(value));
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
