import { expect, test } from "bun:test";
import { z } from "zod";
import { exampleApi, repositoriesApi, repository, tagsApi, tokensApi } from "../../test/support/example-contract.ts";
import { endpoint, pathWords, type CallOf, type InputOf, type OutputOf } from "./endpoint.ts";

const declare = (path: string) => endpoint({ id: "x.y", method: "GET", path, summary: "", schemas: () => ({}) });

test.each([
  "/v2/x",
  "/api/v1",
  "/api/v1/",
  "/api/v1/x/",
  "/api/v1//x",
  "/api/v2/x",
  "/api/v1/x/<name>",
  "/api/v1/<repository>/tags",
  "/api/v1/<repository>/-",
  "/api/v1/x.y",
  "/api/v1/X",
  "/api/v1/x/<a>b",
])("%j is not a path of the hub API", (path) => {
  expect(() => declare(path)).toThrow("is not a path");
});

test.each(["/api/v1/x", "/api/v1/x/<a>/y/<b>", "/api/v1/<repository>", "/api/v1/x/<repository>/-/tags/<tag>"])(
  "%j is one",
  (path) => {
    expect(declare(path).path).toBe(path);
    expect(pathWords(path)).toEqual([...path.matchAll(/<(.*?)>/g)].map(([, word]) => word!));
  },
);

test("schemas are made when they are needed, and once", () => {
  let made = 0;
  const lazy = endpoint({
    id: "x.y",
    method: "POST",
    path: "/api/v1/x",
    summary: "",
    schemas: () => {
      made += 1;
      return { body: z.strictObject({}) };
    },
  });
  expect(made).toBe(0);
  expect(lazy.inputs()).toBe(lazy.inputs());
  expect(lazy.schemas()).toBe(lazy.schemas());
  expect(made).toBe(1);
  expect(repository()).toBe(repository());
});

test("what was not said has its usual value", () => {
  const { get } = tagsApi;
  expect([get.status, get.hasETag, get.tags, get.errors]).toEqual([200, false, ["tags"], []]);
  expect(repositoriesApi.delete.status).toBe(204);
  expect(tokensApi.create.status).toBe(201);
  expect(Object.keys(exampleApi)).toEqual(["repositories", "tags", "tokens"]);
});

test("types follow from the declaration", () => {
  type List = InputOf<typeof tagsApi.list>;
  const list: List = {
    params: { repository: "a" },
    query: { limit: 1, deleted: false, after: undefined, platform: undefined },
    body: null,
  };
  // @ts-expect-error limit has a default, so it is always there, and a number
  const text: List["query"]["limit"] = "1";
  const call: CallOf<typeof tagsApi.list> = { params: { repository: "a" } };
  // @ts-expect-error params are needed
  const none: CallOf<typeof tagsApi.list> = {};
  // @ts-expect-error a field that was not declared
  const extra: CallOf<typeof tokensApi.create> = { body: { name: "a", admin: true } };
  const nothing: OutputOf<typeof tokensApi.ping> = undefined;
  // @ts-expect-error an endpoint without a path word has no params
  const params: CallOf<typeof tokensApi.create> = { params: { id: 1 }, body: { name: "a" } };
  expect([list, text, call, none, extra, nothing, params]).toHaveLength(7);
  const wrong = () => [
    endpoint({
      id: "x.y",
      method: "GET",
      path: "/api/v1/x/<id>",
      summary: "",
      // @ts-expect-error the path's word has no schema
      schemas: () => ({ query: {} }),
    }),
    endpoint({
      id: "x.y",
      method: "GET",
      path: "/api/v1/x",
      summary: "",
      // @ts-expect-error the path has no word
      schemas: () => ({ params: { id: z.string() } }),
    }),
    // @ts-expect-error not an error of this server
    endpoint({ id: "x.y", method: "GET", path: "/api/v1/x", summary: "", errors: ["NOPE"], schemas: () => ({}) }),
  ];
  expect(wrong).toBeFunction();
});
