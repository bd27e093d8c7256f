/**
 * The order in which people look for tags: `latest`, then versions from the newest down, then every other name. What stands
 * for more (`1`, `1.2`) comes before what it may point to (`1.2.3`), a release before its variants (`1.2.3-alpine`), and both
 * before what came before it (`1.2.3-rc.1`).
 */
export type TagKey = {
  /** 0: latest, 1: a version, 2: anything else. */
  group: 0 | 1 | 2;
  numbers: readonly number[];
  /** 0: the release itself, 1: a variant of it, 2: a pre-release. */
  stage: 0 | 1 | 2;
  suffix: string;
  name: string;
};

/** The longest that tools make: year, month, day, hour, build. */
const VERSION = /^v?(\d{1,15}(?:\.\d{1,15}){0,4})(?:[-_.+]([a-z0-9].*)|((?:a|b|c|rc|alpha|beta|dev|pre)[.-]?\d*.*))?$/i;
const PRE_RELEASE = /^(?:a|b|c|m|rc|alpha|beta|dev|pre|preview|snapshot|nightly|canary|next|ea)(?:[.\-_]?\d|[.\-_]|$)/i;
/** `3f2a9bc`, `12e4567`: a commit, no version. */
const COMMIT = /^(?=.*[a-f])[0-9a-f]{7,64}$/;

export function tagKey(name: string): TagKey {
  if (name === "latest") return { group: 0, numbers: [], stage: 0, suffix: "", name };
  const version = COMMIT.test(name) ? null : VERSION.exec(name);
  if (version === null) return { group: 2, numbers: [], stage: 0, suffix: "", name };
  const [, numbers = "", separated, joined] = version;
  const suffix = separated ?? joined ?? "";
  const stage = suffix === "" ? 0 : joined !== undefined || PRE_RELEASE.test(suffix) ? 2 : 1;
  return { group: 1, numbers: numbers.split(".").map(Number), stage, suffix, name };
}

const NATURAL = new Intl.Collator("en", { numeric: true });

export function compareTagKeys(a: TagKey, b: TagKey): number {
  if (a.group !== b.group) return a.group - b.group;
  if (a.group === 2) return NATURAL.compare(a.name, b.name) || plain(a.name, b.name);
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at += 1) {
    // A number that is not there stands for the newest one.
    const difference = (b.numbers[at] ?? Infinity) - (a.numbers[at] ?? Infinity);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  if (a.stage !== b.stage) return a.stage - b.stage;
  const bySuffix = NATURAL.compare(a.suffix, b.suffix);
  // Of pre-releases the newest first, of variants by name.
  return (a.stage === 2 ? -bySuffix : bySuffix) || plain(a.name, b.name);
}

const plain = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const TAG_SORTS = ["version", "pushed", "size", "pulled"] as const;
export type TagSort = { by: (typeof TAG_SORTS)[number]; isReversed: boolean };

type Sortable = { name: string; pushedAt: string; sizeBytes: number; lastPulledAt: string | null };

/** By version, in a new list: what every other order falls back on among equals. */
export function byVersion<T extends Sortable>(tags: readonly T[]): T[] {
  return tags
    .map((tag) => ({ tag, key: tagKey(tag.name) }))
    .sort((a, b) => compareTagKeys(a.key, b.key))
    .map(({ tag }) => tag);
}

const COMPARE: Record<Exclude<TagSort["by"], "version">, (a: Sortable, b: Sortable) => number> = {
  pushed: (a, b) => plain(b.pushedAt, a.pushedAt),
  size: (a, b) => b.sizeBytes - a.sizeBytes,
  pulled: (a, b) => plain(b.lastPulledAt ?? "", a.lastPulledAt ?? ""),
};

/** Of tags that are in the order of their versions: a new list, each order with the newest or the largest first. */
export function sortTags<T extends Sortable>(tags: readonly T[], { by, isReversed }: TagSort): T[] {
  const sorted = by === "version" ? [...tags] : tags.toSorted(COMPARE[by]);
  return isReversed ? sorted.reverse() : sorted;
}
