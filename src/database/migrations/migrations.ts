/** Every migration, oldest first. Forward only: one that has been released is never edited. */
import type { Dialect, Migrations } from "../database.ts";
import { content } from "./0001-content.ts";
import { access } from "./0002-access.ts";
import { audit } from "./0003-audit.ts";
import { limits } from "./0004-limits.ts";
import { repositoryLists } from "./0009-repository-lists.ts";

export function migrations(dialect: Dialect): Migrations {
  return {
    "0001-content": content(dialect),
    "0002-access": access(dialect),
    "0003-audit": audit(dialect),
    "0004-limits": limits(dialect),
    "0009-repository-lists": repositoryLists(),
  };
}
