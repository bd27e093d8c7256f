/** Tells those who count what goes on when something is pushed. Refuses nothing. A push that changes nothing is none. */
import type { Activity } from "../repositories/activity.ts";
import type { Gate } from "./gates.ts";

export function notesPushes(activity: Activity): Gate {
  return (trx, { kind, repository }) => {
    if (kind === "manifest-put" || kind === "tag-put") trx.afterCommit(() => activity.pushed(repository));
    return Promise.resolve();
  };
}
