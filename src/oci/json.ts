/**
 * JSON from strangers. `JSON.parse` alone keeps the last of two equal keys, rounds large numbers and walks
 * millions of levels, so two readers of one document could disagree about what it says: all three are refused here.
 *
 * Equal keys are found by counting: a document has as many members as its text has keys, unless some replaced others.
 */

const MAX_DEPTH = 64;
/** Texts, numbers, objects and lists together: more than an index of 10,000 children has, and read in some tens of ms. */
const MAX_TOKENS = 250_000;

/** Why a document is refused, in words for its sender. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

export type JsonObject = { [key: string]: JsonValue };
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Parses UTF-8 JSON. Throws JsonError on bad encoding, syntax, duplicate keys, unsafe numbers or more than 64 levels. */
export function parseJson(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new JsonError("it is not valid UTF-8");
  }
  const keys = scan(text);
  let value: JsonValue;
  try {
    // JSON.parse gives exactly the JSON value types.
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new JsonError(`it is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (countMembers(value) !== keys) throw new JsonError("an object in it holds the same key twice");
  return value;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * The number of keys; one pass without recursion. Grammar is left to JSON.parse: on text that it refuses, what this
 * pass saw does not matter.
 */
function scan(text: string): number {
  let depth = 0;
  let keys = 0;
  let tokens = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      tokens += 1;
    } else if (code === COLON) {
      keys += 1;
      at += 1;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      tokens += 1;
      if (depth > MAX_DEPTH) throw new JsonError(`it is nested deeper than ${MAX_DEPTH} levels`);
      at += 1;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      at += 1;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      at = checkNumber(text, at);
      tokens += 1;
    } else {
      at += 1;
    }
    if (tokens > MAX_TOKENS) throw new JsonError(`it has more than ${MAX_TOKENS} keys and values`);
  }
  return keys;
}

/** Index after the closing quote; the end of the text when there is none. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** A literal this short is exact as a double. */
const EXACT_LENGTH = 15;

function checkNumber(text: string, start: number): number {
  let at = start + 1;
  let hasExponent = false;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x65 || code === 0x45) hasExponent = true;
    else if (!(code >= 0x30 && code <= 0x39) && code !== 0x2b && code !== 0x2d && code !== 0x2e) break;
  }
  if (at - start <= EXACT_LENGTH && !hasExponent) return at;
  const literal = text.slice(start, at);
  const value = Number(literal);
  const isSafe = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isSafe) throw new JsonError(`the number ${literal.slice(0, 40)} is out of range`);
  return at;
}

function countMembers(root: JsonValue): number {
  const rest: JsonValue[] = [root];
  let members = 0;
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const children = Object.values(value);
    if (!Array.isArray(value)) members += children.length;
    for (const child of children) if (typeof child === "object" && child !== null) rest.push(child);
  }
  return members;
}
