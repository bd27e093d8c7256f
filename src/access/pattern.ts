/** Patterns of repository names, as grants and tokens have them: `*` stands for any characters, also slashes; all else for itself. */
import { RegistryError } from "../errors.ts";

const PATTERN = /^[a-z0-9._/*-]{1,255}$/;

/** Throws REQUEST_INVALID. */
export function parsePattern(text: string): string {
  if (PATTERN.test(text)) return text.replaceAll(/\*+/g, "*");
  throw new RegistryError("REQUEST_INVALID", {
    message: "a pattern is a repository name in which * stands for any characters, such as acme/* or acme/web-*",
    detail: { pattern: text.slice(0, 300) },
  });
}

/** The whole name always, never a part of it. In time bounded by the product of both lengths, whatever the pattern. */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}

/** The same as a condition in SQL: `name like … escape '\'`. */
export function likeOf(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, (it) => `\\${it}`).replaceAll("*", "%");
}
