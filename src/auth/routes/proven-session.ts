/** What changes how an account is logged in to is for a browser alone in which the password was shown a short while ago. */
import type { Principal } from "../../access/principal.ts";
import { RegistryError } from "../../errors.ts";

const FRESH_MS = 10 * 60_000;
/** What `errors` of the refusal name. */
export const PROVEN_AT = "session.provenAt";

/** The caller's account and session. Throws DENIED for every other credential, and for a session that was proven too long ago. */
export function provenSession({ rights, credential }: Principal): { accountId: number; sessionId: number } {
  if (rights === null || credential?.kind !== "session") {
    throw new RegistryError("DENIED", { message: "this needs a login in a browser: tokens cannot do it" });
  }
  if (Date.now() - credential.provenAt > FRESH_MS) {
    throw new RegistryError("DENIED", {
      message: "log in again: the last login is more than ten minutes ago",
      // By this a page knows that it may ask for a proof and try again.
      detail: { path: PROVEN_AT, message: "is more than ten minutes ago: see session.prove" },
    });
  }
  return { accountId: rights.accountId, sessionId: credential.id };
}
