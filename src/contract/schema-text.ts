/** JSON Schema as people read types: `{ name: string (at most 100), role?: "read" | "write" }`. */
import type { JsonSchema } from "./openapi.ts";

export type Markup = {
  /** Of what is plain text in the result. */
  text: (plain: string) => string;
  /** Of a component's name. */
  reference: (name: string) => string;
};

const STEP = "  ";

export function formatSchema(schema: JsonSchema, markup: Markup, indent = ""): string {
  const { $ref, enum: values, const: value, type, anyOf, oneOf } = schema;
  if ($ref !== undefined) return markup.reference($ref.split("/").at(-1) ?? "");
  if (value !== undefined) return markup.text(JSON.stringify(value));
  if (values) return values.map((it) => markup.text(JSON.stringify(it))).join(" | ");
  const alternatives = anyOf ?? oneOf;
  if (alternatives) return alternatives.map((it) => formatPart(it, markup, indent)).join(" | ");
  if (type === "object") return formatObject(schema, markup, indent);
  if (type === "array") return formatArray(schema, markup, indent);
  const name = Array.isArray(type) ? type.join(" | ") : (type ?? "anything");
  return markup.text(name + limitsOf(schema));
}

/** JSON Schema lets `true` and `false` stand for a schema. */
function formatPart(part: unknown, markup: Markup, indent: string): string {
  // An object where JSON Schema has a schema is one.
  return typeof part === "object" && part !== null
    ? formatSchema(part as JsonSchema, markup, indent)
    : markup.text("anything");
}

function formatArray({ items, maxItems }: JsonSchema, markup: Markup, indent: string): string {
  const limit = maxItems === undefined ? "" : markup.text(` (at most ${maxItems})`);
  const inner = formatPart(items, markup, indent);
  const isChoice = inner.includes(" | ") && !inner.startsWith("{");
  return `${markup.text("list of ")}${isChoice ? `(${inner})` : inner}${limit}`;
}

function formatObject(schema: JsonSchema, markup: Markup, indent: string): string {
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined) {
    return `${markup.text("{ [name]: ")}${formatPart(additionalProperties, markup, indent)}${markup.text(" }")}`;
  }
  const inner = indent + STEP;
  const fields = Object.entries(properties).map(([name, part]) => {
    const optional = required.includes(name) ? "" : "?";
    const { description = "" } = typeof part === "object" ? part : {};
    const note = description === "" ? "" : markup.text(`  // ${description.replaceAll("\n", " ")}`);
    return `${inner}${markup.text(name + optional)}: ${formatPart(part, markup, inner)}${note}\n`;
  });
  return fields.length === 0 ? markup.text("{}") : `{\n${fields.join("")}${indent}}`;
}

function limitsOf({ minimum, maximum, minLength, maxLength, format, default: given }: JsonSchema): string {
  const parts = [
    format ?? "",
    range(minimum, maximum),
    minLength !== undefined && minLength > 1 ? `at least ${minLength} characters` : "",
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
    given === undefined ? "" : `${JSON.stringify(given)} unless given`,
  ].filter((it) => it !== "");
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** Every whole number has the limits of what is exact: those say nothing. */
function range(minimum: number | undefined, maximum: number | undefined): string {
  const from = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? null : minimum;
  const to = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? null : maximum;
  if (from === null && to === null) return "";
  if (from === null) return `at most ${to}`;
  return to === null ? `at least ${from}` : `${from} to ${to}`;
}
