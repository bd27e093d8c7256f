/** Every statement that searches. What is found is joined with the repository's own row, which alone says who may see it. */
import { sql } from "kysely";
import { visibleTo, type VisibilityParameters } from "../../access/visibility.ts";
import { statement, type StatementBuilder } from "../../database/statement.ts";

export type FoundRow = {
  id: number;
  name: string;
  namespace: string;
  visibility: "public" | "private";
  description: string;
  is_official: number;
  is_verified_publisher: number;
  star_count: number;
  pull_count: number;
  created_at: number;
  pushed_at: number;
  kinds: string;
  systems: string;
  architectures: string;
  tags: string;
  is_signed: number;
};

/** `pushedSince`: ms since 1970, 0 for whenever. */
export type FoundParameters = VisibilityParameters & { pushedSince: number; limit: number };

function shown<P extends FoundParameters>(p: P, { db, dialect }: StatementBuilder) {
  return db
    .selectFrom("repositories")
    .innerJoin("namespaces as owning", "owning.id", "repositories.namespace_id")
    .innerJoin("search_documents as document", "document.repository_id", "repositories.id")
    .select(["repositories.id", "repositories.name", "owning.name as namespace", "repositories.visibility"])
    .select(["repositories.description", "repositories.is_official", "owning.is_verified_publisher"])
    .select(["repositories.star_count", "repositories.pull_count", "repositories.created_at"])
    .select(sql<number>`coalesce(repositories.pushed_at, repositories.created_at)`.as("pushed_at"))
    .select(["document.kinds", "document.systems", "document.architectures", "document.tags", "document.is_signed"])
    .where("owning.deleted_at", "is", null)
    .where(sql<boolean>`(cast(${p.pushedSince} as bigint) = 0 or repositories.pushed_at >= ${p.pushedSince})`)
    .where(visibleTo(p, dialect))
    .limit(p.limit);
}

/** `wantedIds`: JSON list. In no order. */
export const listFound = statement<FoundParameters & { wantedIds: string }>()<FoundRow>((p, builder) =>
  shown(p, builder).where(
    builder.dialect === "sqlite"
      ? sql<boolean>`repositories.id in (select value from json_each(${p.wantedIds}))`
      : sql<boolean>`repositories.id in (select value::bigint from json_array_elements_text(${p.wantedIds}::json) as value)`,
  ),
);

/** Of at most `matchLimit` that match. */
export const listMatches = statement<FoundParameters & { match: string; matchLimit: number }>()<FoundRow>(
  (p, builder) =>
    shown(p, builder).where(
      builder.dialect === "sqlite"
        ? sql<boolean>`repositories.id in (select rowid from search_index where search_index match ${p.match} limit ${p.matchLimit})`
        : sql<boolean>`repositories.id in (select repository_id from search_documents where tokens @@ ${p.match}::tsquery limit ${p.matchLimit})`,
    ),
);

/** Ids alone, whoever may see them; on SQLite in order, behind `afterId`. */
export const listMatchIds = statement<{ match: string; afterId: number; limit: number }>()<{ id: number }>((
  p,
  { db, dialect },
) => {
  const found =
    dialect === "sqlite"
      ? sql<{
          id: number;
        }>`select rowid as id from search_index where search_index match ${p.match} and rowid > ${p.afterId} order by rowid limit ${p.limit}`
      : sql<{
          id: number;
        }>`select repository_id as id from search_documents where tokens @@ ${p.match}::tsquery limit ${p.limit}`;
  return { compile: () => found.compile(db) };
});

/** Largest first, and of those that have the same the last name first. */
function walk(column: "star_count" | "pull_count" | "pushed_at") {
  return statement<
    FoundParameters & { beforeValue: number; beforeName: string; downToValue: number; downToName: string }
  >()<FoundRow>((p, builder) =>
    shown(p, builder)
      .where(sql<boolean>`(repositories.${sql.ref(column)}, repositories.name) < (${p.beforeValue}, ${p.beforeName})`)
      .where(sql<boolean>`(repositories.${sql.ref(column)}, repositories.name) >= (${p.downToValue}, ${p.downToName})`)
      .orderBy(`repositories.${column}`, "desc")
      .orderBy("repositories.name", "desc"),
  );
}

function endOfWalk(column: "star_count" | "pull_count" | "pushed_at") {
  return statement<{ beforeValue: number; beforeName: string; stretch: number }>()((p, { db }) =>
    db
      .selectFrom("repositories")
      .select("name")
      .select(sql<number>`${sql.ref(column)}`.as("value"))
      .where(sql<boolean>`(${sql.ref(column)}, name) < (${p.beforeValue}, ${p.beforeName})`)
      .orderBy(column, "desc")
      .orderBy("name", "desc")
      .limit(1)
      .offset(p.stretch),
  );
}

export const walkStars = walk("star_count");
export const walkPulls = walk("pull_count");
export const walkPushes = walk("pushed_at");
export const findStarsStretch = endOfWalk("star_count");
export const findPullsStretch = endOfWalk("pull_count");
export const findPushesStretch = endOfWalk("pushed_at");

export const walkNames = statement<FoundParameters & { afterName: string; upToName: string }>()<FoundRow>(
  (p, builder) =>
    shown(p, builder)
      .where("repositories.name", ">", p.afterName)
      .where("repositories.name", "<=", p.upToName)
      .orderBy("repositories.name"),
);

export const findNamesStretch = statement<{ afterName: string; stretch: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select("name")
    .where("name", ">", p.afterName)
    .orderBy("name")
    .limit(1)
    .offset(p.stretch),
);

/** Those whose names begin with this. */
export const listNamespaces = statement<{ fromName: string; belowName: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .select(["id", "name", "display_name", "is_verified_publisher"])
    .where("name", ">=", p.fromName)
    .where("name", "<", p.belowName)
    .where("deleted_at", "is", null)
    .orderBy("name")
    .limit(p.limit),
);
