/**
 * Reads JSON that strangers wrote and nobody checked: what has another type than was expected is missing, and what is long is
 * cut. It throws nothing.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../oci/json.ts";

export type Note = { name: string; value: string };

const MAX_DEPTH = 64;
const MAX_TEXT = 4_096;
const MAX_NAME = 256;
const MAX_NOTES = 200;
const MAX_TEXTS = 500;

const decoder = new TextDecoder("utf-8");

/**
 * The object that the bytes are, or null. Of equal keys the last counts. Unlike `parseJson` it is for what may be strange and
 * is only shown; a MiB takes some milliseconds.
 */
export function readObject(bytes: Uint8Array): JsonObject | null {
  if (isDeep(bytes)) return null;
  try {
    // JSON.parse gives exactly the JSON value types.
    const value = JSON.parse(decoder.decode(bytes)) as JsonValue;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** JSON.parse takes many times longer for what is nested deeply, until it runs out of stack. */
function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isInText && byte === 0x5c) at += 1;
    else if (byte === 0x22) isInText = !isInText;
    else if (isInText) continue;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}

/** What a stranger's object holds under a key of its own: never what every object has. */
export function memberOf(object: JsonObject | null, key: string): JsonValue | undefined {
  return object !== null && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function objectOf(object: JsonObject | null, key: string): JsonObject | null {
  const value = memberOf(object, key);
  return isJsonObject(value) ? value : null;
}

/** Null too for an empty text. */
export function textOf(object: JsonObject | null, key: string, maxLength = MAX_TEXT): string | null {
  const value = memberOf(object, key);
  return typeof value === "string" && value !== "" ? cut(value, maxLength) : null;
}

export function numberOf(object: JsonObject | null, key: string): number | null {
  const value = memberOf(object, key);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A size in bytes; 0 for what is none. */
export function sizeOf(object: JsonObject | null, key: string): number {
  const value = memberOf(object, key);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** The objects of a list, at most `limit`. */
export function objectsOf(object: JsonObject | null, key: string, limit: number): JsonObject[] {
  const value = memberOf(object, key);
  return Array.isArray(value) ? value.slice(0, limit).filter(isJsonObject) : [];
}

/** The texts of a list; a text alone counts as a list of one. Null where there is neither. */
export function textsOf(object: JsonObject | null, key: string): string[] | null {
  const value = memberOf(object, key);
  if (typeof value === "string") return [cut(value)];
  if (!Array.isArray(value)) return null;
  return value
    .slice(0, MAX_TEXTS)
    .filter((it) => typeof it === "string")
    .map((it) => cut(it));
}

/** The keys of an object whose values say nothing, as ports and volumes are written; or the texts of a list. */
export function keysOf(object: JsonObject | null, key: string): string[] {
  const value = memberOf(object, key);
  if (Array.isArray(value)) return textsOf(object, key) ?? [];
  if (!isJsonObject(value)) return [];
  return Object.keys(value)
    .slice(0, MAX_NOTES)
    .map((it) => cut(it, MAX_NAME))
    .sort();
}

/** Texts by name, sorted: annotations and labels. */
export function notesOf(object: JsonObject | null, key: string, limit = MAX_NOTES): Note[] {
  return notesIn(objectOf(object, key), limit);
}

export function notesIn(object: JsonObject | null, limit = MAX_NOTES): Note[] {
  if (object === null) return [];
  const notes: Note[] = [];
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === "string") notes.push({ name: cut(name, MAX_NAME), value: cut(value) });
    if (notes.length === limit) break;
  }
  return notes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function cut(text: string, maxLength = MAX_TEXT): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`;
}
