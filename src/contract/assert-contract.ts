/**
 * What must hold of every endpoint and cannot be said by types: for a test of each folder's `api.ts`, and of all of them
 * together. Objects are strict, so that no field is taken which nobody declared (R18); what a request may hold is bounded.
 */
import { z } from "zod";
import { endpointsOf, type JsonSchema } from "./openapi.ts";
import { JSON_LINES, pathWords, type AnySchemas, type Api, type Endpoint } from "./endpoint.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/** Throws one error that lists everything that is wrong. */
export function assertContract(api: Api): void {
  const endpoints = endpointsOf(api);
  const problems = endpoints.flatMap(check);
  for (const key of ["id", "address"] as const) {
    const of = (it: Endpoint) => (key === "id" ? it.id : `${it.method} ${it.path.replace(/<\w+>/g, "<>")}`);
    const groups = Map.groupBy(endpoints, of);
    for (const [name, same] of groups) if (same.length > 1) problems.push(`${name}: is there ${same.length} times`);
  }
  if (problems.length > 0) throw new Error(`the contract does not hold:\n${problems.join("\n")}`);
}

const PARTS = new Set(["params", "query", "body", "response", "line"]);

function check(endpoint: Endpoint): string[] {
  const problems: string[] = [];
  const say = (message: string) => problems.push(`${endpoint.id}: ${message}`);
  const schemas: AnySchemas = endpoint.schemas();
  if (!/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+$/.test(endpoint.id)) say("its id is not of the form group.verb");
  for (const part of Object.keys(schemas)) if (!PARTS.has(part)) say(`has ${part}, which nothing reads`);
  const words = pathWords(endpoint.path).sort();
  const params = Object.keys(schemas.params ?? {}).sort();
  if (words.join() !== params.join()) say(`its path has ${words.join()} and its params are ${params.join()}`);
  if (endpoint.method === "GET" && schemas.body) say("a GET takes no body");
  if (endpoint.status === 204 && schemas.response) say("answers with 204 and a body");
  if (endpoint.maxBodyBytes > MAX_BODY_BYTES) say(`takes a body of more than ${MAX_BODY_BYTES} bytes`);
  if (endpoint.media && schemas.response) say("answers with JSON and with media");
  if (schemas.line && endpoint.media?.join() !== JSON_LINES)
    say(`answers in lines, and its media is not ${JSON_LINES}`);
  const taken = { ...schemas.params, ...schemas.query, ...(schemas.body ? { body: schemas.body } : {}) };
  for (const [name, schema] of Object.entries(taken)) {
    walk(z.toJSONSchema(schema, { io: "input" }), name, (at, path) => {
      if (isOpen(at)) say(`${path} is not a strict object`);
      if (!isBounded(at)) say(`${path} has no limit`);
    });
  }
  for (const part of ["response", "line"] as const) {
    // As output every object looks strict: it has lost by then what was not declared.
    walk(schemas[part] && z.toJSONSchema(schemas[part], { io: "input" }), part, (at, path) => {
      if (isOpen(at)) say(`${path} is not a strict object`);
    });
  }
  return problems;
}

function isOpen({ type, properties, additionalProperties }: JsonSchema): boolean {
  return type === "object" && properties !== undefined && additionalProperties !== false;
}

function isBounded(schema: JsonSchema): boolean {
  const { type, maxLength, maxItems, format, enum: values, const: value } = schema;
  if (type === "string") return [maxLength, format, values, value].some((it) => it !== undefined);
  return type === "array" ? maxItems !== undefined : true;
}

/** Where schemas stand inside schemas: one each, several in order, several by name. */
const ONE = ["items", "additionalProperties", "propertyNames", "not", "contains"];
const LISTED = ["anyOf", "oneOf", "allOf", "prefixItems"];
const NAMED = ["properties", "patternProperties", "$defs"];

function walk(value: unknown, path: string, visit: (at: JsonSchema, path: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  // Only places where JSON Schema has a schema are walked.
  const schema = value as JsonSchema;
  visit(schema, path);
  for (const key of ONE) walk(schema[key], `${path}.${key}`, visit);
  for (const key of [...LISTED, ...NAMED]) {
    for (const [name, part] of Object.entries(schema[key] ?? {})) walk(part, `${path}.${name}`, visit);
  }
}
