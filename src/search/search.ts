/**
 * The search: what the principal may see and has every word of a query. The index gives ids, and the rows themselves are asked in the
 * same statement who may see them, so nothing that is hidden by now is found or counted.
 *
 * It does a bounded amount of work: at most `MOST` repositories are ranked. Where more would fit, these are some of
 * them, and those that come first in the order asked for, or are the most popular ones, whose names, descriptions and tags fit.
 */
import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { visibilityOf } from "../access/visibility.ts";
import { cursor, toPage, type Page } from "../contract/page.ts";
import type { Database } from "../database/database.ts";
import { PERIOD_DAYS } from "./facets.ts";
import type { Indexer } from "./indexer.ts";
import * as queries from "./queries/search.ts";
import {
  askedName,
  fits,
  foundOf,
  hasFacets,
  matchOf,
  relevanceOf,
  scopeOf,
  type Filters,
  type Found,
  type Order,
} from "./query.ts";
import { Slots } from "./slots.ts";
import { matchInName, render, type Match } from "./tokens.ts";
import { queryWords } from "./words.ts";

/** What is ranked and counted at most. */
export const MOST = 1_000;
/** Matches that one statement looks at on SQLite: some milliseconds, in which nothing else is answered. */
const STRETCH = 1_100;
const MOST_STRETCHES = 100;
/** Matches that are looked at on PostgreSQL, which does it beside this process. */
const MOST_MATCHES = 50_000;
/** Rows that are looked at in the order asked for, where more than `MOST` fit. */
const WALKED = 2_000;
/** Of those with most stars, and most pulls; and rows of one look at an order. */
const POPULAR = 500;
const CATCH_UP_MS = 1_000;
const DAY_MS = 86_400_000;

export type SearchQuery = Filters & {
  text: string;
  namespace?: string | undefined;
  /** `popularity`: official ones first, then by stars, then by name. */
  order: Order | "popularity";
};

export type Result = { found: Found[]; words: string[]; isCapped: boolean };

export type SearchParts = {
  database: Database;
  indexer: Pick<Indexer, "catchUp" | "listBehind">;
  findNamespace: (name: string) => Promise<{ id: number; name: string } | null>;
};

export class Search {
  readonly #parts: SearchParts;
  readonly #slots = new Slots({ most: 4, waiting: 64 });
  /** Of those who say nothing of themselves: they keep none waiting but each other. */
  readonly #strangers = new Slots({ most: 2, waiting: 48 });

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** At most `MOST` repositories, in order. Throws UNAVAILABLE when too many search at once. */
  async find(principal: Principal, query: SearchQuery): Promise<Result> {
    const find = async (): Promise<Result> =>
      await this.#slots.run(async () => {
        await this.#parts.indexer.catchUp(CATCH_UP_MS);
        return await this.#find(principal, query);
      });
    return principal.rights === null ? await this.#strangers.run(find) : await find();
  }

  /** Cuts a page out of what was found. Throws REQUEST_INVALID for a cursor of another list. */
  page(
    { found, words }: Result,
    query: SearchQuery,
    { after, limit }: { after: string | undefined; limit: number },
  ): Page<Found> {
    const cursors = cursor(`search by ${query.order}`, () =>
      z.tuple([z.union([z.int(), z.string().max(300)]), z.string().max(300)]),
    );
    const key = keyOf(query, words);
    const position = cursors.decode(after);
    const start =
      position === null ? 0 : found.findIndex((it) => compare([key(it), it.name], position, query.order) > 0);
    const rest = start < 0 ? [] : found.slice(start, start + limit + 1);
    return toPage(rest, limit, { item: (it) => it, cursor: (it) => cursors.encode([key(it), it.name]) });
  }

  /**
   * Ids of repositories that may have the text in their name, all of them, and some others; null when that are more than `limit`, or
   * when the index is too far behind to say.
   */
  async listNamed(principal: Principal, text: string, limit: number): Promise<number[] | null> {
    const { database, indexer } = this.#parts;
    const scope = scopeOf(principal);
    const match = matchInName(text.toLowerCase());
    if (match.length === 0 || scope === null) return [];
    // In this order: what is indexed in between is found the second time.
    const behind = await indexer.listBehind(limit);
    if (behind === null) return null;
    const tokens = render({ all: [...match, ...scope] }, database.dialect);
    const parameters = { match: tokens, afterId: 0, limit: limit + 1 };
    const rows = await queries.listMatchIds.all(database, parameters);
    return rows.length > limit ? null : [...new Set([...behind, ...rows.map((it) => it.id)])];
  }

  async #find(principal: Principal, query: SearchQuery): Promise<Result> {
    const words = queryWords(query.text);
    const nothing = { found: [], words, isCapped: false };
    // Signs alone are no words, and were meant to find something.
    if (words.length === 0 && query.text.trim() !== "") return nothing;
    const scope = scopeOf(principal);
    if (scope === null) return nothing;
    const { database } = this.#parts;
    const namespace =
      query.namespace === undefined ? null : await this.#parts.findNamespace(query.namespace.toLowerCase());
    if (query.namespace !== undefined && namespace === null) return nothing;
    const parameters: queries.FoundParameters = {
      ...visibilityOf(principal),
      pushedSince: query.updated === undefined ? 0 : Date.now() - PERIOD_DAYS[query.updated] * DAY_MS,
      limit: MOST + 1,
    };
    const find = async (isWhole: boolean) => {
      const match = matchOf(scope, words, query, { namespaceId: namespace?.id ?? null, isWhole });
      return await findMatches(database, match, parameters, MOST);
    };
    const isShort = words.every((it) => it.length <= 3);
    const whole = database.dialect === "sqlite" && !isShort ? await find(true) : null;
    const { rows, isCut } = whole?.isCut === true ? whole : await find(false);
    const matched = rows.map(foundOf).filter((it) => hasFacets(it, query));
    const isCapped = isCut || matched.length > MOST;
    const known = new Map(matched.map((it) => [it.id, it]));
    if (isCapped) {
      for (const row of await this.#walk(query.order, parameters)) {
        const found = foundOf(row);
        if (fits(found, words, query, namespace?.name ?? null)) known.set(found.id, found);
      }
    }
    const found = sorted([...known.values()], keyOf(query, words), query.order);
    return { found: found.slice(0, MOST), words, isCapped };
  }

  /** The first in an order; of those without one of their own the most popular. */
  async #walk(order: SearchQuery["order"], parameters: queries.FoundParameters): Promise<queries.FoundRow[]> {
    const { database } = this.#parts;
    if (order === "name") return await walkNames(database, parameters, WALKED);
    if (order === "updated") return await walkNumbers(database, "updated", parameters, WALKED);
    if (order === "stars" || order === "pulls") return await walkNumbers(database, order, parameters, WALKED);
    const stars = await walkNumbers(database, "stars", parameters, POPULAR);
    return [...stars, ...(await walkNumbers(database, "pulls", parameters, POPULAR))];
  }
}

