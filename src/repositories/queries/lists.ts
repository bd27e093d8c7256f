/**
 * Every statement that lists repositories. Each walks through an index in the order of its list, and a stretch of it alone: what
 * somebody asks for may be rare.
 */
import { sql } from "kysely";
import { visibleTo, type VisibilityParameters } from "../../access/visibility.ts";
import { statement, type StatementBuilder } from "../../database/statement.ts";

/** What a list may be narrowed to. Empty texts and 0 narrow nothing. */
export type FilterParameters = {
  /** LIKE pattern. */
  namePattern: string;
  wantedVisibility: string;
  officialOnly: 0 | 1;
  /** An account whose stars are wanted. */
  starredBy: number;
  wantedNamespaceId: number;
  limit: number;
};

type ListParameters = FilterParameters & VisibilityParameters;

function listed<P extends ListParameters>(p: P, { db, dialect }: StatementBuilder) {
  return db
    .selectFrom("repositories")
    .innerJoin("namespaces as owning", "owning.id", "repositories.namespace_id")
    .select([
      "repositories.id",
      "repositories.name",
      "repositories.visibility",
      "repositories.description",
      "repositories.is_official",
      "repositories.star_count",
      "repositories.pull_count",
      "repositories.created_at",
      "owning.is_verified_publisher",
    ])
    .select(sql<number>`coalesce(repositories.pushed_at, repositories.created_at)`.as("pushed_at"))
    .where("owning.deleted_at", "is", null)
    .where(sql<boolean>`(${p.namePattern} = '' or repositories.name like ${p.namePattern} escape '\\')`)
    .where(sql<boolean>`(${p.wantedVisibility} = '' or repositories.visibility = ${p.wantedVisibility})`)
    .where(sql<boolean>`(${p.officialOnly} = 0 or repositories.is_official = 1)`)
    .where(
      sql<boolean>`(${p.starredBy} = 0 or exists (select 1 from stars where stars.account_id = ${p.starredBy} and stars.repository_id = repositories.id))`,
    )
    .where(visibleTo(p, dialect))
    .limit(p.limit);
}

export type ListedRow = {
  id: number;
  name: string;
  visibility: "public" | "private";
  description: string;
  is_official: number;
  star_count: number;
  pull_count: number;
  created_at: number;
  pushed_at: number;
  is_verified_publisher: number;
};

/** A stretch of a list by name: after one name, up to another. */
type Stretch = { afterName: string; upToName: string };

export const listByName = statement<ListParameters & Stretch>()<ListedRow>((p, builder) =>
  listed(p, builder)
    .where("repositories.name", ">", p.afterName)
    .where("repositories.name", "<=", p.upToName)
    .orderBy("repositories.name"),
);

export const listByNameIn = statement<ListParameters & Stretch>()<ListedRow>((p, builder) =>
  listed(p, builder)
    .where("repositories.namespace_id", "=", p.wantedNamespaceId)
    .where("repositories.name", ">", p.afterName)
    .where("repositories.name", "<=", p.upToName)
    .orderBy("repositories.name"),
);

/** `wantedIds`: JSON list. In no order. */
export const listByIds = statement<ListParameters & { wantedIds: string }>()<ListedRow>((p, builder) =>
  listed(p, builder)
    .where(
      builder.dialect === "sqlite"
        ? sql<boolean>`repositories.id in (select value from json_each(${p.wantedIds}))`
        : sql<boolean>`repositories.id in (select value::bigint from json_array_elements_text(${p.wantedIds}::json) as value)`,
    )
    .where(sql<boolean>`(${p.wantedNamespaceId} = 0 or repositories.namespace_id = ${p.wantedNamespaceId})`),
);

/** A stretch of a list by a number, largest first, and of those that have the same the last name first: below one, down to another. */
type Span = { beforeValue: number; beforeName: string; downToValue: number; downToName: string };

function byNumber(column: "star_count" | "pull_count" | "pushed_at") {
  return statement<ListParameters & Span>()<ListedRow>((p, builder) =>
    listed(p, builder)
      .where(sql<boolean>`(${p.wantedNamespaceId} = 0 or repositories.namespace_id = ${p.wantedNamespaceId})`)
      .where(sql<boolean>`(repositories.${sql.ref(column)}, repositories.name) < (${p.beforeValue}, ${p.beforeName})`)
      .where(sql<boolean>`(repositories.${sql.ref(column)}, repositories.name) >= (${p.downToValue}, ${p.downToName})`)
      .orderBy(`repositories.${column}`, "desc")
      .orderBy("repositories.name", "desc"),
  );
}

/** With what the `stretch`th after this one ends; none where fewer are left. */
function endByNumber(column: "star_count" | "pull_count" | "pushed_at") {
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

export const listByStars = byNumber("star_count");
export const listByPulls = byNumber("pull_count");
export const listByPush = byNumber("pushed_at");
export const findStarsEnd = endByNumber("star_count");
export const findPullsEnd = endByNumber("pull_count");
export const findPushEnd = endByNumber("pushed_at");

/** In the recycle bin, newest first; not those that are being removed for good. */
export const listBinnedRepositories = statement<{ beforeValue: number; beforeId: number; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("repositories")
      .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
      .select(["repositories.id", "repositories.name", "repositories.namespace_id", "repositories.visibility"])
      .select(["repositories.description", "repositories.is_official", "repositories.star_count"])
      .select(["repositories.pull_count", "repositories.created_at", "repositories.deleted_by"])
      .select(["namespaces.creates_on_push", "namespaces.members_role", "namespaces.is_verified_publisher"])
      .select(sql<number>`coalesce(repositories.pushed_at, repositories.created_at)`.as("pushed_at"))
      .select(sql<number>`repositories.deleted_at`.as("deleted_at"))
      .where("repositories.deleted_at", "is not", null)
      .where("repositories.deleted_at", ">", 1)
      .where("namespaces.deleted_at", "is", null)
      .where(sql<boolean>`(repositories.deleted_at, repositories.id) < (${p.beforeValue}, ${p.beforeId})`)
      .orderBy("repositories.deleted_at", "desc")
      .orderBy("repositories.id", "desc")
      .limit(p.limit),
);

/** The name with which a stretch of the search ends; none where fewer are left. */
export const findStretchEnd = statement<{ afterName: string; stretch: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select("name")
    .where("name", ">", p.afterName)
    .orderBy("name")
    .limit(1)
    .offset(p.stretch),
);
