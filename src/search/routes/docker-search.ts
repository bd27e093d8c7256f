/**
 * Docker's own search: `docker search HOST/term` and `podman search HOST/term`. Spec: Docker's Registry API v1, as its clients use
 * it today: `/v1/_ping`, then `/v1/search`. They never ask again with a login after a 401, so nobody is sent one: whoever says
 * nothing of themselves finds what is public, and nothing where nothing is.
 */
import { ANYONE, PUBLIC, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { RequestContext } from "../../http/context.ts";
import type { Route } from "../../http/router.ts";
import { RegistryError } from "../../errors.ts";
import type { Search } from "../search.ts";

const DEFAULT_RESULTS = 25;
const MAX_RESULTS = 100;
const MAX_PAGE = 100;
const MAX_TERM = 255;

export function dockerSearchRoutes(searching: Search): Route<Needs, Principal>[] {
  return [
    { id: "v1.ping", method: "GET", path: "/v1/_ping", needs: PUBLIC, handle: ping },
    {
      id: "v1.search",
      method: "GET",
      path: "/v1/search",
      needs: ANYONE,
      handle: async (context, caller) => await search(context, caller, searching),
    },
  ];
}

function ping(context: RequestContext): Response {
  return text(context, "true", { "X-Docker-Registry-Version": "0.6.3", "X-Docker-Registry-Standalone": "True" });
}

async function search(context: RequestContext, caller: Principal, searching: Search): Promise<Response> {
  const { query } = context;
  const term = (query.get("q") ?? "").trim();
  if (term.length > MAX_TERM || !term.isWellFormed() || term.includes("\0")) {
    throw new RegistryError("REQUEST_INVALID", { message: `q must be text of at most ${MAX_TERM} characters` });
  }
  const limit = wholeNumber(query.get("n"), { name: "n", unless: DEFAULT_RESULTS, most: MAX_RESULTS });
  const page = wholeNumber(query.get("page"), { name: "page", unless: 1, most: MAX_PAGE });
  // `library/x` is written `x` here.
  const asked = term.replace(/^library\//, "");
  const { found } = await searching.find(caller, { text: asked, order: "popularity" });
  const total = found.length;
  const results = found
    .slice((page - 1) * limit, page * limit)
    .map(({ name, description, stars, isOfficial, isVerifiedPublisher }) => ({
      name,
      description,
      star_count: stars,
      is_official: isOfficial,
      is_automated: false,
      is_trusted: isVerifiedPublisher,
    }));
  const body = {
    query: term,
    num_results: total,
    num_pages: Math.ceil(total / limit),
    page,
    page_size: limit,
    results,
  };
  return text(context, JSON.stringify(body), {});
}

/** Throws PAGINATION_NUMBER_INVALID for what is no number; one that is too large counts as the most there can be. */
function wholeNumber(
  given: string | null,
  { name, unless, most }: { name: string; unless: number; most: number },
): number {
  if (given === null || given === "") return unless;
  if (!/^[1-9]\d{0,8}$/.test(given)) {
    throw new RegistryError("PAGINATION_NUMBER_INVALID", {
      message: `${name} must be a whole number from 1 to ${most}`,
    });
  }
  return Math.min(Number(given), most);
}

function text(context: RequestContext, body: string, headers: Record<string, string>): Response {
  const bytes = Buffer.from(body);
  return new Response(context.method === "HEAD" ? null : bytes, {
    headers: {
      "Content-Type": "application/json",
      "Content-Length": String(bytes.length),
      "Cache-Control": "no-store",
      Vary: "Authorization",
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": context.id,
      ...headers,
    },
  });
}
