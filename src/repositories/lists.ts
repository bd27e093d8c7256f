/**
 * Lists of repositories, and the search for them: what the principal may see, and nothing that would differ if there were
 * more that they may not.
 */
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import { visibilityOf, type VisibilityParameters } from "../access/visibility.ts";
import { cursor, toPage, type Page } from "../contract/page.ts";
import type { Database } from "../database/database.ts";
import type { Visibility } from "../database/schema-access.ts";
import { RegistryError } from "../errors.ts";
import { z } from "zod";
import * as queries from "./queries/lists.ts";
import { type Repositories, resourceOf } from "./repositories.ts";
import { findRepositoryName } from "../oci/reference.ts";

export type Order = "name" | "updated" | "stars" | "pulls";

export type ListQuery = {
  order: Order;
  limit: number;
  after: string | undefined;
  namespace: string | undefined;
  /** Somewhere in the name, in whatever case. */
  q: string | undefined;
  /** What the name begins with. */
  prefix: string | undefined;
  visibility: Visibility | undefined;
  official: boolean;
  /** Only those that the principal starred. */
  starred: boolean;
};

/** Times in ms since 1970. */
export type Listed = {
  id: number;
  name: string;
  description: string;
  visibility: Visibility;
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  stars: number;
  pulls: number;
  createdAt: number;
  updatedAt: number;
};

export type Binned = Listed & { deletedAt: number; deletedBy: string | null };

export type Found = {
  name: string;
  description: string;
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  stars: number;
};

const byName = cursor("repositories by name", () => z.tuple([z.string().max(300)]));
const byValue: Record<Exclude<Order, "name">, ReturnType<typeof valueCursor>> = {
  updated: valueCursor("updated"),
  stars: valueCursor("stars"),
  pulls: valueCursor("pulls"),
};
const byDeletion = cursor("repositories by deletion", () => z.tuple([z.int(), z.int()]));

/** Rows that one look of a list or search reads: some milliseconds, in which nothing else is answered on SQLite. */
const STRETCH = 1_000;
/** Searches that go on at once: each reads every name. */
const MAX_SEARCHES = 4;
const MAX_WAITING = 64;
const BINNED_PAGE = 200;

