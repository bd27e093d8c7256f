/** Lists, searches and counts ask here, in SQL, what `authorize` answers for one resource: who may pull. */
import { sql, type RawBuilder } from "kysely";
import { letsThrough, listedPatterns } from "./ceiling.ts";
import { likeOf } from "./pattern.ts";
import type { Dialect } from "../database/database.ts";
import type { Principal } from "./principal.ts";

/** The parameters that a statement using `visibleTo` must be given. */
export type VisibilityParameters = {
  seesAll: 0 | 1;
  seesPublic: 0 | 1;
  /** 0 for callers without an account. */
  viewerId: number;
  /** The one repository of a robot that is confined to it, else 0. */
  confinedTo: number;
  /** Whether the credential lets only some names through, and which: JSON list of LIKE patterns. */
  isLimited: 0 | 1;
  limits: string;
};

export function visibilityOf({ isOpen, seesPublic, rights, ceiling }: Principal): VisibilityParameters {
  const sees = isOpen || (rights !== null && (rights.systemRole !== "none" || rights.everywhere !== null));
  const patterns = listedPatterns(ceiling);
  // A token without any reach lists nothing, not even what is public: it was not made for lists.
  const mayList = ceiling === null || letsThrough(ceiling, "list", null);
  return {
    seesAll: sees ? 1 : 0,
    seesPublic: seesPublic && mayList ? 1 : 0,
    viewerId: rights?.accountId ?? 0,
    confinedTo: rights?.confinedTo ?? 0,
    isLimited: patterns === null ? 0 : 1,
    limits: JSON.stringify((patterns ?? []).map(likeOf)),
  };
}

/** Whether nothing is hidden from them, not even what is deleted: an account that sees all, by a credential without limits. */
export function seesEverything({ seesAll, isLimited, confinedTo }: VisibilityParameters): boolean {
  return seesAll === 1 && isLimited === 0 && confinedTo === 0;
}

/** As `visibleTo`, and for those who see everything rows in the recycle bin too. */
export function visibleWithDeletedTo(p: VisibilityParameters, dialect: Dialect): RawBuilder<boolean> {
  return sql<boolean>`((${p.seesAll} = 1 and ${p.isLimited} = 0 and ${p.confinedTo} = 0) or ${visibleTo(p, dialect)})`;
}

/**
 * A condition on rows of `repositories`. `p` are the statement's own stand-ins. The order matters: what is cheap and decides
 * for most comes first.
 */
export function visibleTo(p: VisibilityParameters, dialect: Dialect): RawBuilder<boolean> {
  const limits =
    dialect === "sqlite" ? sql`json_each(${p.limits})` : sql`json_array_elements_text(${p.limits}::json) as value`;
  const matches = sql`repositories.name like replace(replace(grants.pattern, '_', '\\_'), '*', '%') escape '\\'`;
  const isMeant = sql`(grants.repository_id = repositories.id or (grants.repository_id is null and (grants.pattern is null or ${matches})))`;
  return sql<boolean>`(repositories.deleted_at is null and (
    (${p.seesPublic} = 1 and repositories.visibility = 'public')
    or (
      (${p.isLimited} = 0 or exists (select 1 from ${limits} where repositories.name like value escape '\\'))
      and (${p.confinedTo} = 0 or repositories.id = ${p.confinedTo})
      and (
        ${p.seesAll} = 1
        or exists (select 1 from namespaces where namespaces.id = repositories.namespace_id and namespaces.account_id = ${p.viewerId})
        or exists (
          select 1 from members inner join namespaces on namespaces.id = members.namespace_id
          where members.namespace_id = repositories.namespace_id and members.account_id = ${p.viewerId}
            and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1 from grants
          where grants.namespace_id = repositories.namespace_id and grants.account_id = ${p.viewerId} and ${isMeant}
        )
        or exists (
          select 1 from team_members inner join grants on grants.team_id = team_members.team_id
          where team_members.account_id = ${p.viewerId} and grants.namespace_id = repositories.namespace_id and ${isMeant}
        )
      )
    )
  ))`;
}
