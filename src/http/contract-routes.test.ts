/** Endpoints over a real socket, behind the handler of all requests, asked by raw requests and by the typed client. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exampleApi, repositoriesApi, tagCursor, tagsApi, tokensApi } from "../../test/support/example-contract.ts";
import { createClient, ProblemError } from "../contract/client.ts";
import { openApiDocument } from "../contract/openapi.ts";
import { toPage } from "../contract/page.ts";
import { RegistryError } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { TrustedProxies } from "./client-address.ts";
import { answer, content, implement, versioned } from "./contract-routes.ts";
import { documentRoutes } from "./document-routes.ts";
import { createHandler } from "./handler.ts";
import { Router, type Route } from "./router.ts";

type Needs = "anyone" | "login";
type Caller = { name: string };

const errors: unknown[] = [];
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (_, fields) => void errors.push(fields?.["error"]),
  line: () => undefined,
  format: "json",
  isInfo: false,
  dropped: 0,
  close: () => undefined,
};

let stored = { description: "old", isPrivate: false, version: 1 };
const seen: unknown[] = [];
const shown = (name: string) => ({ id: "1", name, description: stored.description, isPrivate: stored.isPrivate });
const tags = Array.from({ length: 7 }, (_, index) => ({ name: `v${index}`, revision: index }));

const routes: Route<Needs, Caller>[] = [
  implement(repositoriesApi.get, {
    needs: "login",
    handle: ({ params }, { caller }) => {
      seen.push([params.repository, caller.name]);
      if (params.repository === "missing") throw new RegistryError("NAME_UNKNOWN");
      return versioned(shown(params.repository), stored.version);
    },
  }),
  implement(repositoriesApi.update, {
    needs: "login",
    handle: async ({ params, body }, { ifMatch }) => {
      ifMatch.assert(stored.version);
      const { description = stored.description, isPrivate = stored.isPrivate } = body;
      stored = { description, isPrivate, version: stored.version + 1 };
      return versioned(shown(params.repository), stored.version);
    },
  }),
  // Forgets to compare what If-Match says.
  implement(repositoriesApi.delete, { needs: "login", handle: () => undefined }),
  implement(tagsApi.list, {
    needs: "anyone",
    handle: ({ params, query }) => {
      seen.push([params, query]);
      const after = tagCursor.decode(query.after);
      const rows = tags.filter(({ name }) => after === null || name > after[0]).slice(0, query.limit + 1);
      return toPage(rows, query.limit, { item: (row) => row, cursor: ({ name }) => tagCursor.encode([name]) });
    },
  }),
  implement(tagsApi.get, {
    needs: "anyone",
    // More than it declares, as a row that is handed on would be.
    handle: ({ params }) => ({ name: params.tag, ...(params.tag === "leak" ? { passwordHash: "s3cret" } : {}) }),
  }),
  implement(tokensApi.create, {
    needs: "anyone",
    handle: async ({ body }) => {
      seen.push(body);
      return answer({ id: "t1", secret: "x" }, { location: "/api/v1/tokens/t1" });
    },
  }),
  implement(tokensApi.ping, { needs: "anyone", handle: ({ params }) => void seen.push(params.id + 1) }),
  implement(tokensApi.export, { needs: "anyone", handle: () => content({ type: "text/csv", body: "id,name\n" }) }),
  { id: "other", method: "GET", path: "/v2/fails", needs: "login", handle: () => new Response() },
  ...documentRoutes<Needs, Caller>({
    open: "anyone",
    document: () => openApiDocument(exampleApi, { title: "T", version: "1", description: "D", sessionCookie: "s" }),
  }),
];

const handler = createHandler<Needs, Caller>({
  router: new Router(routes),
  guard: (context, needs) => {
    if (needs === "login" && context.header("authorization") === null) throw new RegistryError("UNAUTHORIZED");
    return { name: "ann" };
  },
  nameOf: ({ name }) => name,
  translate: () => null,
  problemsUnder: "/api/",
  trustedProxies: new TrustedProxies([]),
  log,
  logAccess: false,
  metrics: new Metrics(),
});

let server: ReturnType<typeof Bun.serve>;
let url: string;
beforeAll(() => {
  server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request, own) => handler.fetch(request, own as never) });
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.stop(true));

const LOGIN = { Authorization: "Basic eA==" };
const JSON_TYPE = { "Content-Type": "application/json" };
const ask = (method: string, path: string, init: RequestInit = {}) =>
  fetch(url + path, { method, redirect: "manual", ...init, headers: { ...LOGIN, ...(init.headers as object) } });
const problem = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  return (await response.json()) as Record<string, unknown>;
};
const create = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  ask("POST", "/api/v1/tokens", { body, headers });

describe("what is refused", () => {
  test.each([
    ['{"name":"a","is_admin":true}', "body.is_admin"],
    ['{"name":"a","owner_id":1,"role":"x"}', "body.owner_id"],
    ['{"name":"a","__proto__":{"isAdmin":true}}', "__proto__"],
    ['{"name":"a","constructor":{"prototype":{}}}', "body.constructor"],
    ['{"name":"a","scopes":[{"pattern":"x","actions":[],"id":1}]}', "body.scopes.0.id"],
    ['{"name":"a","labels":{"__proto__":"x"}}', "__proto__"],
    ['{"name":"a","labels":{"a":{"__proto__":"x"}}}', "__proto__"],
    ['{"name":"a\\u0000"}', "body.name: holds characters"],
    ['{"name":"\\ud800"}', "body.name: holds characters"],
    ['{"name":"a","name":"b"}', "same key twice"],
    ['{"name":1}', "body.name"],
    ['{"name":""}', "body.name"],
    [`{"name":"${"a".repeat(51)}"}`, "body.name"],
    ["[]", "body"],
    ["null", "body"],
    ['"x"', "body"],
    ["", "body"],
    ["{", "not valid JSON"],
    [`{"name":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, "64 levels"],
  ])("a body %j", async (body, says) => {
    const before = seen.length;
    const answered = await create(body);
    expect(answered.status).toBe(400);
    const { code, detail, title, type } = await problem(answered);
    expect({ code, title, type }).toEqual({
      code: "REQUEST_INVALID",
      title: "the request is malformed",
      type: "/api/#REQUEST_INVALID",
    });
    expect(detail).toContain(says);
    expect(seen.length).toBe(before);
    expect({}).not.toHaveProperty("isAdmin");
  });

  test("each wrong field is named by itself", async () => {
    const { errors } = await problem(await create('{"name":1,"scopes":[{"pattern":"x"}],"role":1,"admin":2}'));
    expect((errors as { path: string }[]).map((it) => it.path).sort()).toEqual([
      "body.admin",
      "body.name",
      "body.role",
      "body.scopes.0.actions",
    ]);
  });

  test("hundreds of unknown fields are not echoed", async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`${"x".repeat(100)}${index}\u001b`, 1]),
    );
    const text = await (await create(JSON.stringify(fields))).text();
    expect(text.length).toBeLessThan(8_000);
    expect(text).not.toContain("\\u001b");
  });

  test.each([
    [{}],
    [{ "Content-Type": "text/plain" }],
    [{ "Content-Type": "application/x-www-form-urlencoded" }],
    [{ "Content-Type": "multipart/form-data; boundary=x" }],
    [{ "Content-Type": "application/json; charset=utf-16" }],
    [{ "Content-Type": "application/jsonx" }],
    [{ "Content-Type": "application/json", "Content-Encoding": "gzip" }],
  ])("a body sent as %j", async (headers) => {
    const answered = await create('{"name":"a"}', headers);
    expect(answered.status).toBe(415);
    expect((await problem(answered))["code"]).toBe("MEDIA_TYPE_UNSUPPORTED");
  });

  test("a body beyond the limit", async () => {
    for (const body of [
      `{"name":"${"a".repeat(64 * 1024)}"}`,
      new Blob([`{"name":"${"a".repeat(99_999)}"}`]).stream(),
    ]) {
      const answered = await ask("POST", "/api/v1/tokens", { body, headers: JSON_TYPE });
      expect(answered.status).toBe(413);
      expect((await problem(answered))["code"]).toBe("BODY_TOO_LARGE");
    }
  });

  test("a body where none is taken", async () => {
    expect((await ask("POST", "/api/v1/tokens/1/ping", { body: "{}", headers: JSON_TYPE })).status).toBe(400);
  });

  test.each([
    ["?limit=0", "query.limit"],
    ["?limit=1001", "query.limit"],
    ["?limit=1e3", "query.limit"],
    ["?limit=0x10", "query.limit"],
    ["?limit=", "query.limit"],
    ["?limit=%205", "query.limit"],
    ["?limit=1.5", "query.limit"],
    ["?limit=99999999999999999999", "query.limit"],
    ["?limit=1&limit=2", "query.limit"],
    ["?deleted=1", "query.deleted"],
    ["?deleted=TRUE", "query.deleted"],
    ["?platform=mips", "query.platform.0"],
    ["?limt=5", "query.limt"],
    ["?__proto__=5", "__proto__"],
    ["?constructor=5", "query.constructor"],
    ["?toString=5", "query.toString"],
    ["?after=x", "query.after"],
    ["?after=%00", "query.after"],
    [`?${Array.from({ length: 200 }, (_, index) => `a${index}=1`).join("&")}`, "too many"],
    [`?${"platform=amd64&".repeat(200)}`, "too many"],
  ])("a query %p", async (query, says) => {
    const answered = await ask("GET", `/api/v1/repositories/acme/api/-/tags${query}`);
    expect(answered.status).toBe(400);
    expect((await problem(answered))["detail"]).toContain(says);
  });

  test.each(["x", "1.5", "-", "1e1", "99999999999999999999"])("a path with the number %p", async (id) => {
    expect((await ask("POST", `/api/v1/tokens/${id}/ping`)).status).toBe(400);
  });

  test("what needs a login, before anything is read of it", async () => {
    const init = { method: "PATCH", body: "{", headers: { "If-Match": "nonsense" } };
    expect((await fetch(`${url}/api/v1/repositories/a?x=1`, init)).status).toBe(401);
    const bare = await fetch(`${url}/api/v1/repositories/acme/api`);
    expect(bare.status).toBe(401);
    expect((await problem(bare))["code"]).toBe("UNAUTHORIZED");
  });
});

describe("errors", () => {
  test("below /api/ are problems, elsewhere the distribution API's", async () => {
    const missing = await ask("GET", "/api/v1/nothing");
    expect(missing.status).toBe(404);
    expect(await problem(missing)).toEqual({
      type: "/api/#NOT_FOUND",
      title: "there is nothing at this address",
      status: 404,
      detail: "there is nothing at this address",
      code: "NOT_FOUND",
      requestId: missing.headers.get("x-request-id")!,
    });
    const method = await ask("PUT", "/api/v1/tokens");
    expect([method.status, method.headers.get("allow")]).toEqual([405, "POST"]);
    await problem(method);
    const other = await fetch(`${url}/v2/fails`);
    expect(other.headers.get("content-type")).toBe("application/json");
    expect(await other.json()).toEqual({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] });
    const head = await ask("HEAD", "/api/v1/nothing");
    expect([head.status, await head.text()]).toEqual([404, ""]);
  });

  test("an answer with more than was declared is never sent", async () => {
    errors.length = 0;
    const answered = await ask("GET", "/api/v1/repositories/a/-/tags/leak");
    expect(answered.status).toBe(500);
    expect(JSON.stringify(await problem(answered))).not.toContain("s3cret");
    expect(String(errors[0])).toContain(
      'tags.get answers what it does not declare: : Unrecognized key: "passwordHash"',
    );
    expect(String(errors[0])).not.toContain("s3cret");
  });
});

describe("versions", () => {
  const path = "/api/v1/repositories/acme/team/api";
  const patch = (headers: Record<string, string>, body = '{"description":"new"}') =>
    ask("PATCH", path, { body, headers: { ...JSON_TYPE, ...headers } });

  test("what is unchanged is not sent again", async () => {
    const first = await ask("GET", path);
    const etag = first.headers.get("etag")!;
    expect([first.headers.get("cache-control"), first.headers.get("vary")]).toEqual([
      "private, no-cache",
      "Authorization, Cookie",
    ]);
    for (const value of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const again = await ask("GET", path, { headers: { "If-None-Match": value } });
      expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
    }
    expect((await ask("GET", path, { headers: { "If-None-Match": '"x"' } })).status).toBe(200);
    expect((await ask("GET", path, { headers: { "If-None-Match": "x" } })).status).toBe(200);
  });

  test("of two changes for one version the second is refused", async () => {
    stored = { description: "old", isPrivate: false, version: 5 };
    expect((await patch({})).status).toBe(428);
    expect((await patch({ "If-Match": '"4"' })).status).toBe(412);
    expect((await patch({ "If-Match": "5" })).status).toBe(400);
    expect(stored.version).toBe(5);
    const both = await Promise.all([patch({ "If-Match": '"5"' }), patch({ "If-Match": 'W/"5"' })]);
    expect(both.map((it) => it.status).sort((a, b) => a - b)).toEqual([200, 412]);
    expect(stored).toEqual({ description: "new", isPrivate: false, version: 6 });
    expect((await patch({ "If-Match": "*" })).status).toBe(200);
  });

  test("a handler that forgets to compare is found out, and a route that cannot compare says so", async () => {
    expect((await ask("DELETE", path)).status).toBe(204);
    expect((await ask("DELETE", path, { headers: { "If-Match": '"1"' } })).status).toBe(500);
    expect((await create('{"name":"a"}', { ...JSON_TYPE, "If-Match": '"1"' })).status).toBe(400);
  });
});

describe("what is answered", () => {
  test("names with slashes, under every word of the API", async () => {
    for (const name of ["a", "acme/team/api", "tags", "acme/tags", "a.b_c--d/e", "repositories"]) {
      seen.length = 0;
      expect((await ask("GET", `/api/v1/repositories/${name}`)).status).toBe(200);
      expect(seen).toEqual([[name, "ann"]]);
      expect(await (await ask("GET", `/api/v1/repositories/${name}/-/tags/tags`)).json()).toEqual({ name: "tags" });
      expect(
        ((await (await ask("GET", `/api/v1/repositories/${name}/-/tags`)).json()) as { items: unknown[] }).items.length,
      ).toBe(7);
    }
    for (const name of ["acme%2Fapi", "acme/-/api", "-", "acme/", "/acme", "a//b", "a/-"]) {
      expect([400, 404]).toContain((await ask("GET", `/api/v1/repositories/${name}`)).status);
    }
  });

  test("headers, HEAD, statuses", async () => {
    const made = await create('{"name":"a"}', { "Content-Type": "Application/JSON; charset=utf-8" });
    expect([
      made.status,
      made.headers.get("location"),
      made.headers.get("cache-control"),
      made.headers.get("x-content-type-options"),
    ]).toEqual([201, "/api/v1/tokens/t1", "no-store", "nosniff"]);
    const head = await ask("HEAD", "/api/v1/repositories/a");
    const whole = await ask("GET", "/api/v1/repositories/a");
    expect([head.status, await head.text(), head.headers.get("etag")]).toEqual([200, "", whole.headers.get("etag")]);
    expect(head.headers.get("content-length")).toBe(String((await whole.text()).length));
    const ping = await ask("POST", "/api/v1/tokens/41/ping");
    expect([ping.status, await ping.text(), seen.at(-1)]).toEqual([204, "", 42]);
    const csv = await ask("GET", "/api/v1/tokens-csv");
    expect([csv.headers.get("content-type"), await csv.text()]).toEqual(["text/csv", "id,name\n"]);
  });

  test("text becomes what its schema wants; a plus is a space", async () => {
    seen.length = 0;
    await ask("GET", "/api/v1/repositories/a/-/tags?limit=3&deleted=true&platform=amd64&platform=arm64");
    expect(seen).toEqual([[{ repository: "a" }, { limit: 3, deleted: true, platform: ["amd64", "arm64"] }]]);
    expect((await ask("GET", "/api/v1/repositories/a/-/tags?after=a+b")).status).toBe(400);
  });

  test("the document and the page are described by themselves, and cached", async () => {
    const json = await fetch(`${url}/api/openapi.json`);
    expect(((await json.json()) as { openapi: string }).openapi).toBe("3.1.1");
    expect(
      (await fetch(`${url}/api/openapi.json`, { headers: { "If-None-Match": json.headers.get("etag")! } })).status,
    ).toBe(304);
    const page = await fetch(`${url}/api/`);
    expect(page.headers.get("content-security-policy")).toStartWith("default-src 'none'; style-src 'sha256-");
    const html = await page.text();
    const style = /<style>([^]*?)<\/style>/.exec(html)![1]!;
    const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
    expect(page.headers.get("content-security-policy")).toContain(`'sha256-${hash}'`);
    expect((await fetch(`${url}/api`, { redirect: "manual" })).headers.get("location")).toBe("/api/");
  });
});

describe("the typed client", () => {
  const client = () => createClient(exampleApi, { baseUrl: url, headers: () => LOGIN });

  test("calls what was declared", async () => {
    stored = { description: "old", isPrivate: false, version: 1 };
    const { value, etag } = await client().repositories.get.full({ params: { repository: "acme/team/api" } });
    expect([value.name, etag]).toEqual(["acme/team/api", '"1"']);
    const changed = await client().repositories.update(
      { params: { repository: "acme/team/api" }, body: { isPrivate: true } },
      { ifMatch: etag! },
    );
    expect(changed.isPrivate).toBe(true);
    expect(await client().tokens.create.full({ body: { name: "a" } })).toEqual({
      value: { id: "t1", secret: "x" },
      etag: null,
      location: "/api/v1/tokens/t1",
    });
    expect(await client().tokens.ping({ params: { id: 1 } })).toBeUndefined();
    expect(await (await client().tokens.export.raw()).text()).toBe("id,name\n");
  });

  test("walks lists", async () => {
    const names: string[] = [];
    for await (const { name } of client().tags.list.each({ params: { repository: "a/b" }, query: { limit: 2 } }))
      names.push(name);
    expect(names).toEqual(tags.map(({ name }) => name));
  });

  test("throws problems", async () => {
    const failed = await client()
      .repositories.get({ params: { repository: "missing" } })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ProblemError);
    expect(failed).toMatchObject({
      code: "NAME_UNKNOWN",
      status: 404,
      message: "repository name not known to registry",
    });
    const invalid = await client()
      .tokens.create({ body: { name: "" } })
      .catch((error: unknown) => error);
    expect((invalid as ProblemError).problem.errors).toMatchObject([{ path: "body.name" }]);
  });
});

test("a route without needs does not compile, nor one that forgets its version or answers otherwise", () => {
  // @ts-expect-error needs is missing
  implement(tokensApi.ping, { handle: () => undefined });
  // @ts-expect-error hasETag wants versioned()
  implement(repositoriesApi.get, { needs: "login", handle: () => shown("a") });
  // @ts-expect-error a field is missing
  implement(tokensApi.create, { needs: "login", handle: () => ({ id: "x" }) });
  // @ts-expect-error it has no such parameter
  implement(tokensApi.ping, { needs: "login", handle: ({ params }) => void params.name });
  // @ts-expect-error these needs are not the table's
  const wrong: Route<Needs, Caller> = implement(tokensApi.ping, { needs: "nobody", handle: () => undefined });
  expect(wrong.id).toBe("tokens.ping");
});
