import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { z } from "zod";
import { tagsApi, tokensApi } from "../../test/support/example-contract.ts";
import { RegistryError } from "../errors.ts";
import { parseInput } from "./input.ts";

const NOTHING = { params: [], query: [], body: undefined };

test("whatever JSON is sent gives what was declared or a 400, and changes nothing else", () => {
  const poison = fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "is_admin",
    "role",
    "id",
    "name",
    "scopes",
    "labels",
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.dictionary(poison, tie("value")), fc.array(tie("value"))),
  }));
  fc.assert(
    fc.property(value, (sent) => {
      // As it arrives: `__proto__` is an own field of what JSON.parse gives.
      const body: unknown = JSON.parse(JSON.stringify(sent ?? null));
      try {
        const parsed = parseInput(tokensApi.create.inputs(), { ...NOTHING, body });
        const fields = Object.keys(parsed.body as object);
        expect(fields.filter((it) => !["name", "scopes", "labels"].includes(it))).toEqual([]);
        expect(Object.getPrototypeOf(parsed.body)).toBe(Object.prototype);
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
        expect((error as RegistryError).status).toBe(400);
        expect((error as RegistryError).message.length).toBeLessThan(1_100);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("whatever query is sent gives what was declared or a 400", () => {
  const name = fc.oneof(fc.constantFrom("limit", "after", "deleted", "platform", "__proto__", "toString"), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.oneof(fc.string(), fc.constantFrom("1", "true", "amd64")))), (query) => {
      try {
        const parsed = parseInput(tagsApi.list.inputs(), { ...NOTHING, params: [["repository", "a"]], query });
        const { limit, deleted } = parsed.query as { limit: number; deleted: boolean };
        expect(Number.isInteger(limit) && limit >= 1 && limit <= 1_000 && typeof deleted === "boolean").toBeTrue();
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
      }
    }),
    { numRuns: 500 },
  );
});

test("a refusal of a schema's own parser stays what it is", () => {
  const parser = z.string().transform(() => {
    throw new RegistryError("NAME_INVALID");
  });
  const inputs = { params: z.strictObject({ name: parser }), query: z.strictObject({}), body: null };
  expect(() => parseInput(inputs, { ...NOTHING, params: [["name", "x"]] })).toThrow(
    expect.objectContaining({ code: "NAME_INVALID" }),
  );
});

test("text of wrapped and nested schemas is decoded", () => {
  const query = z.strictObject({
    a: z.number().optional(),
    b: z.int().nullable().default(3),
    c: z.array(z.int()).max(5).default([]),
    d: z.boolean().optional(),
    e: z.enum(["1", "2"]).optional(),
  });
  const inputs = { params: z.strictObject({}), query, body: null };
  const read = (text: string) => parseInput(inputs, { ...NOTHING, query: new URLSearchParams(text) }).query;
  expect(read("a=-1.5&b=7&c=1&c=2&d=false&e=2")).toEqual({ a: -1.5, b: 7, c: [1, 2], d: false, e: "2" });
  expect(read("c=9")).toEqual({ b: 3, c: [9] });
  for (const text of ["a=01", "a=+1", "a=1.", "a=Infinity", "a=NaN", "a=-", "b=null", "c=x", "d=", "d=0", "e=3"]) {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  }
});
