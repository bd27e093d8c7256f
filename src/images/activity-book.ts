/** What was done in a repository and how often it was pulled from, as its page tells it. */
import { z } from "zod";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import type { Accounts } from "../accounts/accounts.ts";
import { cursor, toPage, type Page } from "../contract/page.ts";
import type { Database } from "../database/database.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { unknownName } from "../registry/tags.ts";
import type { RepositoryLists } from "../repositories/lists.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { actorNames } from "./actor-names.ts";
import { cut, readObject } from "./loose.ts";
import { Pace } from "./pace.ts";
import { DAY_MS, HOUR_MS } from "./pull-tally.ts";
import * as queries from "./queries/activity.ts";
import { listPullCounts } from "./queries/pulls.ts";
import { findNewestTag } from "./queries/tags.ts";

export type ActivityBookParts = {
  database: Database;
  repositories: Repositories;
  accounts: Accounts;
  lists: RepositoryLists;
  /** Whether there is an audit log. Without one the tags as they stand tell who pushed them, and nothing tells the rest. */
  isAudited: boolean;
  /** Writes down which repositories were pushed to just now. */
  settle: () => Promise<void>;
};

/** Times in ms since 1970. */
export type Deed = {
  at: number;
  actor: string;
  action: string;
  tag: string | null;
  digest: string | null;
  before: string | null;
  changes: { field: string; before: string | null; after: string | null }[];
};

export type Push = { repository: string; tag: string; digest: string; at: number; by: string };

/** What everybody may know who may pull: it shows in tags too. */
const FOR_READERS = new Set([
  "tag.put",
  "tag.move",
  "tag.delete",
  "tag.restore",
  "manifest.push",
  "manifest.delete",
  "manifest.restore",
]);
const byTime = cursor("activity of a repository", () => z.tuple([z.int(), z.int()]));
const byPush = cursor("activity of tags", () => z.tuple([z.int(), z.string().max(200)]));
const STRETCH = 200;
/** Events that one page looks at: of a repository with little to show among much that is not, it ends early. */
const MAX_EXAMINED = 4_000;
const MAX_NAMES = 5;
const MAX_CHANGES = 40;
/** Repositories that one question for the newest push looks at. */
const NEWEST = 20;
const SETTLE_MS = 1_000;

type Event = Awaited<ReturnType<typeof queries.listRepositoryEvents.all>>[number];

export class ActivityBook {
  readonly #parts: ActivityBookParts;
  #settledAt = 0;

  constructor(parts: ActivityBookParts) {
    this.#parts = parts;
  }

  /** Newest first. A page may have fewer than `limit`, or none, before the last one. Throws NAME_UNKNOWN. */
  async list(
    principal: Principal,
    repository: RepositoryName,
    { after, limit }: { after: string | undefined; limit: number },
  ): Promise<Page<Deed>> {
    const { database, repositories } = this.#parts;
    const resource = await repositories.find(database, repository);
    if (resource.id === null) throw unknownName(repository);
    if (!this.#parts.isAudited) return await this.#listPushes(resource.id, after, limit);
    const seesAll = authorize(principal, "administer", resource).isAllowed;
    const former = await queries.listFormerNames.all(database, { repositoryId: resource.id, limit: MAX_NAMES });
    const names = [resource.name, ...former.map((it) => it.name)];
    let [beforeAt, beforeId] = byTime.decode(after) ?? [Number.MAX_SAFE_INTEGER, 0];
    const items: Deed[] = [];
    const pace = new Pace();
    for (let examined = 0; examined < MAX_EXAMINED;) {
      const rows = await this.#read(resource.id, names, beforeAt, beforeId);
      for (const row of rows) {
        if (items.length === limit) return { items, next: byTime.encode([beforeAt, beforeId]) };
        if (isShown(row, seesAll)) items.push(deedOf(row, seesAll));
        [beforeAt, beforeId] = [row.at, row.id];
      }
      if (rows.length < STRETCH) return { items, next: null };
      examined += rows.length;
      await pace.breathe();
    }
    return { items, next: byTime.encode([beforeAt, beforeId]) };
  }

  /** A point a day or hour, those without pulls too; oldest first. */
  async pulls(
    repository: RepositoryName,
    { unit, days }: { unit: "day" | "hour"; days: number },
    now = Date.now(),
  ): Promise<{ unit: "day" | "hour"; total: number; points: { at: number; pulls: number }[] }> {
    const { database, repositories } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId === null) throw unknownName(repository);
    const ms = unit === "day" ? DAY_MS : HOUR_MS;
    const count = unit === "day" ? days : Math.min(days, 7) * 24;
    const from = now - (now % ms) - (count - 1) * ms;
    const rows = await listPullCounts.all(database, { repositoryId, unit, from });
    const byStart = new Map(rows.map((row) => [row.at, row.pulls]));
    const points = Array.from({ length: count }, (_, index) => {
      const at = from + index * ms;
      return { at, pulls: byStart.get(at) ?? 0 };
    });
    return { unit, total: points.reduce((sum, it) => sum + it.pulls, 0), points };
  }

