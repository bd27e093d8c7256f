/**
 * JSON from strangers. `JSON.parse` alone keeps the last of two equal keys, rounds large numbers and walks
 * millions of levels, so two readers of one document could disagree about what it says: all three are refused here.
 */

const MAX_DEPTH = 64;

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
  scan(text);
  try {
    // JSON.parse gives exactly the JSON value types.
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new JsonError(`it is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** One pass without recursion. Grammar is left to JSON.parse: on text that it refuses, what this pass saw does not matter. */
function scan(text: string): void {
  // One entry a level: the keys seen, or null inside an array.
  const levels: (Set<string> | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      const keys = levels.at(-1);
      if (keys && text.charCodeAt(skipSpace(text, end)) === COLON) addKey(keys, text.slice(at, end));
      at = end;
    } else if (code === 0x7b || code === 0x5b) {
      if (levels.length === MAX_DEPTH) throw new JsonError(`it is nested deeper than ${MAX_DEPTH} levels`);
      levels.push(code === 0x7b ? new Set() : null);
      at += 1;
    } else if (code === 0x7d || code === 0x5d) {
      levels.pop();
      at += 1;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      at = checkNumber(text, at);
    } else {
      at += 1;
    }
  }
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

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

function addKey(keys: Set<string>, quoted: string): void {
  let key = quoted;
  if (quoted.includes("\\")) {
    try {
      key = JSON.stringify(JSON.parse(quoted));
    } catch {
      return;
    }
  }
  if (keys.has(key)) throw new JsonError(`it holds the key ${key.slice(0, 80)} twice`);
  keys.add(key);
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function checkNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  const literal = NUMBER.exec(text)?.[0];
  if (literal === undefined) return start + 1;
  const value = Number(literal);
  const isSafe = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isSafe) throw new JsonError(`the number ${literal.slice(0, 40)} is out of range`);
  return start + literal.length;
}
