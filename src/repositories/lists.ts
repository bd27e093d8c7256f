/**
 * Lists of repositories: what the principal may see, and nothing that would differ if there were
 * more that they may not.
 */
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import { visibilityOf, type VisibilityParameters } from "../access/visibility.ts";
import { cursor, toPage, type Page } from "../contract/page.ts";
import type { Database } from "../database/database.ts";
import type { Visibility } from "../database/schema-access.ts";
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

/** Where an index of names is: ids of repositories that may have the text in their name, all of them; null when that are too many. */
export interface NameIndex {
  listNamed(principal: Principal, text: string, limit: number): Promise<number[] | null>;
}

const byName = cursor("repositories by name", () => z.tuple([z.string().max(300)]));
const byValue: Record<Exclude<Order, "name">, ReturnType<typeof valueCursor>> = {
  updated: valueCursor("updated"),
  stars: valueCursor("stars"),
  pulls: valueCursor("pulls"),
};
const byDeletion = cursor("repositories by deletion", () => z.tuple([z.int(), z.int()]));

/** Rows that one look of a list or search reads: some milliseconds, in which nothing else is answered on SQLite. */
const STRETCH = 1_000;
/** Repositories that are looked at one by one where the index of names has found them; of more, the list is walked through. */
const MAX_NAMED = 1_000;
const BINNED_PAGE = 200;

export class RepositoryLists {
  readonly #database: Database;
  readonly #repositories: Repositories;
  readonly #names: NameIndex;

  constructor(parts: { database: Database; repositories: Repositories; names: NameIndex }) {
    this.#database = parts.database;
    this.#repositories = parts.repositories;
    this.#names = parts.names;
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
    const named = query.q ? await this.#names.listNamed(principal, query.q, MAX_NAMED) : null;
    if (order === "name") {
      const rows =
        named === null
          ? await this.#walkNames(parameters, name?.[0] ?? "")
          : await this.#listNamed(parameters, named, order, (row) => name === null || row.name > name[0]);
      return toPage(rows, limit, { item: listedOf, cursor: (row) => byName.encode([row.name]) });
    }
    const { key } = NUMBERS[order];
    const isBehind = (row: queries.ListedRow) =>
      value === null || key(row) < value[0] || (key(row) === value[0] && row.name < value[1]);
    const rows =
      named === null
        ? await this.#walkNumbers(parameters, order, value ?? [Number.MAX_SAFE_INTEGER, ""])
        : await this.#listNamed(parameters, named, order, isBehind);
    return toPage(rows, limit, {
      item: listedOf,
      cursor: (row) => byValue[order].encode([key(row), row.name]),
    });
  }

  /** Of these, what the list wants, in its order. */
  async #listNamed(
    parameters: Parameters,
    ids: readonly number[],
    order: Order,
    isWanted: (row: queries.ListedRow) => boolean,
  ): Promise<queries.ListedRow[]> {
    const all = { ...parameters, limit: ids.length, wantedIds: JSON.stringify(ids) };
    const rows = (await queries.listByIds.all(this.#database, all)).filter(isWanted);
    const byName = (a: queries.ListedRow, b: queries.ListedRow) => (a.name < b.name ? -1 : 1);
    const key = order === "name" ? null : NUMBERS[order].key;
    rows.sort((a, b) => (key === null ? byName(a, b) : key(b) - key(a) || byName(b, a)));
    return rows.slice(0, parameters.limit);
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

  /** What is in the recycle bin and the principal may bring back, newest first; all of it for auditors. */
  async listBinned(principal: Principal, query: { limit: number; after: string | undefined }): Promise<Page<Binned>> {
    const seesAll = authorize(principal, "inspect", { kind: "system" }).isAllowed;
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
        if (name === null) continue;
        if (!seesAll && !authorize(principal, "administer", resourceOf(name, row)).isAllowed) continue;
        found.push({ ...listedOf(row), deletedAt: row.deleted_at, deletedBy: row.deleted_by });
      }
      const last = rows.at(-1);
      if (!last || rows.length < BINNED_PAGE) break;
      [beforeValue, beforeId] = [last.deleted_at, last.id];
    }
    return toPage(found, query.limit, { item: (it) => it, cursor: (it) => byDeletion.encode([it.deletedAt, it.id]) });
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
