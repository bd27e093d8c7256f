import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { Router, type Method, type Route } from "./router.ts";

const handle = () => new Response(null);
const route = (id: string, method: Method, path: string): Route<null, null> => ({
  id,
  method,
  path,
  needs: null,
  handle,
});

const router = new Router<null, null>([
  route("ping", "GET", "/v2/"),
  route("pull", "GET", "/v2/<name>/manifests/<reference>"),
  route("push", "PUT", "/v2/<name>/manifests/<reference>"),
  route("start", "POST", "/v2/<name>/blobs/uploads/"),
  route("status", "GET", "/v2/<name>/blobs/uploads/<id>"),
  route("blob", "GET", "/v2/<name>/blobs/<digest>"),
  route("tags", "GET", "/v2/<name>/tags/list"),
  route("referrers", "GET", "/v2/<name>/referrers/<digest>"),
  route("catalog", "GET", "/v2/_catalog"),
]);

const find = (method: string, path: string) => {
  const { route, params } = router.match(method, path);
  return [route.id, ...params];
};

describe("repositories whose names are words of the API", () => {
  const names = [
    "a",
    "a/b",
    "blobs",
    "manifests",
    "tags/list",
    "tags",
    "a/blobs/uploads/b",
    "blobs/uploads",
    "referrers",
    "a/manifests/b",
    "v2",
    "uploads",
  ];
  test.each(names)("%s", (name) => {
    expect(find("GET", `/v2/${name}/manifests/v1`)).toEqual(["pull", name, "v1"]);
    expect(find("PUT", `/v2/${name}/manifests/v1`)).toEqual(["push", name, "v1"]);
    expect(find("GET", `/v2/${name}/blobs/sha256:ab`)).toEqual(["blob", name, "sha256:ab"]);
    expect(find("POST", `/v2/${name}/blobs/uploads/`)).toEqual(["start", name]);
    expect(find("GET", `/v2/${name}/blobs/uploads/id`)).toEqual(["status", name, "id"]);
    expect(find("GET", `/v2/${name}/tags/list`)).toEqual(["tags", name]);
    expect(find("GET", `/v2/${name}/referrers/sha256:ab`)).toEqual(["referrers", name, "sha256:ab"]);
  });

  test("any name of such words comes back as it went in", () => {
    const word = fc.constantFrom("blobs", "manifests", "tags", "list", "uploads", "referrers", "a", "v2", "latest");
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("v1", "list", "uploads"),
        (words, tag) => {
          const name = words.join("/");
          expect(find("GET", `/v2/${name}/manifests/${tag}`)).toEqual(["pull", name, tag]);
          expect(find("GET", `/v2/${name}/tags/list`)).toEqual(["tags", name]);
          expect(find("GET", `/v2/${name}/blobs/uploads/0a`)).toEqual(["status", name, "0a"]);
        },
      ),
    );
  });
});

