/** Every migration, oldest first. Forward only: one that has been released is never edited. */
import type { Dialect, Migrations } from "../database.ts";
import { content } from "./0001-content.ts";
import { access } from "./0002-access.ts";
import { audit } from "./0003-audit.ts";
import { limits } from "./0004-limits.ts";
import { repositoryLists } from "./0009-repository-lists.ts";
import { tokenParents } from "./0010-token-parents.ts";
import { membershipSource } from "./0011-membership-source.ts";
import { images } from "./0012-images.ts";
import { layers } from "./0013-layers.ts";
import { search } from "./0014-search.ts";
import { usage } from "./0015-usage.ts";
import { signInPlaces } from "./0016-sign-in-places.ts";

export function migrations(dialect: Dialect): Migrations {
  return {
    "0001-content": content(dialect),
    "0002-access": access(dialect),
    "0003-audit": audit(dialect),
    "0004-limits": limits(dialect),
    "0009-repository-lists": repositoryLists(),
    "0010-token-parents": tokenParents(dialect),
    "0011-membership-source": membershipSource(dialect),
    "0012-images": images(dialect),
    "0013-layers": layers(dialect),
    "0014-search": search(dialect),
    "0015-usage": usage(dialect),
    "0016-sign-in-places": signInPlaces(dialect),
  };
}
