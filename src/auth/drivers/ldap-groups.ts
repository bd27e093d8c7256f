/** The groups of a person: those that the entry names, or those that a search finds. */
import type { Log } from "../../telemetry/log.ts";
import { isDn, type LdapOptions } from "../ldap-config.ts";
import type { LdapConnection } from "./ldap-connection.ts";
import { type LdapEntry, LdapFailure } from "./ldap-decoder.ts";
import { fillFilter, isWithin, parseDn } from "./ldap-dn.ts";
import { isName, textsOf } from "./ldap-person.ts";

const GROUPS_LIMIT = 1000;
const PAGE_SIZE = 200;
/** Directories may return fewer than a page asks for, but not for ever. */
const PAGES_LIMIT = 50;

const SUCCESS = 0;
/** Limits of time, size or administration: what came until then is true, if not all. */
const CUT_SHORT: readonly number[] = [3, 4, 11];

export type GroupsOf = {
  connection: LdapConnection;
  entry: LdapEntry;
  /** As the directory writes it. */
  login: string;
  options: LdapOptions;
  log: Log;
};

/** At most 1,000 names of at most 255 characters; what is beyond that is left out with a warning. Throws LdapFailure. */
export async function listGroups({ connection, entry, login, options, log }: GroupsOf): Promise<string[]> {
  const { from, attribute } = options.groups;
  if (from === "none") return [];
  const found =
    from === "attribute"
      ? { names: namesOf(textsOf(entry, attribute), options), isAll: true }
      : await search(connection, fillFilter(options.groups.filter, { dn: entry.dn, login }), options);
  const distinct = [...new Set(found.names)];
  const usable = distinct.filter(isName);
  const groups = usable.slice(0, GROUPS_LIMIT);
  if (groups.length < distinct.length || !found.isAll) {
    log.warn("not all groups of a person in the directory count", {
      directory: options.name,
      login,
      counted: groups.length,
      tooLongOrUnreadable: distinct.length - usable.length,
    });
  }
  return groups;
}

/** Names of groups from the values of an attribute: mostly distinguished names, in some directories plain ones. */
function namesOf(values: readonly string[], { groups }: LdapOptions): string[] {
  const { baseDn, name } = groups;
  return values.slice(0, 2 * GROUPS_LIMIT).flatMap((value) => {
    // Long names are left out later; taking them apart would be work for nothing.
    if (!isName(value)) return isDn(name) ? [value] : [];
    if (baseDn !== undefined && !isWithin(value, baseDn)) return [];
    if (isDn(name)) return [value];
    const pairs = parseDn(value)?.[0] ?? [];
    return pairs.filter(({ type }) => type === name.toLowerCase()).map((pair) => pair.value);
  });
}

async function search(
  connection: LdapConnection,
  filter: string,
  { groups }: LdapOptions,
): Promise<{ names: string[]; isAll: boolean }> {
  const { baseDn = "", name } = groups;
  // 1.1 asks for no attribute at all (RFC 4511, 4.5.1.8).
  const attributes = [isDn(name) ? "1.1" : name];
  const names: string[] = [];
  let cookie: Buffer = Buffer.alloc(0);
  for (let page = 0; page < PAGES_LIMIT && names.length <= GROUPS_LIMIT; page += 1) {
    const { entries, result } = await connection.search({
      base: baseDn,
      scope: "sub",
      filter,
      attributes,
      page: { size: PAGE_SIZE, cookie },
    });
    for (const entry of entries) names.push(...(isDn(name) ? [entry.dn] : textsOf(entry, name).slice(0, 1)));
    if (CUT_SHORT.includes(result.code)) return { names, isAll: false };
    if (result.code !== SUCCESS) {
      throw new LdapFailure(
        `the search for groups failed with code ${result.code}: check groups.baseDn, groups.filter and the rights of the account that searches`,
      );
    }
    if (result.cookie.length === 0) return { names, isAll: true };
    cookie = result.cookie;
  }
  return { names, isAll: false };
}
