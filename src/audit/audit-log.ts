/** Reads the audit log, newest first. The most selective filter is asked of an index, the others of the rows that it gives. */
import type { Selectable } from "kysely";
import type { Database } from "../database/database.ts";
import type { Schema } from "../database/schema.ts";
import * as queries from "./queries.ts";

export type EventFilter = {
  /** Times in ms: from the first on, before the second. */
  from?: number | undefined;
  to?: number | undefined;
  actor?: string | undefined;
  /** A whole one, `tag.move`, or the group before its dot, `tag`. */
  action?: string | undefined;
  target?: string | undefined;
  outcome?: "allowed" | "denied" | "failed" | undefined;
  address?: string | undefined;
  namespaceId?: number | undefined;
};

export type StoredEvent = Selectable<Schema["audit_events"]>;

/** Where a page begins: behind this event. */
export type Position = { at: number; id: number };

export type EventPage = { events: StoredEvent[]; next: Position | null };

const CHUNK = 500;
/** Rows that one page looks at: one that matches little answers with few events, or none, and where to go on. */
const MAX_EXAMINED = 10_000;

export class AuditLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async page(filter: EventFilter, after: Position | null, limit: number): Promise<EventPage> {
    const matches = matcher(filter);
    const chunk = matches === null ? limit + 1 : CHUNK;
    const events: StoredEvent[] = [];
    let position = after ?? { at: filter.to ?? Number.MAX_SAFE_INTEGER, id: 0 };
    for (let examined = 0; examined < MAX_EXAMINED;) {
      const rows = await this.#window(filter, position, chunk);
      for (const row of rows) {
        if (matches !== null && !matches(row)) continue;
        const last = events.at(-1);
        if (last !== undefined && events.length === limit) return { events, next: { at: last.at, id: last.id } };
        events.push(row);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < chunk) return { events, next: null };
      position = { at: last.at, id: last.id };
      examined += rows.length;
      // On SQLite reading is done on this thread.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { events, next: position };
  }

  /** All of them, a page at a time, without those that come while they are read. */
  async *pages(filter: EventFilter): AsyncGenerator<StoredEvent[], void> {
    const bounded = { ...filter, to: Math.min(filter.to ?? Infinity, Date.now() + 1) };
    let after: Position | null = null;
    do {
      const page: EventPage = await this.page(bounded, after, CHUNK);
      yield page.events;
      after = page.next;
    } while (after !== null);
  }

  async #window(filter: EventFilter, before: Position, limit: number): Promise<StoredEvent[]> {
    const { target, actor, action, namespaceId } = filter;
    const window = { from: filter.from ?? 0, beforeAt: before.at, beforeId: before.id, limit };
    const on = this.#database;
    if (target !== undefined) return await queries.listEventsOfTarget.all(on, { ...window, value: target });
    if (actor !== undefined) return await queries.listEventsOfActor.all(on, { ...window, value: actor });
    if (action?.includes(".")) return await queries.listEventsOfAction.all(on, { ...window, value: action });
    if (namespaceId !== undefined) return await queries.listEventsOfNamespace.all(on, { ...window, namespaceId });
    return await queries.listEvents.all(on, window);
  }
}

/** Everything that was asked for once more, whatever an index did of it already; null when there is nothing to ask. */
function matcher(filter: EventFilter): ((row: StoredEvent) => boolean) | null {
  const { actor, action, target, outcome, address, namespaceId } = filter;
  const group = action !== undefined && !action.includes(".") ? `${action}.` : undefined;
  const asked = [actor, action, target, outcome, address, namespaceId].filter((it) => it !== undefined);
  if (asked.length === 0) return null;
  // An index answers one of these completely.
  const isAnswered = asked.length === 1 && group === undefined && outcome === undefined && address === undefined;
  if (isAnswered) return null;
  return (row) =>
    (actor === undefined || row.actor_name === actor) &&
    (action === undefined || (group === undefined ? row.action === action : row.action.startsWith(group))) &&
    (target === undefined || row.target_name === target) &&
    (outcome === undefined || row.outcome === outcome) &&
    (address === undefined || row.address === address) &&
    (namespaceId === undefined || row.namespace_id === namespaceId);
}
