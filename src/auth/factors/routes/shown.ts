/** What browsers send of passkeys, as the rules take it; and which site a request says that it is at. */
import type { z } from "zod";
import { RegistryError } from "../../../errors.ts";
import { isLoopbackHost } from "../../../http/client-address.ts";
import type { RequestContext } from "../../../http/context.ts";
import { realmOf } from "../../routes/realm.ts";
import type { CookieParts } from "../../routes/session-cookie.ts";
import type { assertion, registration } from "../api.ts";
import type { Assertion, Registration } from "../passkeys.ts";
import { relyingPartyOf, type RelyingParty } from "../relying-party.ts";
import type { ShownFactor } from "../second-factors.ts";

type AssertionJson = z.output<ReturnType<typeof assertion>>;
type RegistrationJson = z.output<ReturnType<typeof registration>>;

/** Throws UNSUPPORTED where passkeys cannot be had: the Host that a request names is believed of this machine's own names alone. */
export function siteOf(context: RequestContext, parts: CookieParts): RelyingParty {
  if (parts.publicUrl === undefined && !isLoopbackHost(context.host)) {
    throw new RegistryError("UNSUPPORTED", {
      message: "passkeys need the address under which people reach this registry: set http.publicUrl",
    });
  }
  return relyingPartyOf(realmOf(context, parts));
}

export function registeredAs({ id, rawId, response }: RegistrationJson): Registration {
  assertSame(id, rawId);
  const { clientDataJSON, attestationObject, transports = [] } = response;
  return { id, clientDataJSON, attestationObject, transports };
}

export function assertedAs({ id, rawId, response }: AssertionJson): Assertion {
  assertSame(id, rawId);
  const { clientDataJSON, authenticatorData, signature, userHandle = null } = response;
  return { id, clientDataJSON, authenticatorData, signature, userHandle };
}

/**
 * The one thing that is shown. `site` and `purpose` are of passkeys. Null when there is nothing; throws REQUEST_INVALID when there are
 * several.
 */
export function shownIn(
  body: { code?: string | undefined; backupCode?: string | undefined; passkey?: AssertionJson | undefined },
  { purpose, site }: { purpose: string; site: () => RelyingParty },
): ShownFactor | null {
  const { code, backupCode, passkey } = body;
  const shown: ShownFactor[] = [];
  if (code !== undefined) shown.push({ kind: "totp", code });
  if (backupCode !== undefined) shown.push({ kind: "backup-code", code: backupCode });
  if (passkey !== undefined) {
    shown.push({ kind: "passkey", assertion: assertedAs(passkey), purpose, relyingParty: site() });
  }
  if (shown.length > 1) throw new RegistryError("REQUEST_INVALID", { message: "show one thing at a time" });
  return shown[0] ?? null;
}

function assertSame(id: string, rawId: string): void {
  if (id !== rawId) throw new RegistryError("REQUEST_INVALID", { message: "id and rawId of a passkey are the same" });
}
