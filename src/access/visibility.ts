/** Lists, searches and counts ask here, in SQL, what `authorize` answers for one resource. */
import { sql, type RawBuilder } from "kysely";
import type { Principal } from "./principal.ts";

/** The parameter that a statement using `visibleTo` must be given. */
export type VisibilityParameters = { seesAll: 0 | 1 };

export function visibilityOf(principal: Principal): VisibilityParameters {
  return { seesAll: principal.isOpen ? 1 : 0 };
}

/** A condition on rows of `repositories`. `parameters` are the statement's own stand-ins. */
export function visibleTo(parameters: VisibilityParameters): RawBuilder<boolean> {
  return sql<boolean>`(${parameters.seesAll} = 1)`;
}
