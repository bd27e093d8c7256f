/** Every statement on all repositories of a namespace at once. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

/** Whatever stands before the first slash gives way to the new name. */
export const renameRepositoriesOf = statement<{ namespaceId: number; to: string }>()((p, { db, dialect }) => {
  const slash = dialect === "sqlite" ? sql`instr(name, '/')` : sql`strpos(name, '/')`;
  return db
    .updateTable("repositories")
    .set({ name: sql<string>`cast(${p.to} as text) || substr(name, ${slash})` })
    .where("namespace_id", "=", p.namespaceId);
});

/** One whose name would have more than `maxLength` characters if it had `growth` more. */
export const findTooLongName = statement<{ namespaceId: number; growth: number; maxLength: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select("name")
    .where("namespace_id", "=", p.namespaceId)
    .where(sql<boolean>`length(name) + cast(${p.growth} as integer) > cast(${p.maxLength} as integer)`)
    .limit(1),
);

export const hideRepositoriesOf = statement<{ namespaceId: number; deletedAt: number; deletedBy: string }>()(
  (p, { db }) =>
    db
      .updateTable("repositories")
      .set({ deleted_at: p.deletedAt, deleted_by: p.deletedBy })
      .where("namespace_id", "=", p.namespaceId)
      .where("deleted_at", "is", null),
);

/** Those that went with their namespace at that moment. */
export const showRepositoriesOf = statement<{ namespaceId: number; deletedAt: number }>()((p, { db }) =>
  db
    .updateTable("repositories")
    .set({ deleted_at: null, deleted_by: null })
    .where("namespace_id", "=", p.namespaceId)
    .where("deleted_at", "=", p.deletedAt),
);