  /** The newest push by tag that the principal may see, after `since` (ms), if there is any. */
  async newest(
    principal: Principal,
    { since, namespace, mine }: { since: number; namespace: string | undefined; mine: boolean },
  ): Promise<Push | null> {
    const { database, lists, accounts } = this.#parts;
    const floor = Math.max(since, Date.now() - DAY_MS);
    await this.#settle();
    const { items } = await lists.list(principal, {
      order: "updated",
      limit: NEWEST,
      after: undefined,
      namespace,
      q: undefined,
      prefix: undefined,
      visibility: undefined,
      official: false,
      starred: false,
    });
    const actor = mine ? principal.id : "";
    let newest: Push | null = null;
    for (const { id, name, updatedAt } of items) {
      // The time of a repository's last push is that of its newest tag, or later.
      if (updatedAt <= floor || (newest !== null && updatedAt < newest.at)) break;
      const row = await findNewestTag.first(database, {
        repositoryId: id,
        since: Math.max(floor, newest?.at ?? 0),
        actor,
      });
      if (row === null) continue;
      const nameOf = await actorNames(accounts, [row]);
      newest = { repository: name, tag: row.name, digest: row.digest, at: row.from_at, by: nameOf(row.actor) };
    }
    return newest;
  }

  async #listPushes(repositoryId: number, after: string | undefined, limit: number): Promise<Page<Deed>> {
    const { database, accounts } = this.#parts;
    const [beforeAt, beforeName] = byPush.decode(after) ?? [Number.MAX_SAFE_INTEGER, ""];
    const page = { repositoryId, beforeAt, beforeName, limit: limit + 1 };
    const rows = await queries.listTagMoves.all(database, page);
    const nameOf = await actorNames(accounts, rows);
    return toPage(rows, limit, {
      item: (row) => ({
        at: row.from_at,
        actor: nameOf(row.actor),
        action: row.revision > 1 ? "tag.move" : "tag.put",
        tag: row.name,
        digest: row.digest,
        before: null,
        changes: [],
      }),
      cursor: (row) => byPush.encode([row.from_at, row.name]),
    });
  }

  /** However many wait for a push, it is written down at most once a second. */
  async #settle(): Promise<void> {
    const now = Date.now();
    if (now - this.#settledAt < SETTLE_MS) return;
    this.#settledAt = now;
    await this.#parts.settle();
  }

  /** Of all names that the repository had, newest first. */
  async #read(repositoryId: number, names: readonly string[], beforeAt: number, beforeId: number): Promise<Event[]> {
    const page = { repositoryId, beforeAt, beforeId, limit: STRETCH };
    const lists: Event[][] = [];
    for (const target of names) {
      lists.push(await queries.listRepositoryEvents.all(this.#parts.database, { target, ...page }));
    }
    if (lists.length === 1) return lists[0] ?? [];
    return lists
      .flat()
      .sort((a, b) => b.at - a.at || b.id - a.id)
      .slice(0, STRETCH);
  }
}

function isShown({ action, outcome }: Event, seesAll: boolean): boolean {
  if (outcome !== "allowed" || action === "repository.pull") return false;
  return seesAll || FOR_READERS.has(action);
}

function deedOf(row: Event, seesAll: boolean): Deed {
  const before = fieldsOf(row.old_values);
  const after = fieldsOf(row.new_values);
  const isContent = FOR_READERS.has(row.action);
  const id = row.target_id;
  const ofTag = row.target_kind === "tag";
  return {
    at: row.at,
    actor: row.actor_name,
    action: row.action,
    tag: ofTag ? id : null,
    digest: ofTag ? (after.get("digest") ?? null) : row.target_kind === "manifest" ? id : null,
    before: ofTag ? (before.get("digest") ?? null) : null,
    changes: isContent || !seesAll ? [] : changesOf(before, after),
  };
}

function changesOf(before: Map<string, string | null>, after: Map<string, string | null>): Deed["changes"] {
  const fields = [...new Set([...before.keys(), ...after.keys()])].slice(0, MAX_CHANGES);
  return fields.map((field) => ({ field, before: before.get(field) ?? null, after: after.get(field) ?? null }));
}

/** Fields as the audit log keeps them, each as text. */
function fieldsOf(json: string | null): Map<string, string | null> {
  const object = json === null ? null : readObject(new TextEncoder().encode(json));
  const text = (value: unknown) =>
    value === null ? null : cut(typeof value === "string" ? value : JSON.stringify(value), 512);
  return new Map(Object.entries(object ?? {}).map(([name, value]) => [name, text(value)]));
}
