/**
 * What the audit log may keep of a value. It keeps which fields changed and what harmless ones were, never what lets somebody
 * in (R75): whatever is called a password, token, key or the like, whatever has the form of one, and every `Secret`, becomes ***.
 */
import { SECRET_MASK, Secret } from "../lib/secret.ts";

const MAX_TEXT = 256;
const MAX_FIELDS = 40;
const MAX_ENTRIES = 20;
const MAX_DEPTH = 3;
const MAX_JSON = 4_096;

/** Names of fields, whatever their spelling: `passwordHash`, `api_key`, `set-cookie`. */
const SECRET_NAME =
  /pass|secret|token|hash|credential|cookie|authori[sz]ation|bearer|signature|(?:\b|api|private)keys?\b|otp|codes?\b|\bpin\b|seed|assertion|challenge/i;

/** Ends of names that say about a secret what is none itself. */
const HARMLESS_NAME = /(?:Id|Ids|Name|Kind|At|Count|Hint)$|^hint$/;

/**
 * Our own tokens, JWTs, hashes of passwords, PEM, credentials in a URL, headers with credentials, and those of others that
 * people paste by mistake.
 */
const SECRET_TEXTS = [
  /berth_[a-z]+_[\w-]+/gi,
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*){0,3}/g,
  /\$(?:argon2(?:id|i|d)|2[abxy])\$[^\s"']+/g,
  /-----BEGIN [\s\S]*/g,
  /(?<=:\/\/)[^\s/@]{1,512}@/g,
  /\b(?:basic|bearer)\s+[\w+/=.~-]{6,}/gi,
  /\b(?:gh[pousr]_|github_pat_|glpat-|dckr_pat_|xox[abprs]-|AKIA)[\w-]{8,}/g,
  /(?<=[?&;](?:sig|signature|token|access_token|code|state|password|x-amz-[\w-]+)=)[^&\s]+/gi,
];

/** Names, tags and digests, which nearly everything is: none of the forms above fits. */
const PLAIN = /^[a-z0-9./-]*(?::[a-z0-9.-]*)?$/;

/** Text for a column: at most so many characters, on one line, without what looks like a credential. */
export function auditText(text: string, maxLength = MAX_TEXT): string {
  if (text.length <= maxLength && PLAIN.test(text) && !text.includes("glpat-")) return text;
  // Bounded before it is searched: some of what comes here was sent by strangers.
  let clean = text.slice(0, maxLength * 4).toWellFormed();
  for (const pattern of SECRET_TEXTS) clean = clean.replace(pattern, SECRET_MASK);
  clean = clean.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return clean.length <= maxLength ? clean : `${clean.slice(0, maxLength - 1).toWellFormed()}…`;
}

/**
 * JSON of the fields, for `before` and `after`; null when there are none. One that is too long for the log keeps the names of
 * its fields alone.
 */
export function auditFields(fields: Readonly<Record<string, unknown>> | undefined): string | null {
  if (fields === undefined) return null;
  const kept = keep(fields, 0);
  const json = JSON.stringify(kept);
  if (json === "{}") return null;
  if (json.length <= MAX_JSON) return json;
  const names = Object.keys(fields).slice(0, MAX_FIELDS);
  return JSON.stringify(Object.fromEntries(names.map((name) => [auditText(name, 64), "…"])));
}

/**
 * The fields in which two states of a thing differ, as the log takes them. Of a secret it says no more than that it changed:
 * both sides show ***.
 */
export function changedFields<T extends Readonly<Record<string, unknown>>>(
  before: T,
  after: Readonly<Partial<T>>,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const names = Object.keys(after).filter((name) => !isSame(before[name], after[name]));
  const pick = (from: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
  return { before: pick(before), after: pick(after) };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function keep(value: unknown, depth: number): unknown {
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return auditText(value);
  if (typeof value !== "object") return null;
  if (value instanceof Secret || ArrayBuffer.isView(value)) return SECRET_MASK;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((it) => keep(it, depth + 1));
  const entries = Object.entries(value)
    .filter(([, it]) => it !== undefined)
    .slice(0, MAX_FIELDS)
    .map(([name, it]) => [auditText(name, 64), isSecretName(name) && it !== null ? SECRET_MASK : keep(it, depth + 1)]);
  return Object.fromEntries(entries);
}

function isSecretName(name: string): boolean {
  // Words of camelCase and kebab-case apart, so that `monkey` is none and `apiKey` is one.
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_.-]+/g, " ");
  return SECRET_NAME.test(words) && !HARMLESS_NAME.test(name);
}
