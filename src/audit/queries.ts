/** Every statement on the audit log. Nothing here changes a row of `audit_events`; what deletes them is for rotation alone. */
import { sql, type Kysely } from "kysely";
import { statement } from "../database/statement.ts";
import type { Schema } from "../database/schema.ts";
import type { EventRow } from "./event.ts";

/** Shown to the owners of `namespaceId`, or else of the namespace that the repository is in. */
export const insertEvent = statement<EventRow>()((p, { db }) =>
  db.insertInto("audit_events").values({
    at: p.at,
    actor_id: p.actorId,
    actor_name: p.actorName,
    actor_kind: p.actorKind,
    credential: p.credential,
    action: p.action,
    target_kind: p.targetKind,
    target_id: p.targetId,
    target_name: p.targetName,
    namespace_id: sql<
      number | null
    >`coalesce(${p.namespaceId}, (select namespace_id from repositories where id = ${p.repositoryId}))`,
    address: p.address,
    agent: p.agent,
    request_id: p.requestId,
    outcome: p.outcome,
    reason: p.reason,
    old_values: p.oldValues,
    new_values: p.newValues,
    occurrences: p.occurrences,
  }),
);

/** Newest first, below a place in that order and not older than `from`. */
type Window = { from: number; beforeAt: number; beforeId: number; limit: number };

function window(db: Kysely<Schema>, p: Window) {
  return db
    .selectFrom("audit_events")
    .selectAll()
    .where(sql<boolean>`(at, id) < (${p.beforeAt}, ${p.beforeId})`)
    .where("at", ">=", p.from)
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(p.limit);
}

export const listEvents = statement<Window>()((p, { db }) => window(db, p));

export const listEventsOfActor = statement<Window & { value: string }>()((p, { db }) =>
  window(db, p).where("actor_name", "=", p.value),
);

export const listEventsOfAction = statement<Window & { value: string }>()((p, { db }) =>
  window(db, p).where("action", "=", p.value),
);

export const listEventsOfTarget = statement<Window & { value: string }>()((p, { db }) =>
  window(db, p).where("target_name", "=", p.value),
);

export const listEventsOfNamespace = statement<Window & { namespaceId: number }>()((p, { db }) =>
  window(db, p).where("namespace_id", "=", p.namespaceId),
);

export const addPulls = statement<{
  hour: number;
  actorKey: string;
  repositoryName: string;
  repositoryId: number | null;
  actorId: number | null;
  actorName: string;
  actorKind: string;
  pulls: number;
}>()((p, { db }) =>
  db
    .insertInto("audit_pulls")
    .values({
      hour: p.hour,
      actor_key: p.actorKey,
      repository_id: p.repositoryId,
      repository_name: p.repositoryName,
      actor_id: p.actorId,
      actor_name: p.actorName,
      actor_kind: p.actorKind,
      pulls: p.pulls,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["hour", "actor_key", "repository_name"])
        .doUpdateSet({ pulls: sql<number>`audit_pulls.pulls + excluded.pulls` }),
    ),
);

/** Of hours that are over, without those that another process is making events of. */
export const listEndedPulls = statement<{ hour: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("audit_pulls")
    .selectAll()
    .where("hour", "<", p.hour)
    .orderBy("hour")
    .orderBy("actor_key")
    .orderBy("repository_name")
    .limit(p.limit)
    .modifyEnd(lock("update skip locked")),
);

export const deletePulls = statement<{ hour: number; actorKey: string; repositoryName: string }>()((p, { db }) =>
  db
    .deleteFrom("audit_pulls")
    .where("hour", "=", p.hour)
    .where("actor_key", "=", p.actorKey)
    .where("repository_name", "=", p.repositoryName),
);

export const findNewestEvent = statement<{ afterId: number }>()((p, { db }) =>
  db.selectFrom("audit_events").select("id").where("id", ">", p.afterId).orderBy("id", "desc").limit(1),
);

/** For rotation alone: the oldest by time. */
export const deleteEventsBefore = statement<{ before: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("audit_events")
    .where("id", "in", (eb) =>
      eb.selectFrom("audit_events").select("id").where("at", "<", p.before).orderBy("at").orderBy("id").limit(p.limit),
    ),
);

/** For rotation alone: the oldest by number. */
export const deleteEventsUpTo = statement<{ upToId: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("audit_events")
    .where("id", "in", (eb) =>
      eb.selectFrom("audit_events").select("id").where("id", "<=", p.upToId).orderBy("id").limit(p.limit),
    ),
);
