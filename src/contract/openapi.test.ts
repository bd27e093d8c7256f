import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { exampleApi } from "../../test/support/example-contract.ts";
import { assertContract } from "./assert-contract.ts";
import { endpoint, named, type Api, type Endpoint } from "./endpoint.ts";
import { endpointsOf, openApiDocument, type OpenApiDocument } from "./openapi.ts";

const OPTIONS = { title: "Example", version: "1.2.3", description: "An example.", sessionCookie: "berth_session" };
const GOLDEN = new URL("openapi.golden.json", import.meta.url);
const make = (api: Api) => openApiDocument(api, OPTIONS);

/** Every object in it, with the path to it. */
function* objects(value: unknown, path = ""): Generator<[path: string, value: Record<string, unknown>]> {
  if (typeof value !== "object" || value === null) return;
  yield [path, value as Record<string, unknown>];
  for (const [key, part] of Object.entries(value)) yield* objects(part, `${path}/${key}`);
}

const operationsOf = (document: OpenApiDocument) =>
  Object.entries(document.paths).flatMap(([path, methods]) => Object.values(methods).map((it) => ({ path, it })));

describe("the document of an example", () => {
  const document = make(exampleApi);

  // Without what every document has alike: it grows with the table of errors.
  test("is the golden one", async () => {
    const { Problem: _, ...schemas } = document.components.schemas;
    const own = { ...document, components: { ...document.components, schemas } };
    if (process.env["UPDATE_GOLDEN"] === "1") await Bun.write(GOLDEN, JSON.stringify(own, null, 2));
    expect(JSON.stringify(await Bun.file(GOLDEN).json())).toBe(JSON.stringify(own));
  });

  test("is the same every time", () => {
    expect(JSON.stringify(make(exampleApi))).toBe(JSON.stringify(document));
  });

  test("has every endpoint once, under its id", () => {
    const ids = operationsOf(document).map(({ it }) => it.operationId);
    expect(ids.sort()).toEqual(
      endpointsOf(exampleApi)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test("has every reference's component, and no component that nobody refers to", () => {
    const references = [...objects(document)].flatMap(([, value]) =>
      typeof value["$ref"] === "string" ? [value["$ref"]] : [],
    );
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...new Set(references)].sort()).toEqual(known.sort());
    expect(JSON.stringify(document)).not.toContain("$defs");
  });

  test("declares the words of each path, and no other", () => {
    for (const { path, it } of operationsOf(document)) {
      const words = [...path.matchAll(/\{(\w+)\}/g)].map(([, word]) => word!);
      const declared = (it.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name)).toEqual(words);
      expect(declared.every(({ required }) => required)).toBeTrue();
      expect(path).not.toMatch(/[<>]/);
    }
  });

  test("says of each operation what is answered when it works and when it does not", () => {
    for (const { it } of operationsOf(document)) {
      const statuses = Object.keys(it.responses);
      expect(statuses.some((status) => status.startsWith("2"))).toBeTrue();
      expect(statuses).toContain("default");
      expect(statuses).toContain("400");
      for (const response of Object.values(it.responses)) expect(response.description).not.toBe("");
    }
    const { update } = { update: document.paths["/api/v1/repositories/{repository}"]!["patch"]! };
    expect(Object.keys(update.responses)).toEqual([
      "200",
      "400",
      "401",
      "403",
      "404",
      "412",
      "413",
      "415",
      "428",
      "default",
    ]);
    expect(update.parameters?.at(-1)).toMatchObject({ name: "If-Match", in: "header", required: true });
  });

  test("refuses fields that are not declared, in every object", () => {
    for (const [path, value] of objects(document)) {
      // Problems may get fields, says their standard.
      if (value["type"] !== "object" || value["properties"] === undefined || path.includes("/Problem")) continue;
      expect([path, value["additionalProperties"]]).toEqual([path, false]);
    }
  });

  test("marks what needs no login", () => {
    expect(document.paths["/api/v1/tokens/{id}/ping"]!["post"]!.security).toEqual([{}]);
    expect(document.security.flatMap(Object.keys)).toEqual(Object.keys(document.components.securitySchemes));
  });
});

const get = (id: string, schemas: () => { query?: Record<string, z.ZodType>; response?: z.ZodType }): Endpoint =>
  endpoint({
    id,
    method: "GET",
    path: `/api/v1/${id.replace(".", "-").toLowerCase()}`,
    summary: "",
    schemas: () => ({ ...schemas() }),
  });

const UNREAD = { query: {}, answer: z.int() };

test("two schemas under one name are refused", () => {
  const one = named("Thing", () => z.strictObject({ a: z.string() }));
  const other = named("Thing", () => z.strictObject({ b: z.string() }));
  const api = { x: { a: get("x.a", () => ({ response: one() })), b: get("x.b", () => ({ response: other() })) } };
  expect(() => make(api)).toThrow("two schemas are called Thing");
});

describe("assertContract", () => {
  test("is content with the example", () => assertContract(exampleApi));

  const post = (body: z.ZodType) => ({
    x: { y: endpoint({ id: "x.y", method: "POST", path: "/api/v1/x", summary: "", schemas: () => ({ body }) }) },
  });
  const open = z.object({ a: z.int() });
  test.each<[string, Api]>([
    ["body is not a strict object", post(open)],
    ["body.a is not a strict object", post(z.strictObject({ a: open.optional() }))],
    ["body.a.items is not a strict object", post(z.strictObject({ a: z.array(open).max(3) }))],
    ["body.a.1 is not a strict object", post(z.strictObject({ a: z.union([z.null(), open]) }))],
    ["body.default is not a strict object", post(z.strictObject({ default: open }))],
    ["body.a has no limit", post(z.strictObject({ a: z.string() }))],
    ["body.a has no limit", post(z.strictObject({ a: z.array(z.int()) }))],
    ["body.a.propertyNames has no limit", post(z.strictObject({ a: z.record(z.string(), z.int()) }))],
    ["q has no limit", { x: { y: get("x.y", () => ({ query: { q: z.string().optional() } })) } }],
    ["response is not a strict object", { x: { y: get("x.y", () => ({ response: open })) } }],
    ["takes a body of more than", { x: { y: { ...get("x.y", () => ({})), maxBodyBytes: 2 ** 21 } } }],
    ["x.y: is there 2 times", { x: { a: get("x.y", () => ({})), b: get("x.y", () => ({})) } }],
    ["its id is not of the form", { x: { y: get("y", () => ({})) } }],
    ["has answer, which nothing reads", { x: { y: get("x.y", () => UNREAD) } }],
  ])("%s", (says, api) => {
    expect(() => assertContract(api)).toThrow(says);
  });
});
