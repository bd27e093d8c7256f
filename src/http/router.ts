/**
 * Routes as a table: one line an endpoint, with what it needs beside it.
 *
 * In a path, `<name>` captures one or more segments and every other `<word>` exactly one. `<name>` is greedy, so a
 * path is read from its right end, as repositories called `blobs` or `manifests` require. `<repository>` is the hub
 * API's: one or more segments up to one that starts with a dash, which no part of a repository's name does.
 */
import { RegistryError } from "../errors.ts";
import type { RequestContext } from "./context.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Route<Needs, Caller> = {
  /** Endpoint number of the specification, or our own name: a label of metrics and logs. */
  id: string;
  /** GET answers HEAD too: the same headers without the body. */
  method: Method;
  path: string;
  needs: Needs;
  /** Of a change: whether it goes on where the registry is read-only. What to make of that is the guard's. */
  isForReadonly?: boolean;
  /** `caller`: whoever the guard found to be allowed what the route needs. */
  handle: (context: RequestContext, caller: Caller) => Response | Promise<Response>;
};

type Row<Needs, Caller> = { pattern: RegExp; routes: Map<string, Route<Needs, Caller>> };

export type Match<Needs, Caller> = { route: Route<Needs, Caller>; params: string[] };

/** Routes that are made when somebody first asks below one of the prefixes. */
export type LaterRoutes<Needs, Caller> = {
  prefixes: readonly string[];
  load: () => Promise<readonly Route<Needs, Caller>[]>;
};

export class Router<Needs, Caller> {
  readonly #exact = new Map<string, Map<string, Route<Needs, Caller>>>();
  readonly #rows: Row<Needs, Caller>[] = [];
  readonly #patterns = new Map<string, Row<Needs, Caller>>();
  readonly #routes: Route<Needs, Caller>[] = [];
  #later: LaterRoutes<Needs, Caller> | null;
  #loading: Promise<void> | null = null;

  constructor(routes: readonly Route<Needs, Caller>[], later: LaterRoutes<Needs, Caller> | null = null) {
    this.#later = later;
    this.#append(routes);
  }

  /** Those that are there by now. */
  get routes(): readonly Route<Needs, Caller>[] {
    return this.#routes;
  }

  /** Resolves when the routes that may answer this path are there; null when they are. */
  loadFor(path: string): Promise<void> | null {
    return this.#later?.prefixes.some((it) => path.startsWith(it)) === true ? this.load() : null;
  }

  /** Resolves when all routes are there. */
  async load(): Promise<void> {
    if (this.#later === null) return;
    this.#loading ??= this.#load(this.#later).finally(() => (this.#loading = null));
    await this.#loading;
  }

  /** Throws NOT_FOUND, UNSUPPORTED (405) or, for a path that cannot be decoded, NAME_INVALID. */
  match(method: string, path: string): Match<Needs, Caller> {
    const decoded = path.includes("%") ? decode(path) : path;
    const exact = this.#exact.get(decoded);
    if (exact) return { route: select(exact, method), params: [] };
    for (const row of this.#rows) {
      const found = row.pattern.exec(decoded);
      if (found) return { route: select(row.routes, method), params: found.slice(1) };
    }
    throw new RegistryError("NOT_FOUND", { detail: { path: path.slice(0, 300) } });
  }

  async #load(later: LaterRoutes<Needs, Caller>): Promise<void> {
    this.#append(await later.load());
    this.#later = null;
  }

  #append(routes: readonly Route<Needs, Caller>[]): void {
    for (const route of routes) {
      this.#routes.push(route);
      if (!route.path.includes("<")) {
        this.#add(this.#exactRow(route.path), route);
        continue;
      }
      let row = this.#patterns.get(route.path);
      if (!row) {
        this.#patterns.set(route.path, (row = { pattern: compile(route.path), routes: new Map() }));
        this.#rows.push(row);
      }
      this.#add(row.routes, route);
    }
  }

  #exactRow(path: string): Map<string, Route<Needs, Caller>> {
    let row = this.#exact.get(path);
    if (!row) this.#exact.set(path, (row = new Map()));
    return row;
  }

  #add(row: Map<string, Route<Needs, Caller>>, route: Route<Needs, Caller>): void {
    for (const method of route.method === "GET" ? ["GET", "HEAD"] : [route.method]) {
      if (row.has(method)) throw new Error(`two routes answer ${method} ${route.path}`);
      row.set(method, route);
    }
  }
}

const CAPTURES = new Map([
  ["name", "(.+)"],
  ["repository", "([^/-][^/]*(?:/[^/-][^/]*)*)"],
]);

function compile(path: string): RegExp {
  const source = path.replace(/[.]/g, "\\.").replace(/<(\w+)>/g, (_, word) => CAPTURES.get(word) ?? "([^/]+)");
  return new RegExp(`^${source}$`);
}

/** Decodes once. A separator or NUL that only appears by decoding was put there to mislead someone. */
function decode(path: string): string {
  if (!/%(?:2f|5c|00)/i.test(path)) {
    try {
      return decodeURIComponent(path);
    } catch {
      // Falls through to the refusal below.
    }
  }
  throw new RegistryError("NAME_INVALID", {
    message: "the path has a percent-encoding that is not allowed",
    detail: { path: path.slice(0, 300) },
  });
}

function select<Needs, Caller>(routes: Map<string, Route<Needs, Caller>>, method: string): Route<Needs, Caller> {
  const route = routes.get(method);
  if (route) return route;
  const allow = [...routes.keys()].join(", ");
  throw new RegistryError("UNSUPPORTED", {
    message: `${method.slice(0, 20)} is not possible here; ${allow} are`,
    headers: { Allow: allow },
  });
}
