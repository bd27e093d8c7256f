// What tests of repositories and tags as resources have in common: a registry on either database, asked as somebody.

import { basic, makeAcme, openAccessRegistry, type AccessRegistry } from "../../support/access.ts";

/** What an answer may hold, of all that is asked here. */
export type Item = Record<string, unknown> & {
  id: string;
  name: string;
  digest: string;
  revision: number;
  actor: string;
  to: string | null;
  updatedAt: string;
  deletedBy: string | null;
};
type Body = Item & {
  items: Item[];
  results: Item[];
  next: string | null;
  detail: string;
  reason: string;
  rules: Record<string, unknown>[];
  num_results: number;
  isAllowed: boolean;
  role: string | null;
  actions: string[];
  tags: unknown;
  description: string;
  readme: string;
  isOfficial: boolean;
  visibility: string;
  namespace: string;
  stars: number;
  sizeBytes: number;
  platforms: unknown;
};

export type Answer = { status: number; body: Body; text: string; headers: Headers };

export interface Hub {
  registry: AccessRegistry;
  /** `who`: a name of `makeAcme`, or null for nobody. */
  ask(
    who: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** One pass of the garbage collector, without grace. */
  collect(): Promise<void>;
  close(): Promise<void>;
}

export async function openHub(dialect: "sqlite" | "postgres", createDatabase: () => Promise<string>): Promise<Hub> {
  const postgres = dialect === "postgres" ? { postgresUrl: await createDatabase() } : {};
  const registry = await openAccessRegistry({ ...postgres, environment: { BERTH_GC_LEASE_SECONDS: "86400" } });
  await makeAcme(registry);
  return {
    registry,
    ask: async (who, method, path, body, headers = {}) => {
      const response = await fetch(`${registry.url}${path}`, {
        method,
        headers: {
          ...(who === null ? {} : basic(who)),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      return {
        status: response.status,
        body: (isJson && text !== "" ? JSON.parse(text) : {}) as Body,
        text,
        headers: response.headers,
      };
    },
    collect: async () => {
      const request = new Request("http://localhost/api/v1/gc", {
        method: "POST",
        headers: { "content-type": "application/json", host: "localhost" },
        body: JSON.stringify({ now: true, dryRun: false }),
      });
      const response = await registry.app.operator.fetch(request, FAKE_SERVER);
      const text = await response.text();
      if (response.status !== 200 || text.includes('"error"')) throw new Error(`gc: ${response.status} ${text}`);
    },
    close: () => registry.close(),
  };
}

/** The operator's routes ask the listener for nothing but time. */
const FAKE_SERVER = { timeout: () => undefined, requestIP: () => null } as never;

/** Every entry of a list, page by page. */
export async function readAll(hub: Hub, who: string | null, path: string, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  const sign = path.includes("?") ? "&" : "?";
  for (let after = ""; ;) {
    const { status, body, text } = await hub.ask(who, "GET", `${path}${sign}limit=${limit}${after}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    items.push(...body.items);
    if (body.next === null) return items;
    after = `&after=${body.next}`;
  }
}
