/** Every statement on what was done in a repository. Lists are JSON texts. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

/**
 * Newest first, below a place in that order. Pulls are no part of it: of them there is one an hour and puller. Before the
 * repository was made its name was another's.
 */
export const listRepositoryEvents = statement<{
  target: string;
  repositoryId: number;
  beforeAt: number;
  beforeId: number;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("audit_events")
    .select(["id", "at", "actor_name", "action", "target_kind", "target_id", "old_values", "new_values"])
    .select("outcome")
    .where("target_name", "=", p.target)
    .where(sql<boolean>`(at, id) < (${p.beforeAt}, ${p.beforeId})`)
    .where(sql<boolean>`at >= (select created_at - 1000 from repositories where id = ${p.repositoryId})`)
    .where(sql<boolean>`target_kind in ('repository', 'manifest', 'tag')`)
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(p.limit),
);

/** What tags point to since when, the last to be pointed there first. */
export const listTagMoves = statement<{ repositoryId: number; beforeAt: number; beforeName: string; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("tags")
      .select(["name", "digest", "revision", "from_at", "actor"])
      .where("repository_id", "=", p.repositoryId)
      .where("to_at", "is", null)
      .where(sql<boolean>`(from_at, name) < (${p.beforeAt}, ${p.beforeName})`)
      .orderBy("from_at", "desc")
      .orderBy("name", "desc")
      .limit(p.limit),
);

/** Some of the names that the repository had. */
export const listFormerNames = statement<{ repositoryId: number; limit: number }>()((p, { db }) =>
  db.selectFrom("former_names").select("name").where("repository_id", "=", p.repositoryId).limit(p.limit),
);
