/** The hub API's own description: as an OpenAPI document, and as a page to read. */
import type { OpenApiDocument } from "../contract/openapi.ts";
import type { RequestContext } from "./context.ts";
import { formatETag, isUnchanged } from "./preconditions.ts";
import type { Route } from "./router.ts";

export type DocumentParts<Needs> = {
  /** What anyone may ask. */
  open: Needs;
  /** Asked when somebody first reads it: it makes every schema of the API. */
  document: () => OpenApiDocument | Promise<OpenApiDocument>;
};

type Made = { body: string; version: string; headers: Record<string, string> };

export function documentRoutes<Needs, Caller>({ open, document }: DocumentParts<Needs>): Route<Needs, Caller>[] {
  const route = (id: string, path: string, make: () => Promise<Omit<Made, "version">>): Route<Needs, Caller> => {
    const made = once(make);
    return { id, method: "GET", path, needs: open, handle: async (context) => send(context, await made()) };
  };
  return [
    route("api-document", "/api/openapi.json", async () => ({
      body: JSON.stringify(await document()),
      headers: { "Content-Type": "application/json" },
    })),
    route("api-reference", "/api/", async () => {
      const { REFERENCE_STYLE, referencePage } = await import("../contract/reference-page.ts");
      const style = new Bun.CryptoHasher("sha256").update(REFERENCE_STYLE).digest("base64");
      return {
        body: referencePage(await document()),
        headers: {
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
          "Referrer-Policy": "no-referrer",
        },
      };
    }),
    {
      id: "api-reference-bare",
      method: "GET",
      path: "/api",
      needs: open,
      handle: () => new Response(null, { status: 308, headers: { Location: "/api/" } }),
    },
  ];
}

function send(context: RequestContext, made: Made): Response {
  const headers = {
    ...made.headers,
    "Cache-Control": "no-cache",
    ETag: formatETag(made.version),
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": context.id,
  };
  if (isUnchanged(context, made.version)) return new Response(null, { status: 304, headers });
  return new Response(context.method === "HEAD" ? null : made.body, {
    headers: { ...headers, "Content-Length": String(Buffer.byteLength(made.body)) },
  });
}

/** Made once, unless making it failed. */
function once(make: () => Promise<Omit<Made, "version">>): () => Promise<Made> {
  let made: Made | null = null;
  return async () => {
    if (made !== null) return made;
    const fresh = await make();
    const version = new Bun.CryptoHasher("sha256").update(fresh.body).digest("base64url").slice(0, 22);
    return (made = { ...fresh, version });
  };
}
