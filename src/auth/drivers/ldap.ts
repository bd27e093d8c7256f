/**
 * Logins against a directory: LDAP or Active Directory.
 *
 * A login finds its entry with the service account (or as nobody), proves its password by binding as that entry on a
 * connection of its own, and takes name, address and groups from the entry. Nothing is kept between logins, and one
 * deadline covers all of a login: a directory that is slow, silent or gone is unavailable, and never a hang.
 */
import type { Log } from "../../telemetry/log.ts";
import type { LdapOptions } from "../ldap-config.ts";
import { type Identity, type PasswordSource, SourceUnavailableError } from "../source.ts";
import { type LdapConnection, openConnection } from "./ldap-connection.ts";
import { type LdapEntry, LdapFailure } from "./ldap-decoder.ts";
import { fillFilter } from "./ldap-dn.ts";
import { listGroups } from "./ldap-groups.ts";
import { attributesOfPerson, isName, readPerson } from "./ldap-person.ts";
import { LdapTurns } from "./ldap-turns.ts";

const PASSWORD_LIMIT = 1024;
/** Each takes up to two connections. */
const LOGINS_AT_ONCE = 8;
const LOGINS_WAITING = 256;

const SUCCESS = 0;
const SIZE_LIMIT_EXCEEDED = 4;
const INVALID_CREDENTIALS = 49;
/** What directories say to a wrong password, and to accounts that are locked, disabled, expired, or gone by now. */
const REFUSALS: readonly number[] = [19, 32, 48, INVALID_CREDENTIALS, 50, 53];

const ADVICE: Readonly<Record<number, string>> = {
  1: "set bindDn and bindPassword, if it does not let everyone search",
  8: "it wants an encrypted connection: use ldaps://, or startTls",
  10: "baseDn lies in another directory: use the url of that one",
  13: "it wants an encrypted connection: use ldaps://, or startTls",
  32: "baseDn does not exist, or the account that searches may not read it",
  50: "the account that searches lacks the right to",
};

/**
 * Makes the source of one directory, `ldap:<name>`. It connects when somebody logs in. Says so in the log when passwords
 * go unencrypted, and whenever the directory cannot be asked: SourceUnavailableError need not be logged again.
 */
