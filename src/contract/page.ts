/**
 * Keyset paging: a page is asked for by `limit` and `after`, and says in `next` what `after` must be for the one behind it.
 * A cursor holds the sort key of a page's last entry. It is opaque, not secret: whoever makes one up chooses where a list
 * begins, and sees no more than they could before.
 */
import { z } from "zod";
import { RegistryError } from "../errors.ts";
import { assertCleanText } from "./input.ts";

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 1_000;
const MAX_CURSOR_LENGTH = 2_048;

/** Fields for the query of a list: `query: { ...pageQuery(), role: … }`. */
export function pageQuery() {
  return {
    limit: z.int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE).describe("Entries a page has at most."),
    after: z.string().max(MAX_CURSOR_LENGTH).optional().describe("`next` of the page before; the first page without."),
  };
}

/** A page of a list. `next` is null at its end. */
export type Page<T> = { items: T[]; next: string | null };

/** Schema of a list's answer. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe("What `after` must be for the page behind this one; null at the end."),
  });
}

type Key = readonly (string | number | boolean | null)[];

export type Cursor<T extends Key> = {
  encode: (key: T) => string;
  /** Null for the first page. Throws REQUEST_INVALID for what is not a cursor of this list. */
  decode: (after: string | undefined) => T | null;
};

/**
 * Cursors of one list. `list`: its name and order, so that a cursor of another one is refused; change it when the key
 * changes. `key`: what the list is sorted by, the last of it unique.
 */
export function cursor<T extends Key>(list: string, key: () => z.ZodType<T>): Cursor<T> {
  return {
    encode: (value) => toBase64Url(JSON.stringify([list, ...value])),
    decode: (after) => {
      if (after === undefined) return null;
      const [name, ...values] = parseCursor(after);
      const parsed = key().safeParse(values);
      if (name !== list || !parsed.success) throw forged();
      return parsed.data;
    },
  };
}

/** Cuts what was read, one entry more than the page has room for, into a page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  each: { item: (row: Row) => Item; cursor: (row: Row) => string },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => each.item(row)),
    next: last !== undefined && rows.length > limit ? each.cursor(last) : null,
  };
}

function parseCursor(text: string): unknown[] {
  if (text.length > MAX_CURSOR_LENGTH || !/^[\w-]+$/.test(text)) throw forged();
  let value: unknown;
  try {
    value = JSON.parse(fromBase64Url(text));
  } catch {
    throw forged();
  }
  if (!Array.isArray(value)) throw forged();
  for (const part of value) if (typeof part === "string") assertCleanText(part, "query.after");
  return value;
}

function forged(): RegistryError {
  const message = "is not a cursor of this list: take it from `next` of the page before";
  return new RegistryError("REQUEST_INVALID", {
    message: `query.after: ${message}`,
    detail: { path: "query.after", message },
  });
}

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Throws where the text is not base64url of UTF-8. */
function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
