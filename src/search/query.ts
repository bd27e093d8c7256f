/** What is asked of the search, as a condition on tokens and, for rows that were found another way, in memory. */
import type { Principal } from "../access/principal.ts";
import { visibilityOf } from "../access/visibility.ts";
import type { Visibility } from "../database/schema-access.ts";
import type { KINDS, ORDERS, PERIODS, PUBLISHERS } from "./facets.ts";
import type { FoundRow } from "./queries/search.ts";
import { facetTokens, matchWord, type Match } from "./tokens.ts";
import { findWord, fold } from "./words.ts";

export type Kind = (typeof KINDS)[number];
export type Publisher = (typeof PUBLISHERS)[number];
export type Period = (typeof PERIODS)[number];
export type Order = (typeof ORDERS)[number];

export type Filters = {
  kind?: Kind | undefined;
  os?: string | undefined;
  architecture?: string | undefined;
  publisher?: Publisher | undefined;
  signed?: boolean | undefined;
  updated?: Period | undefined;
};

/** Times in ms since 1970. */
export type Found = {
  id: number;
  name: string;
  namespace: string;
  description: string;
  visibility: Visibility;
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  isSigned: boolean;
  stars: number;
  pulls: number;
  createdAt: number;
  updatedAt: number;
  kinds: readonly string[];
  systems: readonly string[];
  architectures: readonly string[];
  /** Newest first, separated by spaces. */
  tags: string;
};

/** Namespaces by which what a principal may see is found; of more everything is looked at. */
const MAX_SCOPES = 100;

/** Null where nothing can be seen: there is nothing to look for. */
export function scopeOf(principal: Principal): Match[] | null {
  const { seesAll, seesPublic, viewerId } = visibilityOf(principal);
  if (seesAll === 1) return [];
  const { memberships, grants } = principal.rights ?? { memberships: new Map(), grants: new Map() };
  const namespaces = viewerId === 0 ? [] : [...new Set<number>([...memberships.keys(), ...grants.keys()])];
  if (namespaces.length > MAX_SCOPES) return [];
  const any = [...(seesPublic === 1 ? [{ token: "_vpublic" }] : []), ...namespaces.map((id) => ({ token: `_i${id}` }))];
  return any.length === 0 ? null : [{ any }];
}

/** All of it; an empty `all` never: there is always a facet that everything has. */
export function matchOf(
  scope: readonly Match[],
  words: readonly string[],
  { kind, os, architecture, publisher, signed }: Filters,
  { namespaceId, isWhole }: { namespaceId: number | null; isWhole: boolean },
): Match {
  const tokens = [
    ...(kind === undefined ? [] : facetTokens("kind", [kind])),
    ...(os === undefined ? [] : facetTokens("os", [os])),
    ...(architecture === undefined ? [] : facetTokens("architecture", [architecture])),
    ...(publisher === undefined ? [] : [`_f${publisher}`]),
    ...(signed === undefined ? [] : [`_s${signed ? 1 : 0}`]),
    ...(namespaceId === null ? [] : [`_i${namespaceId}`]),
  ];
  const all = [...words.map((it) => matchWord(it, isWhole)), ...tokens.map((token) => ({ token })), ...scope];
  return all.length > 0 ? { all } : { any: [{ token: "_s0" }, { token: "_s1" }] };
}

/** Whether it has what is asked for by what can be seen of it: not by its README and labels. */
export function fits(found: Found, words: readonly string[], filters: Filters, namespace: string | null): boolean {
  if (!hasFacets(found, filters)) return false;
  if (namespace !== null && found.namespace !== namespace) return false;
  if (words.length === 0) return true;
  const text = fold(`${found.namespace} ${found.description} ${found.tags}`);
  return words.every((word) => found.name.includes(word) || findWord(text, word) !== null);
}

/** As rows have it now: the index may be some seconds behind. */
export function hasFacets(found: Found, { kind, os, architecture, publisher, signed }: Filters): boolean {
  return (
    (kind === undefined || found.kinds.includes(kind)) &&
    (os === undefined || found.systems.includes(os.toLowerCase())) &&
    (architecture === undefined || found.architectures.includes(architecture.toLowerCase())) &&
    (publisher === undefined || publishersOf(found).includes(publisher)) &&
    (signed === undefined || found.isSigned === signed)
  );
}

export function publishersOf({ isOfficial, isVerifiedPublisher }: Found): Publisher[] {
  if (!isOfficial && !isVerifiedPublisher) return ["community"];
  return [...(isOfficial ? ["official" as const] : []), ...(isVerifiedPublisher ? ["verified" as const] : [])];
}

export function foundOf(row: FoundRow): Found {
  const list = (text: string) => (text === "" ? [] : text.split(" "));
  return {
    id: row.id,
    name: row.name,
    namespace: row.namespace,
    description: row.description,
    visibility: row.visibility,
    isOfficial: row.is_official === 1,
    isVerifiedPublisher: row.is_verified_publisher === 1,
    isSigned: row.is_signed === 1,
    stars: row.star_count,
    pulls: row.pull_count,
    createdAt: row.created_at,
    updatedAt: row.pushed_at,
    kinds: list(row.kinds),
    systems: list(row.systems),
    architectures: list(row.architectures),
    tags: row.tags,
  };
}

/** What was asked for, if it was a name: `library/x` is written `x` here. */
export function askedName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^library\//, "");
}

/** How well it answers the words: a whole number, more is better. What it is called counts first, then who made it and who likes it. */
export function relevanceOf(found: Found, words: readonly string[], asked: string): number {
  const { name, isOfficial, isVerifiedPublisher, stars, pulls } = found;
  const last = name.slice(name.lastIndexOf("/") + 1);
  const description = words.length === 0 ? "" : fold(found.description);
  let score = asked !== "" && (last === asked || name === asked) ? 1_000 : 0;
  if (words.length > 0 && last.startsWith(words[0] ?? "")) score += 200;
  for (const word of words) {
    const inName = findWord(name, word);
    if (inName === "whole") score += 400;
    else if (inName === "beginning") score += 250;
    else if (name.includes(word)) score += 120;
    const described = findWord(description, word);
    if (described !== null) score += described === "whole" ? 60 : 30;
  }
  if (isOfficial) score += 250;
  if (isVerifiedPublisher) score += 100;
  return (
    score + Math.min(250, Math.round(25 * Math.log2(1 + stars))) + Math.min(100, Math.round(5 * Math.log2(1 + pulls)))
  );
}
