/**
 * What an htpasswd file says, read as Apache reads it: `name:hash`, `#` comments, the first of two lines for one name.
 * Only bcrypt counts; the other kinds of hash that the format knows are broken in hours, or are none.
 */
import { bcryptCostOf, MAX_BCRYPT_COST } from "../passwords.ts";

export type HtpasswdFile = {
  /** By name, as it is written. Null for a name whose line cannot be used: a later line does not take it over. */
  hashes: ReadonlyMap<string, string | null>;
  /** How many have a hash. */
  userCount: number;
  /** The bcrypt cost that most hashes have, null when there is none. */
  usualCost: number | null;
  /** Lines that were skipped, the first MAX_PROBLEMS of them; they quote nothing of the file. */
  problems: readonly LineProblem[];
  problemCount: number;
};

/** `line` counts from 1. */
export type LineProblem = { line: number; problem: string };

const MAX_PROBLEMS = 20;
export const MAX_NAME_BYTES = 255;

// oxlint-disable-next-line no-control-regex
const UNREADABLE = /[\u0000-\u001f\u007f-\u009f\ufffd]/;

export function parseHtpasswd(text: string): HtpasswdFile {
  const hashes = new Map<string, string | null>();
  const costs = new Map<number, number>();
  const problems: LineProblem[] = [];
  let problemCount = 0;
  let userCount = 0;

  let line = 0;
  for (let start = 0; start < text.length; line += 1) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const problem = readLine(text.slice(start, end).trim());
    if (problem !== null && problems.length < MAX_PROBLEMS) problems.push({ line: line + 1, problem });
    if (problem !== null) problemCount += 1;
    start = end + 1;
  }

  const usual = [...costs].sort(([, a], [, b]) => b - a)[0];
  return { hashes, userCount, usualCost: usual?.[0] ?? null, problems, problemCount };

  function readLine(content: string): string | null {
    if (content === "" || content.startsWith("#")) return null;
    const [name = "", hash = null] = content.split(":", 3);
    if (hash === null) return "has no colon between a name and a hash";
    const nameProblem = findNameProblem(name);
    if (nameProblem !== null) return nameProblem;
    if (hashes.has(name)) return "has the name of an earlier line, which is the one that counts";
    const cost = bcryptCostOf(hash);
    hashes.set(name, cost === null ? null : hash);
    if (cost === null) return describeHash(hash);
    costs.set(cost, (costs.get(cost) ?? 0) + 1);
    userCount += 1;
    return null;
  }
}

function findNameProblem(name: string): string | null {
  if (name === "") return "has no name";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `has a name of more than ${MAX_NAME_BYTES} bytes`;
  if (UNREADABLE.test(name)) return "has a name with control characters, or one that is not UTF-8";
  return null;
}

function describeHash(hash: string): string {
  return hash.startsWith("$2")
    ? `has a damaged bcrypt hash, or one that costs more than ${MAX_BCRYPT_COST}: set the password again with htpasswd -B`
    : "has a hash that is not bcrypt: set the password again with htpasswd -B";
}
