/** Which site a passkey is for. Browsers bind it to a name, the relying party's id, so it must be the one that people type. */
import { RegistryError } from "../../errors.ts";

/** `origin`: what the browser has to name as the page's. `id`: its host name. */
export type RelyingParty = { id: string; origin: string };

const IPV4 = /^\d+(?:\.\d+){3}$/;

/**
 * Of a web origin, such as `https://hub.example:8443`. Throws UNSUPPORTED where browsers know no passkeys: at addresses without a
 * name, and over plain HTTP except on the machine itself.
 */
export function relyingPartyOf(origin: string): RelyingParty {
  const { hostname, protocol, host } = new URL(origin);
  if (IPV4.test(hostname) || hostname.startsWith("[")) {
    throw new RegistryError("UNSUPPORTED", {
      message: `passkeys need a host name, and ${hostname} is an address: open the registry under its name (localhost on its own machine)`,
    });
  }
  const isLocal = hostname === "localhost" || hostname.endsWith(".localhost");
  if (protocol !== "https:" && !isLocal) {
    throw new RegistryError("UNSUPPORTED", { message: "passkeys need HTTPS: browsers offer them nowhere else" });
  }
  return { id: hostname, origin: `${protocol}//${host}` };
}
