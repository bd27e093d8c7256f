/**
 * Tokens that a machine's own platform gave it (GitHub Actions, GitLab CI, Kubernetes …), so that a job logs in without a stored secret.
 *
 * Whom they are believed from is in trust rules: an issuer and the audience that this server is called by. Nothing is
 * asked of an issuer before a token fits a rule in everything but its signature.
 */
import type { JsonObject } from "../oci/json.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { isSignedBy, parseToken } from "./issuer-token.ts";

export const MAX_TOKEN_CHARACTERS = 8 * 1024;
/** A job ends within a day; a token that lives longer is a stored secret again. */
const MAX_LIFE_SECONDS = 24 * 60 * 60;
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_SUBJECT_CHARACTERS = 1024;

/** One issuer whose tokens are believed, when they are meant for `audience`. Both are compared exactly. */
export type WorkloadRule = { issuer: string; audience: string };

export type WorkloadIdentity = {
  issuer: string;
  subject: string;
  audience: string;
  /** All that the token says, for `matchesClaims`. */
  claims: Readonly<JsonObject>;
};

export type WorkloadTokensParts = { keys?: IssuerKeys; now?: () => number };

export class WorkloadTokens {
  readonly #keys: IssuerKeys;
  readonly #now: () => number;

  constructor({ now = Date.now, keys = new IssuerKeys({ now }) }: WorkloadTokensParts = {}) {
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * Who the token is about; null for every token that is not valid under one of the rules. Throws SourceUnavailableError when
   * that cannot be found out because the issuer does not answer.
   *
   * A token must have `iss`, `sub`, `exp`, `iat`, `nbf` and exactly one audience, and live at most 24 hours; clocks may differ by
   * 60 seconds.
   */
  async verify(token: string, rules: readonly WorkloadRule[]): Promise<WorkloadIdentity | null> {
    const parsed = parseToken(token, MAX_TOKEN_CHARACTERS);
    if (parsed === null) return null;
    const { header, claims } = parsed;
    const audience = readAudience(claims);
    const subject = readSubject(claims);
    if (audience === null || subject === null || !isCurrent(claims, this.#now())) return null;
    const rule = rules.find((it) => it.issuer === claims["iss"] && it.audience === audience);
    if (rule === undefined || audience === "") return null;
    const { issuer } = rule;
    return (await isSignedBy(issuer, token, header, this.#keys)) ? { issuer, subject, audience, claims } : null;
  }
}

/**
 * Whether each condition's claim is text that fits its pattern from end to end; `*` stands for any characters, also none.
 * A claim that is missing, empty or no text fits nothing, and without conditions nothing fits.
 */
export function matchesClaims(
  claims: Readonly<Record<string, unknown>>,
  conditions: Readonly<Record<string, string>>,
): boolean {
  const entries = Object.entries(conditions);
  return (
    entries.length > 0 &&
    entries.every(([name, pattern]) => {
      const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
      return typeof value === "string" && value !== "" && fits(value, pattern);
    })
  );
}

/** Takes each piece between the stars where it first occurs: no piece ever has to be looked for twice. */
function fits(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/** A token for several audiences could be used here by any of the others. */
function readAudience({ aud }: JsonObject): string | null {
  const only = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  return typeof only === "string" ? only : null;
}

function readSubject({ sub }: JsonObject): string | null {
  return typeof sub === "string" && sub !== "" && sub.length <= MAX_SUBJECT_CHARACTERS ? sub : null;
}

function isCurrent({ exp, iat, nbf }: JsonObject, nowMs: number): boolean {
  if (typeof exp !== "number" || typeof iat !== "number" || typeof nbf !== "number") return false;
  const now = nowMs / 1000;
  if (exp <= now - CLOCK_TOLERANCE_SECONDS) return false;
  if (Math.max(iat, nbf) > now + CLOCK_TOLERANCE_SECONDS) return false;
  return exp > iat && exp - iat <= MAX_LIFE_SECONDS;
}
