/** The hub API of the search over HTTP. */
import { ANYONE, type Needs } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import type { OutputOf } from "../contract/endpoint.ts";
import { implement } from "../http/contract-routes.ts";
import type { Route } from "../http/router.ts";
import { searchApi } from "./api.ts";
import { KINDS, PERIOD_DAYS, PERIODS } from "./facets.ts";
import { publishersOf, type Found } from "./query.ts";
import type { Search } from "./search.ts";
import type { Suggestions } from "./suggestions.ts";
import { highlight, highlightName, wordsOf } from "./words.ts";

const MAX_TAGS = 5;
const MAX_VALUES = 20;
const DAY_MS = 86_400_000;

type Shown = OutputOf<typeof searchApi.search>;

export function searchRoutes({
  search,
  suggestions,
}: {
  search: Search;
  suggestions: Suggestions;
}): Route<Needs, Principal>[] {
  return [
    implement(searchApi.search, {
      needs: ANYONE,
      handle: async ({ query: { q, sort, limit, after, ...filters } }, { caller }) => {
        const query = { ...filters, text: q, order: sort };
        const result = await search.find(caller, query);
        const { found, words, isCapped } = result;
        const { items, next } = search.page(result, query, { after, limit });
        return {
          items: items.map((it) => formatFound(it, words)),
          next,
          total: found.length,
          isCapped,
          facets: countFacets(found),
        };
      },
    }),
    implement(searchApi.suggest, {
      needs: ANYONE,
      handle: async ({ query: { q } }, { caller }) => ({ items: await suggestions.list(caller, q) }),
    }),
  ];
}

function formatFound(found: Found, words: readonly string[]): Shown["items"][number] {
  const { id, createdAt, updatedAt, systems, architectures, tags, kinds, ...shown } = found;
  const hasWord = (tag: string) => wordsOf(tag, 40).some((part) => words.some((it) => part.startsWith(it)));
  return {
    ...shown,
    id: String(id),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    kinds: KINDS.filter((it) => kinds.includes(it)),
    operatingSystems: [...systems],
    architectures: [...architectures],
    tags: tags.split(" ").filter(hasWord).slice(0, MAX_TAGS),
    highlights: { name: highlightName(found.name, words), description: highlight(found.description, words) },
  };
}

function countFacets(all: readonly Found[]): Shown["facets"] {
  const count = (valuesOf: (found: Found) => readonly string[]) => {
    const counts = new Map<string, number>();
    for (const found of all) for (const value of valuesOf(found)) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts]
      .map(([value, number]) => ({ value, count: number }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, MAX_VALUES);
  };
  const now = Date.now();
  return {
    kind: count((it) => it.kinds),
    os: count((it) => it.systems),
    architecture: count((it) => it.architectures),
    publisher: count(publishersOf),
    signed: count((it) => [String(it.isSigned)]),
    updated: count((it) => PERIODS.filter((period) => it.updatedAt >= now - PERIOD_DAYS[period] * DAY_MS)).sort(
      (a, b) => PERIOD_DAYS[a.value as keyof typeof PERIOD_DAYS] - PERIOD_DAYS[b.value as keyof typeof PERIOD_DAYS],
    ),
  };
}
