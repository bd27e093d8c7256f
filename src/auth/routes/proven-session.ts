/** What changes how an account is logged in to is for a browser alone in which the password was shown a short while ago. */
import type { Principal } from "../../access/principal.ts";
import { RegistryError } from "../../errors.ts";

const FRESH_MS = 10 * 60_000;

/** The caller's account and session. Throws DENIED for every other credential, and for a session that was proven too long ago. */
export function provenSession({ rights, credential }: Principal): { accountId: number; sessionId: number } {
  if (rights === null || credential?.kind !== "session") {
    throw new RegistryError("DENIED", { message: "this needs a login in a browser: tokens cannot do it" });
  }
  if (Date.now() - credential.provenAt > FRESH_MS) {
    throw new RegistryError("DENIED", { message: "log in again: the last login is more than ten minutes ago" });
  }
  return { accountId: rights.accountId, sessionId: credential.id };
}