export class RepositoryLists {
  readonly #database: Database;
  readonly #repositories: Repositories;
  #searching = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(parts: { database: Database; repositories: Repositories }) {
    this.#database = parts.database;
    this.#repositories = parts.repositories;
  }

  /** Throws REQUEST_INVALID for a cursor of another list. */
  async list(principal: Principal, query: ListQuery): Promise<Page<Listed>> {
    const { order, limit, after } = query;
    const name = order === "name" ? byName.decode(after) : null;
    const value = order === "name" ? null : byValue[order].decode(after);
    const namespace =
      query.namespace === undefined
        ? null
        : await this.#repositories.findNamespace(this.#database, query.namespace.toLowerCase());
    if (query.namespace !== undefined && namespace === null) return { items: [], next: null };
    const starredBy = query.starred ? (principal.rights?.accountId ?? 0) : 0;
    if (query.starred && starredBy === 0) return { items: [], next: null };
    const parameters = {
      ...visibilityOf(principal),
      namePattern: patternOf(query),
      wantedVisibility: query.visibility ?? "",
      officialOnly: query.official ? (1 as const) : (0 as const),
      starredBy,
      wantedNamespaceId: namespace?.id ?? 0,
      limit: limit + 1,
    };
    if (order === "name") {
      const rows = await this.#walkNames(parameters, name?.[0] ?? "");
      return toPage(rows, limit, { item: listedOf, cursor: (row) => byName.encode([row.name]) });
    }
    const rows = await this.#walkNumbers(parameters, order, value ?? [Number.MAX_SAFE_INTEGER, ""]);
    return toPage(rows, limit, {
      item: listedOf,
      cursor: (row) => byValue[order].encode([NUMBERS[order].key(row), row.name]),
    });
  }

  /** A stretch after the other until there are as many as wanted: where most are hidden or filtered out, that takes some. */
  async #walkNames(parameters: Parameters, from: string): Promise<queries.ListedRow[]> {
    const statement = parameters.wantedNamespaceId === 0 ? queries.listByName : queries.listByNameIn;
    const rows: queries.ListedRow[] = [];
    for (let afterName = from; ;) {
      const end = await queries.findStretchEnd.first(this.#database, { afterName, stretch: STRETCH });
      const upToName = end?.name ?? LAST_NAME;
      const limit = parameters.limit - rows.length;
      rows.push(...(await statement.all(this.#database, { ...parameters, limit, afterName, upToName })));
      if (end === null || rows.length >= parameters.limit) return rows;
      afterName = upToName;
      await turn();
    }
  }

  async #walkNumbers(
    parameters: Parameters,
    order: Exclude<Order, "name">,
    from: readonly [value: number, name: string],
  ): Promise<queries.ListedRow[]> {
    const { list, end: findEnd } = NUMBERS[order];
    const rows: queries.ListedRow[] = [];
    for (let [beforeValue, beforeName] = from; ;) {
      const end = await findEnd.first(this.#database, { beforeValue, beforeName, stretch: STRETCH });
      const [downToValue, downToName] = end ? [end.value, end.name] : [-1, ""];
      const limit = parameters.limit - rows.length;
      const span = { beforeValue, beforeName, downToValue, downToName };
      rows.push(...(await list.all(this.#database, { ...parameters, limit, ...span })));
      if (end === null || rows.length >= parameters.limit) return rows;
      [beforeValue, beforeName] = [downToValue, downToName];
      await turn();
    }
  }

  /** What is in the recycle bin and the principal may bring back, newest first. */
  async listBinned(principal: Principal, query: { limit: number; after: string | undefined }): Promise<Page<Binned>> {
    let [beforeValue, beforeId] = byDeletion.decode(query.after) ?? [Number.MAX_SAFE_INTEGER, 0];
    const found: Binned[] = [];
    while (found.length <= query.limit) {
      const rows = await queries.listBinnedRepositories.all(this.#database, {
        beforeValue,
        beforeId,
        limit: BINNED_PAGE,
      });
      for (const row of rows) {
        const name = findRepositoryName(row.name);
        if (name === null || !authorize(principal, "administer", resourceOf(name, row)).isAllowed) continue;
        found.push({ ...listedOf(row), deletedAt: row.deleted_at, deletedBy: row.deleted_by });
      }
      const last = rows.at(-1);
      if (!last || rows.length < BINNED_PAGE) break;
      [beforeValue, beforeId] = [last.deleted_at, last.id];
    }
    return toPage(found, query.limit, { item: (it) => it, cursor: (it) => byDeletion.encode([it.deletedAt, it.id]) });
  }

  /**
   * Those whose name or description has the text in it, official ones first, then by stars, then by name: `limit` of
   * them after `offset`, and how many there are. Every name is read, a thousand at a time with whatever else there is to do in between: about
   * 2 ms a thousand. Throws UNAVAILABLE when too many search at once.
   */
  async search(
    principal: Principal,
    query: { text: string; offset: number; limit: number },
  ): Promise<{ total: number; found: Found[] }> {
    await this.#begin();
    try {
      return await this.#search(principal, query);
    } finally {
      this.#searching -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #search(
    principal: Principal,
    { text, offset, limit }: { text: string; offset: number; limit: number },
  ): Promise<{ total: number; found: Found[] }> {
    const wanted = offset + limit;
    const parameters = { ...visibilityOf(principal), textPattern: `%${escapeLike(text.toLowerCase())}%` };
    let best: Found[] = [];
    let total = 0;
    for (let afterName = "", isLast = false; !isLast;) {
      const end = await queries.findStretchEnd.first(this.#database, { afterName, stretch: STRETCH });
      isLast = end === null;
      const upToName = end?.name ?? LAST_NAME;
      const rows = await queries.searchStretch.all(this.#database, { ...parameters, afterName, upToName });
      total += rows.length;
      if (rows.length > 0) best = [...best, ...rows.map(foundOf)].sort(byRank).slice(0, wanted);
      afterName = upToName;
      if (!isLast) await turn();
    }
    return { total, found: best.slice(offset) };
  }

  async #begin(): Promise<void> {
    if (this.#searching >= MAX_SEARCHES) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw new RegistryError("UNAVAILABLE", {
          message: "too many searches at once: try again shortly",
          headers: { "Retry-After": "2" },
        });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#searching += 1;
  }
}

/** After every name: they are lower-case letters, digits and some signs. */
const LAST_NAME = "~";

const NUMBERS = {
  updated: { list: queries.listByPush, end: queries.findPushEnd, key: (row: queries.ListedRow) => row.pushed_at },
  stars: { list: queries.listByStars, end: queries.findStarsEnd, key: (row: queries.ListedRow) => row.star_count },
  pulls: { list: queries.listByPulls, end: queries.findPullsEnd, key: (row: queries.ListedRow) => row.pull_count },
} as const;

type Parameters = queries.FilterParameters & VisibilityParameters;

/** On SQLite a statement is done within one turn: others get theirs. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function valueCursor(order: string) {
  return cursor(`repositories by ${order}`, () => z.tuple([z.int(), z.string().max(300)]));
}

function patternOf({ q, prefix }: ListQuery): string {
  if (q === undefined && prefix === undefined) return "";
  const contains = q === undefined ? "" : `${escapeLike(q.toLowerCase())}%`;
  return `${prefix === undefined ? "" : escapeLike(prefix.toLowerCase())}%${contains}`;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (it) => `\\${it}`);
}

function listedOf(row: queries.ListedRow): Listed {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    visibility: row.visibility,
    isOfficial: row.is_official === 1,
    isVerifiedPublisher: row.is_verified_publisher === 1,
    stars: row.star_count,
    pulls: row.pull_count,
    createdAt: row.created_at,
    updatedAt: row.pushed_at,
  };
}

type FoundRow = Pick<
  queries.ListedRow,
  "name" | "description" | "is_official" | "star_count" | "is_verified_publisher"
>;

function foundOf(row: FoundRow): Found {
  return {
    name: row.name,
    description: row.description,
    isOfficial: row.is_official === 1,
    isVerifiedPublisher: row.is_verified_publisher === 1,
    stars: row.star_count,
  };
}

function byRank(a: Found, b: Found): number {
  if (a.isOfficial !== b.isOfficial) return a.isOfficial ? -1 : 1;
  if (a.stars !== b.stars) return b.stars - a.stars;
  return a.name < b.name ? -1 : 1;
}
