/** Every statement on namespaces: a person's own, or an organisation's. */
import { sql, type RawBuilder } from "kysely";
import { visibleTo, type VisibilityParameters } from "../../access/visibility.ts";
import type { Dialect } from "../../database/database.ts";
import type { RoleName, Visibility } from "../../database/schema-access.ts";
import { statement } from "../../database/statement.ts";

const COLUMNS = [
  "namespaces.id",
  "namespaces.name",
  "namespaces.kind",
  "namespaces.account_id",
  "namespaces.display_name",
  "namespaces.description",
  "namespaces.default_visibility",
  "namespaces.creates_on_push",
  "namespaces.members_role",
  "namespaces.is_verified_publisher",
  "namespaces.created_at",
  "namespaces.deleted_at",
  "namespaces.deleted_by",
] as const;

export const findNamespaceByName = statement<{ namespaceName: string }>()((p, { db }) =>
  db.selectFrom("namespaces").select(COLUMNS).where("name", "=", p.namespaceName),
);

/** By a name that it had. */
export const findNamespaceByFormerName = statement<{ namespaceName: string }>()((p, { db }) =>
  db
    .selectFrom("former_names")
    .innerJoin("namespaces", "namespaces.id", "former_names.namespace_id")
    .select(COLUMNS)
    .where("former_names.name", "=", p.namespaceName),
);

/** Whoever changes a namespace, its members, teams or grants goes first through here: one after the other. */
export const lockNamespace = statement<{ namespaceId: number }>()((p, { db, lock }) =>
  db.selectFrom("namespaces").select(COLUMNS).where("id", "=", p.namespaceId).modifyEnd(lock("update")),
);

/**
 * What `visibleTo` is for repositories: who belongs to it, whoever was granted something in it, and whoever sees a
 * repository of it. Limited tokens and confined robots see it through repositories alone.
 */
function isVisible(p: VisibilityParameters, dialect: Dialect): RawBuilder<boolean> {
  return sql<boolean>`(
    (${p.isLimited} = 0 and ${p.confinedTo} = 0 and (
      ${p.seesAll} = 1
      or namespaces.account_id = ${p.viewerId}
      or exists (select 1 from members where members.namespace_id = namespaces.id and members.account_id = ${p.viewerId})
      or exists (select 1 from grants where grants.account_id = ${p.viewerId} and grants.namespace_id = namespaces.id)
      or exists (
        select 1 from team_members inner join teams on teams.id = team_members.team_id
        where team_members.account_id = ${p.viewerId} and teams.namespace_id = namespaces.id
      )
    ))
    or exists (select 1 from repositories where repositories.namespace_id = namespaces.id and ${visibleTo(p, dialect)})
  )`;
}

/** By name, those after `last`. */
export const listNamespaces = statement<{ last: string; limit: number } & VisibilityParameters>()(
  (p, { db, dialect }) =>
    db
      .selectFrom("namespaces")
      .select(COLUMNS)
      .where("name", ">", p.last)
      .where("deleted_at", "is", null)
      .where(isVisible(p, dialect))
      .orderBy("name")
      .limit(p.limit),
);

export const findVisibleNamespace = statement<{ namespaceId: number } & VisibilityParameters>()((p, { db, dialect }) =>
  db
    .selectFrom("namespaces")
    .select("id")
    .where("id", "=", p.namespaceId)
    .where("deleted_at", "is", null)
    .where(isVisible(p, dialect)),
);

/** In the recycle bin, of those whom the caller owns; of all with `seesAll`. */
export const listDeletedNamespaces = statement<{ last: string; limit: number; seesAll: 0 | 1; viewerId: number }>()(
  (p, { db }) =>
    db
      .selectFrom("namespaces")
      .select(COLUMNS)
      .where("name", ">", p.last)
      .where("deleted_at", ">", 0)
      .where(
        sql<boolean>`(${p.seesAll} = 1 or exists (
          select 1 from members
          where members.namespace_id = namespaces.id and members.account_id = ${p.viewerId} and members.role = 'owner'
        ))`,
      )
      .orderBy("name")
      .limit(p.limit),
);

/** In the recycle bin since `before` or longer. */
export const listExpiredNamespaces = statement<{ before: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .select("id")
    .where("deleted_at", ">", 0)
    .where("deleted_at", "<=", p.before)
    .orderBy("deleted_at")
    .orderBy("id")
    .limit(p.limit),
);

