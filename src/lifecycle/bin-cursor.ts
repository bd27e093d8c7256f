/**
 * Where a page of the recycle bin goes on. The order is one over both kinds: newest first, in a millisecond manifests
 * before tags, and those by descending key. As text: `TIME/ID` behind a manifest, `TIME/REPOSITORY-ID/TAG` behind a tag.
 */
import { RegistryError } from "../errors.ts";

export type BinPosition = {
  manifests: { deletedAt: number; manifestId: number };
  tags: { deletedAt: number; repositoryId: number; tag: string };
};

/** Before everything: no id is 0, and no time comes after this one. */
export const START: BinPosition = before(Number.MAX_SAFE_INTEGER);

export function formatCursor(deletedAt: number, key: readonly (string | number)[]): string {
  return [deletedAt, ...key].join("/");
}

/** Throws PAGINATION_NUMBER_INVALID. */
export function parseCursor(text: string): BinPosition {
  const match = /^(\d{1,15})\/(\d{1,15})(?:\/([\w.-]{1,128}))?$/.exec(text);
  if (!match) {
    throw new RegistryError("PAGINATION_NUMBER_INVALID", { message: "the page must begin after the end of another" });
  }
  const [deletedAt, id] = [Number(match[1]), Number(match[2])];
  const tag = match[3];
  return tag === undefined
    ? // Every tag of this millisecond is still to come.
      { manifests: { deletedAt, manifestId: id }, tags: before(deletedAt + 1).tags }
    : { manifests: before(deletedAt).manifests, tags: { deletedAt, repositoryId: id, tag } };
}

/** Before everything that was deleted earlier than `time`, and behind what was deleted at it. */
function before(time: number): BinPosition {
  return { manifests: { deletedAt: time, manifestId: 0 }, tags: { deletedAt: time, repositoryId: 0, tag: "" } };
}