/** `isCut`: there may be more. */
export async function findMatches(
  database: Database,
  match: Match,
  parameters: queries.FoundParameters,
  most: number,
): Promise<{ rows: queries.FoundRow[]; isCut: boolean }> {
  const text = render(match, database.dialect);
  if (database.dialect === "postgres") {
    // Few of a word that is everywhere are enough, unless most of them are hidden.
    for (const matchLimit of [most * 2, MOST_MATCHES]) {
      const rows = await queries.listMatches.all(database, { ...parameters, match: text, matchLimit, limit: most + 1 });
      if (rows.length > most || matchLimit === MOST_MATCHES) return { rows, isCut: rows.length > most };
    }
  }
  const rows: queries.FoundRow[] = [];
  let afterId = 0;
  for (let stretches = 0; stretches < MOST_STRETCHES; stretches += 1) {
    const ids = (await queries.listMatchIds.all(database, { match: text, afterId, limit: STRETCH })).map((it) => it.id);
    const limit = most + 1 - rows.length;
    rows.push(...(await queries.listFound.all(database, { ...parameters, limit, wantedIds: JSON.stringify(ids) })));
    if (rows.length > most) return { rows, isCut: true };
    const last = ids.at(-1);
    if (last === undefined || ids.length < STRETCH) return { rows, isCut: false };
    afterId = last;
    await turn();
  }
  return { rows, isCut: true };
}

const NUMBERS = {
  stars: { walk: queries.walkStars, end: queries.findStarsStretch },
  pulls: { walk: queries.walkPulls, end: queries.findPullsStretch },
  updated: { walk: queries.walkPushes, end: queries.findPushesStretch },
} as const;

async function walkNumbers(
  database: Database,
  order: keyof typeof NUMBERS,
  parameters: queries.FoundParameters,
  count: number,
): Promise<queries.FoundRow[]> {
  const { walk, end: findEnd } = NUMBERS[order];
  const rows: queries.FoundRow[] = [];
  let [beforeValue, beforeName] = [Number.MAX_SAFE_INTEGER, ""];
  for (let walked = 0; walked < count; walked += POPULAR) {
    const end = await findEnd.first(database, { beforeValue, beforeName, stretch: POPULAR });
    const span = { beforeValue, beforeName, downToValue: end?.value ?? -1, downToName: end?.name ?? "" };
    rows.push(...(await walk.all(database, { ...parameters, ...span })));
    if (end === null) break;
    [beforeValue, beforeName] = [end.value, end.name];
    await turn();
  }
  return rows;
}

async function walkNames(
  database: Database,
  parameters: queries.FoundParameters,
  count: number,
): Promise<queries.FoundRow[]> {
  const rows: queries.FoundRow[] = [];
  let afterName = "";
  for (let walked = 0; walked < count; walked += POPULAR) {
    const end = await queries.findNamesStretch.first(database, { afterName, stretch: POPULAR });
    rows.push(...(await queries.walkNames.all(database, { ...parameters, afterName, upToName: end?.name ?? "~" })));
    if (end === null) break;
    afterName = end.name;
    await turn();
  }
  return rows;
}

type Key = (found: Found) => number | string;

function keyOf({ order, text }: SearchQuery, words: readonly string[]): Key {
  const asked = askedName(text);
  const keys: Record<SearchQuery["order"], Key> = {
    name: ({ name }) => name,
    stars: ({ stars }) => stars,
    pulls: ({ pulls }) => pulls,
    updated: ({ updatedAt }) => updatedAt,
    popularity: ({ isOfficial, stars }) => (isOfficial ? 2 ** 40 : 0) + stars,
    relevance: (found) => (words.length === 0 ? found.stars : relevanceOf(found, words, asked)),
  };
  return keys[order];
}

function sorted(found: readonly Found[], key: Key, order: SearchQuery["order"]): Found[] {
  const keyed = found.map((it) => ({ it, place: [key(it), it.name] as const }));
  return keyed.sort((a, b) => compare(a.place, b.place, order)).map(({ it }) => it);
}

type Place = readonly [key: number | string, name: string];

/** Numbers: largest first; names: A to Z, and so are those that are equal. */
function compare([a, aName]: Place, [b, bName]: Place, order: SearchQuery["order"]): number {
  if (a !== b) return order === "name" ? (a < b ? -1 : 1) : a > b ? -1 : 1;
  return aName === bName ? 0 : aName < bName ? -1 : 1;
}

/** On SQLite a statement is done within one turn: others get theirs. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
