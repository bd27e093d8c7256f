/**
 * The web pages: one document for all of their addresses, which loads the script that shows what the address means, and the
 * files that it names. The policy allows nothing that did not come from here as a file of its own.
 */
import type { RequestContext } from "../http/context.ts";
import { formatETag, isUnchanged } from "../http/preconditions.ts";
import type { Route } from "../http/router.ts";
import type { Extent, Pack, PackEntry } from "./pack.ts";
import type { Site } from "./site.ts";

export type PageParts<Needs> = {
  /** What anyone may ask. */
  open: Needs;
  site: Site;
  /** What `/` says to those that are no browser. */
  plainHome: (context: RequestContext) => Response;
};

/** Addresses of pages. What the router of the pages does not know of them it says itself. */
const PAGES = [
  "/welcome",
  "/setup",
  "/login",
  "/sign-up",
  "/verify-email",
  "/reset-password",
  "/invitation",
  "/search",
  "/r/<name>",
  "/n/<name>",
  "/settings",
  "/settings/<section>",
  "/admin",
  "/admin/<name>",
];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const SAFETY = {
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

const DOCUMENT = "/index.html";

export function pageRoutes<Needs, Caller>({ open, site, plainHome }: PageParts<Needs>): Route<Needs, Caller>[] {
  const document = async (context: RequestContext) => {
    const built = await site.pack();
    const entry = built?.find(DOCUMENT);
    return built && entry ? send(context, built, entry, "no-cache") : notBuilt(context);
  };
  const file = async (context: RequestContext) => {
    const built = await site.pack();
    const entry = built?.find(context.path);
    if (!built || !entry) return missing(context);
    // Names below /assets/ change with the content.
    const keeps = context.path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    return send(context, built, entry, keeps);
  };
  const route = (id: string, path: string, handle: Route<Needs, Caller>["handle"]): Route<Needs, Caller> => {
    return { id, method: "GET", path, needs: open, handle };
  };
  return [
    route("home", "/", (context) => (wantsPages(context) ? document(context) : plainHome(context))),
    route("page-file", "/assets/<file>", file),
    route("page-icon", "/icon.svg", file),
    ...PAGES.map((path) => route("page", path, document)),
  ];
}

function wantsPages(context: RequestContext): boolean {
  return context.header("accept")?.includes("text/html") === true;
}

async function send(context: RequestContext, pack: Pack, entry: PackEntry, cacheControl: string): Promise<Response> {
  const [encoding, extent] = choose(context, entry);
  const headers: Record<string, string> = {
    ...SAFETY,
    "Cache-Control": cacheControl,
    ETag: formatETag(`${entry.version}-${encoding ?? "plain"}`),
    Vary: "Accept, Accept-Encoding",
    "X-Request-Id": context.id,
  };
  if (isUnchanged(context, `${entry.version}-${encoding ?? "plain"}`)) {
    return new Response(null, { status: 304, headers });
  }
  headers["Content-Type"] = entry.type;
  headers["Content-Length"] = String(extent.length);
  if (encoding !== null) headers["Content-Encoding"] = encoding;
  return new Response(context.method === "HEAD" ? null : await pack.read(extent), { headers });
}

function choose(context: RequestContext, entry: PackEntry): [encoding: "br" | "gzip" | null, Extent] {
  const accepted = context.header("accept-encoding") ?? "";
  // Over plain HTTP browsers do not offer the better one.
  if (/\bbr\b(?!;q=0(?:\.0*)?(?:,|$))/.test(accepted)) return ["br", entry.br];
  if (/\bgzip\b(?!;q=0(?:\.0*)?(?:,|$))/.test(accepted)) return ["gzip", entry.gzip];
  return [null, entry.plain];
}

function notBuilt(context: RequestContext): Response {
  return text(
    context,
    503,
    "The web pages are not built. In the checkout: npm run pages\nThe registry works without.\n",
  );
}

function missing(context: RequestContext): Response {
  return text(context, 404, "There is no such file. The pages may have been updated: read them anew.\n");
}

function text(context: RequestContext, status: number, body: string): Response {
  return new Response(context.method === "HEAD" ? null : body, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": context.id,
    },
  });
}
