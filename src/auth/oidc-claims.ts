/**
 * What a login provider's claims say of a person, and whether that person may come in.
 *
 * A claim is what the provider means it to be or the login fails: nothing is guessed from a list, a number or an empty text.
 */
import { RegistryError } from "../errors.ts";
import type { JsonObject, JsonValue } from "../oci/json.ts";
import type { OidcConfig } from "./oidc-config.ts";
import type { Identity } from "./source.ts";

const MAX_CHARACTERS = 255;
const MAX_EMAIL_CHARACTERS = 254;
const MAX_GROUPS = 1000;

/** Control characters, and those that turn the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;
/** Exactly one `@`: with several, readers disagree about the domain. */
const EMAIL = /^[^@\s"(),:;<>[\\\]]+@[^@\s"(),:;<>[\\\]]+$/;

/** Whether the ID token leaves anything open that the provider may say at its userinfo endpoint. */
export function lacksClaims(token: JsonObject, { claims }: OidcConfig): boolean {
  return Object.values(claims).some((name) => own(token, name) === undefined);
}

/**
 * The person of a validated ID token, with what only `userinfo` (of the same `sub`) says; what the token says goes first.
 * Throws UNAUTHORIZED on a claim that is missing or malformed, and DENIED when the configuration does not admit the person.
 */
export function readIdentity(token: JsonObject, userinfo: JsonObject, config: OidcConfig): Identity {
  const { name, claims } = config;
  const find = (claim: string) => own(token, claim) ?? own(userinfo, claim);
  const email = readEmail(own(token, claims.email) === undefined ? userinfo : token, claims.email);
  const identity: Identity = {
    source: `oidc:${name}`,
    subject: require(own(token, "sub"), "sub"),
    login: require(find(claims.login), claims.login),
    displayName: readText(find(claims.displayName), claims.displayName),
    email,
    isEmailVerified: email !== null,
    groups: readGroups(find(claims.groups), claims.groups, [token, userinfo]),
  };
  assertAdmitted(identity, config);
  return identity;
}

function assertAdmitted({ email, groups }: Identity, { allowedGroups, allowedEmailDomains }: OidcConfig): void {
  if (allowedGroups && !groups.some((group) => allowedGroups.includes(group))) {
    throw new RegistryError("DENIED", { message: "none of your groups may log in here" });
  }
  const domain = email?.split("@")[1]?.toLowerCase();
  if (allowedEmailDomains && !allowedEmailDomains.some((it) => it.toLowerCase() === domain)) {
    throw new RegistryError("DENIED", {
      message: "no verified e-mail address of yours is in a domain that may log in here",
    });
  }
}

function own(claims: JsonObject, name: string): JsonValue | undefined {
  // Some providers write null for what they do not know.
  return Object.hasOwn(claims, name) ? (claims[name] ?? undefined) : undefined;
}

function require(value: JsonValue | undefined, claim: string): string {
  if (value === undefined) throw refused(claim, "is missing");
  if (value === "") throw refused(claim, "is empty");
  return readWord(value, claim);
}

/** Null when there is none; an empty text is how some say so. */
function readText(value: JsonValue | undefined, claim: string): string | null {
  return value === undefined || value === "" ? null : readWord(value, claim);
}

function readWord(value: JsonValue, claim: string): string {
  if (typeof value !== "string") throw refused(claim, "is no text");
  if (value.length > MAX_CHARACTERS) throw refused(claim, `is longer than ${MAX_CHARACTERS} characters`);
  if (value.trim() === "" || UNPRINTABLE.test(value)) throw refused(claim, "is not printable");
  return value;
}

/** An address for which the same document vouches, or null. */
function readEmail(claims: JsonObject, claim: string): string | null {
  const text = readText(own(claims, claim), claim);
  if (text === null || own(claims, "email_verified") !== true) return null;
  if (text.length > MAX_EMAIL_CHARACTERS || !EMAIL.test(text)) throw refused(claim, "is no e-mail address");
  return text;
}

function readGroups(value: JsonValue | undefined, claim: string, documents: readonly JsonObject[]): string[] {
  if (value === undefined) {
    // Taken for none, the groups that a provider keeps elsewhere would cost people their teams.
    const isElsewhere = documents
      .map((it) => own(it, "_claim_names"))
      .some((it) => isRecord(it) && Object.hasOwn(it, claim));
    if (isElsewhere) throw refused(claim, "has more groups than the provider puts into a token");
    return [];
  }
  const groups = Array.isArray(value) ? value : [value];
  if (groups.length > MAX_GROUPS) throw refused(claim, `has more than ${MAX_GROUPS} groups`);
  return [...new Set(groups.map((group) => require(group, claim)))];
}

function isRecord(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names the claim, which an operator chose, and never its value. */
function refused(claim: string, what: string): RegistryError {
  return new RegistryError("UNAUTHORIZED", { message: `the login provider's claim ${claim} ${what}` });
}
