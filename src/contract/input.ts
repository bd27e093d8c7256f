/**
 * What a request says, checked against its endpoint. Text of paths and queries becomes what its schema wants: `"50"` a
 * number, `"true"` a boolean, several values a list. Every refusal names the field: R18 of unknown ones too.
 */
import type { z } from "zod";
import { RegistryError } from "../errors.ts";
import type { Inputs } from "./endpoint.ts";
import type { FieldError } from "./problem.ts";

/** Fields that are named in one refusal. */
const MAX_ERRORS = 20;
const MAX_MESSAGE = 300;
const MAX_VALUES = 100;

export type RawInput = {
  params: readonly (readonly [word: string, text: string])[];
  /** As sent, in order; a name may be there several times. */
  query: Iterable<readonly [name: string, text: string]>;
  /** Parsed JSON; undefined where there was none. */
  body: unknown;
};

export type ParsedInput = { params: unknown; query: unknown; body: unknown };

/** Throws REQUEST_INVALID with a `FieldError` for each thing that is wrong. */
export function parseInput(inputs: Inputs, raw: RawInput): ParsedInput {
  const errors: FieldError[] = [];
  const parse = (place: string, schema: z.ZodType, value: unknown): unknown => {
    findDirt(value, place, errors);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    errors.push(...parsed.error.issues.flatMap((issue) => toFieldErrors(place, issue)));
    return null;
  };
  const params = parse("path", inputs.params, gather(inputs.params, raw.params));
  const query = parse("query", inputs.query, gather(inputs.query, raw.query));
  const body = inputs.body === null ? null : parse("body", inputs.body, raw.body);
  if (errors.length > 0) throw invalid(errors);
  return { params, query, body };
}

/** Throws REQUEST_INVALID for text that a database cannot keep: with NUL, or halves of characters. */
export function assertCleanText(text: string, place: string): void {
  const errors: FieldError[] = [];
  findDirt(text, place, errors);
  if (errors.length > 0) throw invalid(errors);
}

export function invalid(errors: readonly FieldError[]): RegistryError {
  const shown = errors.slice(0, MAX_ERRORS);
  const more = errors.length > shown.length ? `; and ${errors.length - shown.length} more` : "";
  return new RegistryError("REQUEST_INVALID", {
    message:
      shown
        .map(({ path, message }) => `${path}: ${message}`)
        .join("; ")
        .slice(0, 1_000) + more,
    details: shown,
  });
}

/** A path with `__proto__` in it is nowhere an object's own field by accident: the object has no prototype. */
function gather(schema: z.ZodObject, entries: Iterable<readonly [string, string]>): Record<string, unknown> {
  const texts = new Map<string, string[]>();
  for (const [name, text] of entries) {
    const known = texts.get(name);
    if (known) known.push(text);
    else texts.set(name, [text]);
    if (texts.size > MAX_VALUES || (known?.length ?? 0) > MAX_VALUES)
      throw invalid([{ path: "query", message: "has too many values" }]);
  }
  const values = Object.create(null) as Record<string, unknown>;
  for (const [name, given] of texts) {
    const field = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
    values[name] = field === undefined ? given[0] : decode(field, given);
  }
  return values;
}

/** What is left as text is for the schema to refuse, with its own message. */
function decode(schema: z.core.$ZodType, texts: readonly string[]): unknown {
  const inner = unwrap(schema);
  if (inner._zod.def.type === "array") {
    // Of a definition whose type is "array".
    const { element } = inner._zod.def as z.core.$ZodArrayDef;
    return texts.map((text) => decode(element, [text]));
  }
  if (texts.length !== 1) return texts;
  const text = texts[0]!;
  switch (inner._zod.def.type) {
    case "number":
      return /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}

const WRAPPERS = new Set(["optional", "default", "prefault", "nullable", "nonoptional", "readonly", "catch"]);

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (WRAPPERS.has(inner._zod.def.type)) {
    // All of these definitions have it.
    inner = (inner._zod.def as z.core.$ZodOptionalDef).innerType;
  }
  return inner;
}

/** Depth is bounded by whoever parsed the JSON. */
function findDirt(value: unknown, place: string, errors: FieldError[]): void {
  if (typeof value === "string") {
    if (value.includes("\0") || !value.isWellFormed()) {
      errors.push({ path: place, message: "holds characters that are not allowed" });
    }
    return;
  }
  if (typeof value !== "object" || value === null || errors.length > MAX_ERRORS) return;
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) findDirt(part, `${place}.${index}`, errors);
    return;
  }
  for (const [key, part] of Object.entries(value)) {
    const isDirty = key === "__proto__" || key.includes("\0") || !key.isWellFormed();
    if (isDirty) errors.push({ path: place, message: `has a field ${show(key)}, which is not allowed` });
    else findDirt(part, `${place}.${show(key)}`, errors);
  }
}

function toFieldErrors(place: string, issue: z.core.$ZodIssue): FieldError[] {
  const path = [place, ...issue.path.map((part) => show(String(part)))].join(".").slice(0, MAX_MESSAGE);
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .slice(0, MAX_ERRORS)
      .map((key) => ({ path: `${path}.${show(key)}`, message: "is not known here" }));
  }
  return [{ path, message: clean(issue.message).slice(0, MAX_MESSAGE) }];
}

function show(key: string): string {
  return clean(key).slice(0, 80);
}

/** Names of fields come from strangers and are read in terminals. */
function clean(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}