/** Whether somebody or something else has, or had, the name. */
export const findForeignHolder = statement<{ namespaceName: string; namespaceId: number; accountId: number }>()(
  (p, { db }) =>
    db
      .selectFrom("accounts")
      .select("name")
      .where("name", "=", p.namespaceName)
      .where("id", "<>", p.accountId)
      .unionAll(
        db.selectFrom("namespaces").select("name").where("name", "=", p.namespaceName).where("id", "<>", p.namespaceId),
      )
      .unionAll(
        db
          .selectFrom("former_names")
          .select("name")
          .where("name", "=", p.namespaceName)
          .where((eb) => eb.or([eb("namespace_id", "is", null), eb("namespace_id", "<>", p.namespaceId)])),
      ),
);

export const insertOrganisation = statement<{
  namespaceName: string;
  displayName: string;
  description: string;
  visibility: Visibility;
  createsOnPush: 0 | 1;
  membersRole: RoleName | null;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("namespaces")
    .values({
      name: p.namespaceName,
      kind: "organisation",
      display_name: p.displayName,
      description: p.description,
      default_visibility: p.visibility,
      creates_on_push: p.createsOnPush,
      members_role: p.membersRole,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id"),
);

export const updateNamespace = statement<{
  namespaceId: number;
  displayName: string;
  description: string;
  visibility: Visibility;
  createsOnPush: 0 | 1;
  membersRole: RoleName | null;
}>()((p, { db }) =>
  db
    .updateTable("namespaces")
    .set({
      display_name: p.displayName,
      description: p.description,
      default_visibility: p.visibility,
      creates_on_push: p.createsOnPush,
      members_role: p.membersRole,
    })
    .where("id", "=", p.namespaceId),
);

export const setVerifiedPublisher = statement<{ namespaceId: number; isVerifiedPublisher: 0 | 1 }>()((p, { db }) =>
  db.updateTable("namespaces").set({ is_verified_publisher: p.isVerifiedPublisher }).where("id", "=", p.namespaceId),
);

export const setNamespaceName = statement<{ namespaceId: number; namespaceName: string }>()((p, { db }) =>
  db.updateTable("namespaces").set({ name: p.namespaceName }).where("id", "=", p.namespaceId),
);

export const setAccountName = statement<{ accountId: number; namespaceName: string }>()((p, { db }) =>
  db.updateTable("accounts").set({ name: p.namespaceName }).where("id", "=", p.accountId),
);

export const insertFormerNamespaceName = statement<{ namespaceName: string; namespaceId: number; now: number }>()(
  (p, { db }) =>
    db
      .insertInto("former_names")
      .values({ name: p.namespaceName, namespace_id: p.namespaceId, renamed_at: p.now })
      .onConflict((conflict) => conflict.column("name").doNothing()),
);

export const deleteFormerNamespaceName = statement<{ namespaceName: string; namespaceId: number }>()((p, { db }) =>
  db.deleteFrom("former_names").where("name", "=", p.namespaceName).where("namespace_id", "=", p.namespaceId),
);

/** Patterns of grants are full names: they follow. */
export const renameGrantPatterns = statement<{ namespaceId: number; to: string }>()((p, { db, dialect }) => {
  const slash = dialect === "sqlite" ? sql`instr(pattern, '/')` : sql`strpos(pattern, '/')`;
  return db
    .updateTable("grants")
    .set({ pattern: sql<string>`cast(${p.to} as text) || substr(pattern, ${slash})` })
    .where("namespace_id", "=", p.namespaceId)
    .where("pattern", "is not", null);
});

export const setNamespaceDeleted = statement<{
  namespaceId: number;
  deletedAt: number | null;
  deletedBy: string | null;
}>()((p, { db }) =>
  db
    .updateTable("namespaces")
    .set({ deleted_at: p.deletedAt, deleted_by: p.deletedBy })
    .where("id", "=", p.namespaceId),
);

/**
 * A repository that still has manifests, in the recycle bin or not. Blobs that no manifest names go by themselves, once their
 * lease is over.
 */
export const findRepositoryWithContent = statement<{ namespaceId: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select("name")
    .where("namespace_id", "=", p.namespaceId)
    .where((eb) => eb.exists(eb.selectFrom("manifests").select("id").whereRef("repository_id", "=", "repositories.id")))
    .limit(1),
);

export const deleteMembersOf = statement<{ namespaceId: number }>()((p, { db }) =>
  db.deleteFrom("members").where("namespace_id", "=", p.namespaceId),
);

export const deleteTeamsOf = statement<{ namespaceId: number }>()((p, { db }) =>
  db.deleteFrom("teams").where("namespace_id", "=", p.namespaceId),
);

export const deleteGrantsOf = statement<{ namespaceId: number }>()((p, { db }) =>
  db.deleteFrom("grants").where("namespace_id", "=", p.namespaceId),
);

export const deleteInvitationsOf = statement<{ namespaceId: number }>()((p, { db }) =>
  db.deleteFrom("invitations").where("namespace_id", "=", p.namespaceId),
);
