/** What is granted, and what roles mean in words. */
import type { client } from "../../data/client.ts";

export type Grant = Awaited<ReturnType<typeof client.grants.list>>["items"][number];
export type Role = Grant["role"];

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  read: "Read: pull",
  write: "Write: pull and push",
  maintain: "Maintain: push, delete tags, describe",
  admin: "Admin: everything, also rights and deletion",
};
