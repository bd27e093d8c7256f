/**
 * From where people sign in. A place is a kind of browser on a kind of system, and the network that it is in: versions, and the
 * rest of an address, change without anybody having moved.
 */
import type { Transaction } from "../database/database.ts";
import * as queries from "./queries/sign-in-places.ts";
import type { SessionClient } from "./sessions.ts";

const KEEP_MS = 365 * 86_400_000;
const MAX_PLACES = 100;
/** The first that the text names: most browsers name others, too, whose pages they can show. */
const BROWSERS = ["Edg", "OPR", "FxiOS", "Firefox", "CriOS", "Chrome", "Safari"];
const SYSTEMS = ["iPhone", "iPad", "Android", "Windows", "CrOS", "Mac OS X", "Linux"];
const MAX_AGENT_LENGTH = 512;
const MAX_PROGRAM_LENGTH = 32;

/** Remembers the place. True when the account was signed in to before, and not from there. */
export async function noteSignIn(trx: Transaction, accountId: number, client: SessionClient): Promise<boolean> {
  const place = placeOf(client);
  const now = Date.now();
  const found = await queries.findSignInPlaces.first(trx, { accountId, place });
  await queries.saveSignInPlace.run(trx, { accountId, place, now });
  if (found === null || found.here_at !== null) return false;
  await queries.deleteOldSignInPlaces.run(trx, { accountId, before: now - KEEP_MS, keep: MAX_PLACES });
  return found.last_at !== null;
}

/** `Firefox Linux 192.0.2`; of a program that is no browser its first word. */
export function placeOf({ address, agent }: SessionClient): string {
  const text = agent.slice(0, MAX_AGENT_LENGTH);
  const browser = BROWSERS.find((it) => text.includes(`${it}/`));
  const system = SYSTEMS.find((it) => text.includes(it)) ?? "-";
  const program = /^[A-Za-z][A-Za-z0-9._-]*/.exec(text)?.[0].slice(0, MAX_PROGRAM_LENGTH) ?? "-";
  return `${browser ?? program} ${system} ${networkOf(address)}`;
}

/** The first three numbers of an IPv4 address, the first three groups of an IPv6 one. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(?=\d+\.)/i.exec(address)?.[0].length ?? 0;
  const text = address.slice(mapped, 64);
  if (!text.includes(":")) return text.split(".").slice(0, 3).join(".");
  const [head = ""] = text.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  return [...groups, "0", "0", "0"].slice(0, 3).join(":");
}
