/**
 * ETags against lost updates and needless answers. Spec: RFC 9110 sections 8.8.3 and 13. A version is the row's own, such
 * as a counter that every change raises. Weak tags count like strong ones: a proxy that compresses makes them weak, and
 * what is compared here is the version of a resource, not its bytes.
 */
import { RegistryError } from "../errors.ts";
import type { RequestContext } from "./context.ts";

const MAX_LENGTH = 4_096;

export function formatETag(version: string): string {
  if (!/^[\x21\x23-\x2b\x2d-\x7e]{1,200}$/.test(version))
    throw new Error("a version holds what cannot stand in an ETag");
  return `"${version}"`;
}

/** Whether the answer with this version is the one that the client has already: 304. */
export function isUnchanged(context: RequestContext, version: string): boolean {
  const tags = parseTags(context.header("if-none-match"));
  // What cannot be read is no reason to refuse a read: the whole answer is right too.
  return tags === "*" || (tags?.includes(version) ?? false);
}

/** What a change demands of what it changes. Its `assert` belongs into the transaction, beside the row that it read. */
export type IfMatch = {
  /** False: the change is made to whatever is there. */
  readonly isGiven: boolean;
  /** Throws PRECONDITION_FAILED (412) when what is there is not what the client saw. */
  readonly assert: (version: string | number) => void;
};

/** `wasAsserted`: whether the handler did compare. Throws REQUEST_INVALID, PRECONDITION_REQUIRED. */
export function parseIfMatch(
  context: RequestContext,
  wanted: "optional" | "required" | undefined,
): { ifMatch: IfMatch; wasAsserted: () => boolean } {
  const header = context.header("if-match");
  const tags = parseTags(header);
  if (header !== null && tags === null) {
    throw new RegistryError("REQUEST_INVALID", { message: "If-Match must be ETags as they were sent, or *" });
  }
  if (tags === null && wanted === "required") throw new RegistryError("PRECONDITION_REQUIRED");
  if (tags !== null && wanted === undefined) {
    throw new RegistryError("REQUEST_INVALID", { message: "If-Match is not taken here: what is changed has no ETag" });
  }
  let wasAsserted = tags === null;
  const assert = (version: string | number): void => {
    wasAsserted = true;
    if (tags === null || tags === "*" || tags.includes(String(version))) return;
    throw new RegistryError("PRECONDITION_FAILED", { headers: { ETag: formatETag(String(version)) } });
  };
  return { ifMatch: { isGiven: tags !== null, assert }, wasAsserted: () => wasAsserted };
}

/** Null where nothing was sent, or nothing that can be read. */
function parseTags(header: string | null): "*" | string[] | null {
  if (header === null || header.length > MAX_LENGTH) return null;
  if (header.trim() === "*") return "*";
  const tags = header.split(",").map((part) => /^\s*(?:W\/)?"([\x21\x23-\x7e]*)"\s*$/.exec(part)?.[1]);
  return tags.every((tag) => tag !== undefined) ? tags : null;
}
