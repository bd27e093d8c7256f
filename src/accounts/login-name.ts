/** Names of people, robots, organisations: each is also the first component of repository names, so it is written like one. */
import { RegistryError } from "../errors.ts";

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const MAX_LENGTH = 64;

/** Names that addresses of this server, or its built-in namespace, have. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "admin",
  "anonymous",
  "api",
  "assets",
  "auth",
  "healthz",
  "library",
  "login",
  "metrics",
  "n",
  "namespaces",
  "operator",
  "orgs",
  "r",
  "readyz",
  "repositories",
  "search",
  "token",
  "users",
  "v1",
  "v2",
]);

/** Whoever reads a name does not have to care for upper case. Throws NAME_INVALID. */
export function parseLoginName(text: string): string {
  const name = text.toLowerCase();
  if (name.length > MAX_LENGTH || !NAME.test(name)) {
    throw new RegistryError("NAME_INVALID", {
      message: `names have at most ${MAX_LENGTH} letters and digits, joined by single . or _ or by -`,
      detail: { name: text.slice(0, 100) },
    });
  }
  if (RESERVED_NAMES.has(name)) {
    throw new RegistryError("NAME_INVALID", {
      message: `the name ${name} is reserved: choose another`,
      detail: { name },
    });
  }
  return name;
}

/** What a login of another source becomes here, before it is known whether the name is free: `Ada.Lovelace@example.com` is `ada.lovelace`. */
export function mapLogin(login: string): string {
  const [local = ""] = login.toLowerCase().normalize("NFKD").split("@");
  const name = local
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/[._-]*([._-])/g, "$1")
    .replaceAll(/^[._-]+|[._-]+$/g, "")
    .slice(0, MAX_LENGTH - 8)
    .replaceAll(/[._-]+$/g, "");
  return name === "" || RESERVED_NAMES.has(name) ? `user${name === "" ? "" : `-${name}`}` : name;
}