test("a repository of the hub API ends where a segment starts with a dash, in whatever order routes are", () => {
  const paths = ["/r/<repository>", "/r/<repository>/-/tags", "/r/<repository>/-/tags/<tag>"];
  for (const order of [paths, paths.toReversed()]) {
    const hub = new Router<null, null>(order.map((path) => route(path, "GET", path)));
    for (const name of ["a", "tags", "a/tags/b", "a/b-c/d--e"]) {
      expect(hub.match("GET", `/r/${name}`)).toMatchObject({ route: { path: paths[0] }, params: [name] });
      expect(hub.match("GET", `/r/${name}/-/tags`)).toMatchObject({ route: { path: paths[1] }, params: [name] });
      expect(hub.match("GET", `/r/${name}/-/tags/v`)).toMatchObject({ route: { path: paths[2] }, params: [name, "v"] });
    }
    for (const path of [
      "/r/",
      "/r/a/",
      "/r//a",
      "/r/a//b",
      "/r/-",
      "/r/-/tags",
      "/r/a/-x",
      `/r/${"a/".repeat(5_000)}`,
    ]) {
      expect(() => hub.match("GET", path)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
    }
  }
});

test("HEAD is GET's", () => {
  expect(find("HEAD", "/v2/a/blobs/x")).toEqual(["blob", "a", "x"]);
  expect(find("HEAD", "/v2/")).toEqual(["ping"]);
});

test("another method is 405 and says which are possible", () => {
  for (const [method, path, allow] of [
    ["DELETE", "/v2/a/manifests/v1", "GET, HEAD, PUT"],
    ["POST", "/v2/", "GET, HEAD"],
    ["TRACE", "/v2/_catalog", "GET, HEAD"],
    ["GET", "/v2/a/blobs/uploads/", "POST"],
  ] as const) {
    expect(() => router.match(method, path)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", status: 405, headers: { Allow: allow } }),
    );
  }
});

test.each([
  "/",
  "/v2",
  "/v2/a",
  "/v2/a/",
  "/v2/a/tags",
  "/v2/a/tags/list/",
  "/v2/a/manifests/",
  "/v2/a/manifests/b/",
  "/v1/a/tags/list",
  "/V2/",
  "/v2/manifests/x",
  "//v2/",
  "",
  "/x/v2/",
])("%j is not there", (path) => {
  expect(() => router.match("GET", path)).toThrow(expect.objectContaining({ code: "NOT_FOUND", status: 404 }));
});

describe("percent-encoding", () => {
  test("is decoded once", () => {
    expect(find("GET", "/v2/a/blobs/sha256%3Aab")).toEqual(["blob", "a", "sha256:ab"]);
    expect(find("GET", "/v2/%61/tags/list")).toEqual(["tags", "a"]);
    expect(find("GET", "/v2/a/manifests/%2561")).toEqual(["pull", "a", "%61"]);
  });

  test.each([
    "/v2/a%2fb/tags/list",
    "/v2/a%2Fb/tags/list",
    "/v2/a%5cb/tags/list",
    "/v2/a%00/tags/list",
    "/v2/%/tags/list",
    "/v2/%zz/tags/list",
    "/v2/%ff/tags/list",
    "/v2/%e0%80%af/tags/list",
    "/v2/a/manifests/..%2f..%2fx",
  ])("%s is refused", (path) => {
    expect(() => router.match("GET", path)).toThrow(expect.objectContaining({ code: "NAME_INVALID", status: 400 }));
  });
});

test("two routes for one method and path do not start", () => {
  const twice = [route("a", "GET", "/x/<id>"), route("b", "GET", "/x/<id>")];
  expect(() => new Router(twice)).toThrow("two routes");
});

test("a dot in a path is a dot", () => {
  const dotted = new Router<null, null>([route("a", "GET", "/<file>.json")]);
  expect(dotted.match("GET", "/x.json").params).toEqual(["x"]);
  expect(() => dotted.match("GET", "/xyjson")).toThrow();
});

test("a long path is matched in no time that grows beyond it", () => {
  expect(() => router.match("GET", `/v2/${"a/manifests/".repeat(2_000)}`)).toThrow();
  expect(() => router.match("GET", `/v2${"/blobs/uploads".repeat(2_000)}/x/y`)).toThrow();
});

describe("routes that are made later", () => {
  const later = () => {
    let loads = 0;
    const router = new Router<null, null>([route("ping", "GET", "/v2/")], {
      prefixes: ["/api/"],
      load: async () => {
        loads += 1;
        if (loads === 1) throw new Error("not now");
        await Promise.resolve();
        return [
          route("who", "GET", "/api/v1/session"),
          route("repository", "GET", "/api/v1/repositories/<repository>"),
        ];
      },
    });
    return { router, loads: () => loads };
  };

  test("are asked for below their prefixes alone, and once by all who wait", async () => {
    const { router, loads } = later();
    expect(router.loadFor("/v2/nothing")).toBeNull();
    await expect(router.loadFor("/api/v1/session")).rejects.toThrow("not now");
    await Promise.all([router.loadFor("/api/v1/session"), router.loadFor("/api/v1/other"), router.load()]);
    expect(loads()).toBe(2);
    expect(router.loadFor("/api/v1/session")).toBeNull();
    expect(router.match("GET", "/api/v1/session").route.id).toBe("who");
    expect(router.match("GET", "/api/v1/repositories/a/b").params).toEqual(["a/b"]);
    expect(router.match("GET", "/v2/").route.id).toBe("ping");
    expect(router.routes.map((it) => it.id)).toEqual(["ping", "who", "repository"]);
    expect(() => router.match("GET", "/api/v1/none")).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  });
});