export function ldapSource(options: LdapOptions & { log: Log }): PasswordSource {
  const { log, bindDn, bindPassword } = options;
  const name = `ldap:${options.name}`;
  const turns = new LdapTurns({ atOnce: LOGINS_AT_ONCE, waiting: LOGINS_WAITING });
  const running = new Set<AbortController>();
  let isClosed = false;
  /** About how long directory and network take over a password; people who are not there are refused as slowly. */
  let proofMs = 0;

  if (!options.startTls && options.url.startsWith("ldap:")) {
    log.warn("passwords go to this directory in the clear: use ldaps://, or startTls", { directory: options.name });
  }

  async function verify(login: string, password: string): Promise<Identity | null> {
    // An empty password binds as nobody, which succeeds; so these are refused before anything is sent.
    if (!isName(login) || !isPassword(password)) return null;
    const aborter = new AbortController();
    const { signal } = aborter;
    const late = new LdapFailure(`the directory did not answer within ${options.timeoutSeconds} s`);
    const timer = setTimeout(() => aborter.abort(late), options.timeoutSeconds * 1000);
    running.add(aborter);
    try {
      if (isClosed) throw new LdapFailure("this server is stopping");
      return await turns.take(signal, () => logIn(login, password, signal));
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (!(reason instanceof LdapFailure)) throw error;
      log.error(`a login could not be checked: ${reason.message}`, { directory: options.name, url: options.url });
      throw new SourceUnavailableError(`the directory ${options.name} cannot be asked at the moment`);
    } finally {
      clearTimeout(timer);
      running.delete(aborter);
    }
  }

  async function logIn(login: string, password: string, signal: AbortSignal): Promise<Identity | null> {
    const searching = await openConnection(options, signal);
    try {
      await bindAsService(searching);
      const entry = await findEntry(searching, login);
      if (entry === null) {
        await pause(proofMs, signal);
        return null;
      }
      const startedAt = performance.now();
      const own = await openConnection(options, signal);
      try {
        const isProven = await prove(own, entry.dn, password);
        proofMs = performance.now() - startedAt;
        if (!isProven) return null;
        return await identify(bindDn === undefined ? own : searching, entry);
      } finally {
        own.close();
      }
    } finally {
      searching.close();
    }
  }

  async function bindAsService(connection: LdapConnection): Promise<void> {
    if (bindDn === undefined || bindPassword === undefined) return;
    const result = await connection.bind(bindDn, bindPassword.reveal());
    if (result.code === SUCCESS) return;
    const refused = "the directory refuses the service account: check bindDn and bindPassword";
    if (result.code === INVALID_CREDENTIALS) throw new LdapFailure(refused);
    throw failureOf("the service account cannot bind", result.code);
  }

  async function findEntry(connection: LdapConnection, login: string): Promise<LdapEntry | null> {
    const { entries, result } = await connection.search({
      base: options.baseDn,
      scope: "sub",
      filter: fillFilter(options.userFilter, { login }),
      attributes: attributesOfPerson(options),
      sizeLimit: 2,
    });
    const [entry, ...others] = entries;
    if (others.length > 0 || (result.code === SIZE_LIMIT_EXCEEDED && entry !== undefined)) {
      const advice = "make userFilter more precise, or remove the other entry";
      log.warn("several entries of the directory match one login: nobody is let in", {
        directory: options.name,
        login,
        advice,
      });
      return null;
    }
    if (result.code !== SUCCESS) throw failureOf("the search for a person failed", result.code, result.diagnostic);
    // Without a name it would be bound as nobody, which succeeds.
    return entry === undefined || entry.dn === "" ? null : entry;
  }

  async function prove(connection: LdapConnection, dn: string, password: string): Promise<boolean> {
    const result = await connection.bind(dn, password);
    if (result.code === SUCCESS) return true;
    if (!REFUSALS.includes(result.code)) throw failureOf("a person cannot bind", result.code);
    // Active Directory says there why: 533 is a disabled account, 701 an expired one, 773 a password to be changed.
    const detail = /\bdata ([0-9a-f]{3,4})\b/.exec(result.diagnostic)?.[1];
    log.debug("the directory refuses a login", { directory: options.name, dn, code: result.code, detail });
    return false;
  }

  /** What a person may see of the own entry is more than what nobody sees: without a service account it is read again. */
  async function identify(connection: LdapConnection, found: LdapEntry): Promise<Identity> {
    let entry = found;
    if (bindDn === undefined) {
      const attributes = attributesOfPerson(options);
      const own = { base: found.dn, scope: "base", filter: "(objectClass=*)", attributes, sizeLimit: 1 } as const;
      entry = (await connection.search(own)).entries[0] ?? found;
    }
    const person = readPerson(entry, name, options);
    const groups = await listGroups({ connection, entry, login: person.login, options, log });
    return { ...person, groups };
  }

  return {
    name,
    verify,
    async close() {
      isClosed = true;
      for (const aborter of running) aborter.abort(new LdapFailure("this server is stopping"));
    },
  } satisfies PasswordSource;
}

function isPassword(text: string): boolean {
  return text !== "" && text.length <= PASSWORD_LIMIT && text.isWellFormed() && !text.includes("\0");
}

/** The words are the directory's own; those about a bind are left out, since a password might come back in them. */
function failureOf(what: string, code: number, words = ""): LdapFailure {
  const advice = ADVICE[code];
  const told = words === "" ? "" : `, ${JSON.stringify(words)}`;
  return new LdapFailure(`${what}: code ${code}${told}${advice === undefined ? "" : `; ${advice}`}`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new LdapFailure("the time is over"));
    });
  });
}
