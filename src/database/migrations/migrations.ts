/** Every migration, oldest first. Forward only: one that has been released is never edited. */
import type { Dialect, Migrations } from "../database.ts";
import { content } from "./0001-content.ts";
import { access } from "./0002-access.ts";

export function migrations(dialect: Dialect): Migrations {
  return { "0001-content": content(dialect), "0002-access": access(dialect) };
}
