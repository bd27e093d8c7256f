/**
 * Where a browser goes after a login. The text comes from a link that anybody can make, so only a path on this very
 * server is taken, and only when it is written in the one way in which nobody reads it as something else.
 */
const MAX_CHARACTERS = 2048;

const PRINTABLE = /^[\x21-\x7e]+$/;
const ENCODED_CONTROL = /%(?:[01][0-9a-f]|7f)/i;
const BROKEN_ENCODING = /%(?![0-9a-f]{2})/i;

/**
 * The path, query and fragment as given, or null when it is not simply a path below `origin` (such as `https://host:5000`).
 * No path here needs encoded characters, dot segments or empty segments, so they are refused; the query may have what it likes
 * in printable ASCII, but no backslash and no encoded control character.
 */
export function safeReturnTo(text: string | null | undefined, origin: string): string | null {
  if (typeof text !== "string" || text.length > MAX_CHARACTERS || !PRINTABLE.test(text)) return null;
  if (!text.startsWith("/") || text.startsWith("/@") || text.includes("\\")) return null;
  if (ENCODED_CONTROL.test(text) || BROKEN_ENCODING.test(text)) return null;
  if (!URL.canParse(origin) || !URL.canParse(text, origin)) return null;
  const url = new URL(text, origin);
  const isHere = url.origin === new URL(origin).origin && url.origin !== "null";
  if (!isHere || url.username !== "" || url.password !== "") return null;
  if (/\/\/|%/.test(url.pathname)) return null;
  return `${url.pathname}${url.search}${url.hash}` === text ? text : null;
}
