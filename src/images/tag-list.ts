/**
 * The tags of a repository as its page lists them. Names are read from an index alone, a stretch at a time; the manifests of
 * those that are shown are read after that.
 */
import { z } from "zod";
import type { Accounts } from "../accounts/accounts.ts";
import { cursor, type Page } from "../contract/page.ts";
import type { Database } from "../database/database.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { unknownName } from "../registry/tags.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { actorNames } from "./actor-names.ts";
import type { Facts, FactsOf } from "./facts.ts";
import { isAuxiliary } from "./kind.ts";
import { Pace } from "./pace.ts";
import * as queries from "./queries/tags.ts";
import { signedAmong } from "./signatures.ts";

export type TagListParts = { database: Database; repositories: Repositories; accounts: Accounts; facts: Facts };

/** Times in ms since 1970. */
export type ListedTag = FactsOf & {
  name: string;
  digest: string;
  mediaType: string;
  artifactType: string | null;
  revision: number;
  pushedAt: number;
  pushedBy: string;
  pulls: number;
  lastPulledAt: number | null;
  isSigned: boolean;
  isAuxiliary: boolean;
};

export type TagQuery = {
  q: string;
  sort: "name" | "updated";
  /** False leaves out names that tools make. */
  auxiliary: boolean;
  after: string | undefined;
  limit: number;
};

/** A place in the order; `at` counts for `updated` alone. */
type Place = { at: number; name: string };

const byName = cursor("tags by name", () => z.tuple([z.string().max(200)]));
const byUpdate = cursor("tags by update", () => z.tuple([z.int(), z.string().max(200)]));

/** Names that one look at a filtered list reads: some milliseconds. */
const STRETCH = 2_000;
/** Names that one page looks at: where little matches, it ends early and says where to go on. */
const MAX_EXAMINED = 40_000;
/** Tags whose manifests are read in one go. */
const SLICE = 100;

export class TagList {
  readonly #parts: TagListParts;

  constructor(parts: TagListParts) {
    this.#parts = parts;
  }

  /** A page may have fewer than `limit`, or none, before the last one. Throws NAME_UNKNOWN, REQUEST_INVALID. */
  async list(repository: RepositoryName, query: TagQuery): Promise<Page<ListedTag>> {
    const { database, repositories } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId === null) throw unknownName(repository);
    const pace = new Pace();
    const { places, next } = await this.#find(repositoryId, query, pace);
    const items: ListedTag[] = [];
    for (let at = 0; at < places.length; at += SLICE) {
      items.push(...(await this.#show(repository, repositoryId, places.slice(at, at + SLICE), pace)));
      await pace.breathe();
    }
    return { items, next: next === null ? null : encode(query.sort, next) };
  }

  async #find(repositoryId: number, query: TagQuery, pace: Pace): Promise<{ places: Place[]; next: Place | null }> {
    const { limit, sort } = query;
    const wants = filterOf(query);
    const chunk = wants === null ? limit + 1 : STRETCH;
    const places: Place[] = [];
    let last = decode(sort, query.after);
    for (let examined = 0; examined < MAX_EXAMINED; examined += chunk) {
      const rows = await this.#read(repositoryId, sort, last, chunk);
      for (const row of rows) {
        if (wants !== null && !wants(row.name)) continue;
        if (places.length === limit) return { places, next: places.at(-1) ?? null };
        places.push(row);
      }
      if (rows.length < chunk) return { places, next: null };
      last = rows.at(-1) ?? last;
      await pace.breathe();
    }
    return { places, next: last };
  }

  async #read(repositoryId: number, sort: TagQuery["sort"], last: Place, limit: number): Promise<Place[]> {
    const { database } = this.#parts;
    if (sort === "name") {
      const rows = await queries.listTagNames.all(database, { repositoryId, afterName: last.name, limit });
      return rows.map(({ name }) => ({ at: 0, name }));
    }
    const before = { beforeAt: last.at, beforeName: last.name };
    const rows = await queries.listRecentTagNames.all(database, { repositoryId, ...before, limit });
    return rows.map((row) => ({ at: row.from_at, name: row.name }));
  }

  /** In the order of the places, without those that went meanwhile. */
  async #show(
    repository: RepositoryName,
    repositoryId: number,
    places: readonly Place[],
    pace: Pace,
  ): Promise<ListedTag[]> {
    const { database, facts, accounts } = this.#parts;
    const names = JSON.stringify(places.map((it) => it.name));
    const rows = await queries.listTagsShown.all(database, { repositoryId, names });
    const known = await facts.of(repository, repositoryId, rows, pace);
    const signed = await signedAmong(database, repositoryId, [...known.keys()]);
    const nameOf = await actorNames(accounts, rows);
    const byTag = new Map(rows.map((row) => [row.name, row]));
    return places.flatMap(({ name }) => {
      const row = byTag.get(name);
      const about = row && known.get(row.digest);
      if (row === undefined || about === undefined) return [];
      return [
        {
          kind: about.kind,
          sizeBytes: about.sizeBytes,
          platforms: about.platforms,
          name,
          digest: row.digest,
          mediaType: row.media_type,
          artifactType: row.artifact_type,
          revision: row.revision,
          pushedAt: row.from_at,
          pushedBy: nameOf(row.actor),
          pulls: row.pulls ?? 0,
          lastPulledAt: row.last_at,
          isSigned: signed.has(row.digest),
          isAuxiliary: isAuxiliary(name),
        },
      ];
    });
  }
}

/** Null where every tag is wanted. */
function filterOf({ q, auxiliary }: TagQuery): ((name: string) => boolean) | null {
  const text = q.toLowerCase();
  if (text === "" && auxiliary) return null;
  return (name) => (text === "" || name.toLowerCase().includes(text)) && (auxiliary || !isAuxiliary(name));
}

function decode(sort: TagQuery["sort"], after: string | undefined): Place {
  if (sort === "name") return { at: 0, name: byName.decode(after)?.[0] ?? "" };
  const [at, name] = byUpdate.decode(after) ?? [Number.MAX_SAFE_INTEGER, ""];
  return { at, name };
}

function encode(sort: TagQuery["sort"], { at, name }: Place): string {
  return sort === "name" ? byName.encode([name]) : byUpdate.encode([at, name]);
}
