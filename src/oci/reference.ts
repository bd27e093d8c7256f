/**
 * Names of repositories and tags. Spec: distribution-spec 1.1, "Pulling manifests".
 *
 * A name of one component belongs to the built-in namespace `library`, and `library/x` is the same repository as `x`:
 * the short spelling is the canonical one, which is stored, listed and sorted.
 */
import { RegistryError } from "../errors.ts";
import { parseDigest, type Digest } from "./digest.ts";

declare const brand: unique symbol;
/** A repository's canonical name. */
export type RepositoryName = string & { readonly [brand]: "RepositoryName" };
export type Tag = string & { readonly [brand]: "Tag" };

export const LIBRARY = "library";
const MAX_NAME_LENGTH = 255;
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const LIBRARY_SHORT = /^library\/([^/]+)$/;

/** The canonical name, or null when the text is not a repository name. */
export function findRepositoryName(text: string): RepositoryName | null {
  if (text.length > MAX_NAME_LENGTH || !NAME.test(text)) return null;
  return (text.startsWith("library/") ? text.replace(LIBRARY_SHORT, "$1") : text) as RepositoryName;
}

/** Throws NAME_INVALID with what is allowed. */
export function parseRepositoryName(text: string): RepositoryName {
  const name = findRepositoryName(text);
  if (name !== null) return name;
  const reason =
    text.length > MAX_NAME_LENGTH
      ? `repository names have at most ${MAX_NAME_LENGTH} characters`
      : /[A-Z]/.test(text)
        ? "repository names are lower case"
        : "repository names are lower-case letters and digits, joined by single . _ __ or - and separated by /";
  throw new RegistryError("NAME_INVALID", { message: reason, detail: { name: text.slice(0, 300) } });
}

/** The namespace that a repository belongs to: its first component, or `library`. */
export function namespaceOf(name: RepositoryName): string {
  const slash = name.indexOf("/");
  return slash < 0 ? LIBRARY : name.slice(0, slash);
}

export function findTag(text: string): Tag | null {
  return TAG.test(text) ? (text as Tag) : null;
}

/** Throws TAG_INVALID with what is allowed. */
export function parseTag(text: string): Tag {
  const tag = findTag(text);
  if (tag !== null) return tag;
  throw new RegistryError("TAG_INVALID", {
    message: "tags have at most 128 letters, digits, and . _ - and do not begin with . or -",
    detail: { tag: text.slice(0, 200) },
  });
}

export type Reference = { tag: Tag; digest: null } | { tag: null; digest: Digest };

/** Anything with a colon is meant as a digest. Throws DIGEST_INVALID or TAG_INVALID. */
export function parseReference(text: string): Reference {
  if (text.includes(":")) return { tag: null, digest: parseDigest(text) };
  return { tag: parseTag(text), digest: null };
}

/** The tag under which clients list referrers on registries without the referrers API. Spec: "Referrers tag schema". */
export function fallbackTag(digest: Digest): Tag {
  const [algorithm = "", encoded = ""] = digest.split(":");
  return parseTag(`${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`);
}
