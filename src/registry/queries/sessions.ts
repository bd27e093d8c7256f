/** Every statement on upload sessions. */
import { statement } from "../../database/statement.ts";

export const findSession = statement<{ id: string }>()((p, { db }) =>
  db.selectFrom("upload_sessions").selectAll().where("id", "=", p.id),
);

type SessionValues = {
  id: string;
  repositoryName: string;
  principal: string;
  algorithm: "sha256" | "sha512";
  offsetBytes: number;
  storageKey: string | null;
  content: Uint8Array | null;
  createdAt: number;
  now: number;
};

export const insertSession = statement<SessionValues>()((p, { db }) =>
  db.insertInto("upload_sessions").values({
    id: p.id,
    repository_name: p.repositoryName,
    principal: p.principal,
    algorithm: p.algorithm,
    offset_bytes: p.offsetBytes,
    storage_key: p.storageKey,
    content: p.content,
    created_at: p.createdAt,
    updated_at: p.now,
  }),
);

export const updateSession = statement<SessionValues>()((p, { db }) =>
  db
    .updateTable("upload_sessions")
    .set({ offset_bytes: p.offsetBytes, storage_key: p.storageKey, content: p.content, updated_at: p.now })
    .where("id", "=", p.id),
);

export const deleteSession = statement<{ id: string }>()((p, { db }) =>
  db.deleteFrom("upload_sessions").where("id", "=", p.id),
);

export const deleteStaleSession = statement<{ id: string; before: number }>()((p, { db }) =>
  db.deleteFrom("upload_sessions").where("id", "=", p.id).where("updated_at", "<", p.before),
);

export const listStaleSessions = statement<{ before: number; limit: number }>()((p, { db }) =>
  db.selectFrom("upload_sessions").select("id").where("updated_at", "<", p.before).orderBy("updated_at").limit(p.limit),
);

export const countSessions = statement<{ principal: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom((eb) =>
      eb.selectFrom("upload_sessions").select("id").where("principal", "=", p.principal).limit(p.limit).as("some"),
    )
    .select((eb) => eb.fn.countAll<number>().as("count")),
);
