/**
 * Tests of the sources of identities, step by step, for administrators who set them up. Each asks what the configuration
 * names and nothing else, within its limits of time, and changes nothing: nobody gets an account by being looked up.
 */
import { parseHtpasswd } from "./drivers/htpasswd-file.ts";
import { openConnection, type LdapConnection } from "./drivers/ldap-connection.ts";
import { type LdapEntry, LdapFailure } from "./drivers/ldap-decoder.ts";
import { fillFilter } from "./drivers/ldap-dn.ts";
import { listGroups } from "./drivers/ldap-groups.ts";
import { attributesOfPerson, isName, readPerson } from "./drivers/ldap-person.ts";
import { OidcProvider } from "./drivers/oidc.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import type { LdapOptions } from "./ldap-config.ts";
import type { OidcConfig } from "./oidc-config.ts";
import type { Identity, PasswordSource } from "./source.ts";
import type { Log } from "../telemetry/log.ts";

/** Runs a step and notes how it went; null when it failed, and the rest makes no sense. */
export type Take = <T>(title: string, step: () => Promise<{ message: string; value: T }>) => Promise<T | null>;

/** Whom to look for, and with which password: null for none. */
export type Looked = { login: string | null; password: string | null };

const SUCCESS = 0;
const INVALID_CREDENTIALS = 49;
const SIZE_LIMIT_EXCEEDED = 4;

export async function testHtpasswd(
  file: string,
  source: PasswordSource,
  looked: Looked,
  take: Take,
): Promise<Identity | null> {
  const users = await take("Read the file", async () => {
    const { hashes, userCount } = parseHtpasswd(await Bun.file(file).text());
    return { message: `${userCount} can log in`, value: hashes };
  });
  const { login, password } = looked;
  if (users === null || login === null) return null;
  const isThere = await take("Find the login", async () => {
    if (!users.has(login)) throw new Error("the file has no such name");
    return { message: "the file has the name", value: true };
  });
  if (isThere === null || password === null) return null;
  return await take("Check the password", () => verify(source, login, password));
}

export async function testOidc(config: OidcConfig, origin: string, take: Take): Promise<null> {
  const keys = new IssuerKeys({ timeoutMs: config.timeoutSeconds * 1_000 });
  const document = await take("Fetch the discovery document and the keys", async () => {
    const value = await keys.metadata(config.issuer);
    return { message: `${config.issuer} answers, and calls itself so`, value };
  });
  if (document === null) return null;
  await take("Make a login address", async () => {
    const redirectUri = new URL(`/auth/oidc/${config.name}/callback`, origin).href;
    const { url } = await new OidcProvider({ config, keys }).begin({ redirectUri, returnTo: "/" });
    const { host } = new URL(url);
    return { message: `browsers are sent to ${host}; register ${redirectUri} there`, value: true };
  });
  return null;
}

export async function testLdap(
  options: LdapOptions & { log: Log },
  looked: Looked,
  take: Take,
): Promise<Identity | null> {
  const aborter = new AbortController();
  const late = new LdapFailure(`the directory did not answer within ${options.timeoutSeconds} s`);
  const timer = setTimeout(() => aborter.abort(late), options.timeoutSeconds * 1_000);
  const opened: LdapConnection[] = [];
  const open = async (): Promise<LdapConnection> => {
    const connection = await openConnection(options, aborter.signal);
    opened.push(connection);
    return connection;
  };
  try {
    return await walk(options, looked, take, open);
  } finally {
    clearTimeout(timer);
    for (const connection of opened) connection.close();
  }
}

async function walk(
  options: LdapOptions & { log: Log },
  { login, password }: Looked,
  take: Take,
  open: () => Promise<LdapConnection>,
): Promise<Identity | null> {
  const { bindDn, bindPassword } = options;
  const connection = await take("Connect", async () => {
    const isEncrypted = options.startTls || options.url.startsWith("ldaps:");
    return {
      message: isEncrypted ? "connected, encrypted" : "connected, NOT encrypted: use ldaps:// or startTls",
      value: await open(),
    };
  });
  if (connection === null) return null;
  const isBound = await take("Bind as the service account", async () => {
    if (bindDn === undefined || bindPassword === undefined)
      return { message: "none is set: searches are anonymous", value: true };
    const { code } = await connection.bind(bindDn, bindPassword.reveal());
    if (code === INVALID_CREDENTIALS) throw new Error("refused: check bindDn and bindPassword");
    if (code !== SUCCESS) throw new Error(`refused with code ${code}`);
    return { message: `bound as ${bindDn}`, value: true };
  });
  if (isBound === null) return null;
  const hasBase = await take("Read the place where people are", async () => {
    const base = {
      base: options.baseDn,
      scope: "base",
      filter: "(objectClass=*)",
      attributes: ["1.1"],
      sizeLimit: 1,
    } as const;
    const { entries, result } = await connection.search(base);
    if (entries.length > 0) return { message: `${options.baseDn} is there`, value: true };
    throw new Error(`baseDn cannot be read: code ${result.code}; it does not exist, or the account may not see it`);
  });
  if (hasBase === null || login === null) return null;
  const entry = await take("Find the person", () => findPerson(options, connection, login));
  if (entry === null) return null;
  if (password !== null) {
    const isProven = await take("Check the password", async () => {
      // An empty one would bind as nobody, which succeeds.
      if (password === "") throw new Error("it is empty");
      const { code } = await (await open()).bind(entry.dn, password);
      if (code !== SUCCESS) throw new Error(`the directory refuses it: code ${code}`);
      return { message: "it is right", value: true };
    });
    if (isProven === null) return null;
  }
  return await take("Read name, address and groups", async () => {
    const person = readPerson(entry, `ldap:${options.name}`, options);
    const groups = await listGroups({ connection, entry, login: person.login, options, log: options.log });
    return { message: `${groups.length} groups`, value: { ...person, groups } };
  });
}

async function findPerson(
  options: LdapOptions,
  connection: LdapConnection,
  login: string,
): Promise<{ message: string; value: LdapEntry }> {
  if (!isName(login)) throw new Error("that is no login name");
  const { entries, result } = await connection.search({
    base: options.baseDn,
    scope: "sub",
    filter: fillFilter(options.userFilter, { login }),
    attributes: attributesOfPerson(options),
    sizeLimit: 2,
  });
  const [entry, ...others] = entries;
  if (others.length > 0 || (result.code === SIZE_LIMIT_EXCEEDED && entry !== undefined)) {
    throw new Error("several entries match: make userFilter more precise");
  }
  if (result.code !== SUCCESS)
    throw new Error(`the search failed with code ${result.code}: check userFilter and baseDn`);
  if (entry === undefined || entry.dn === "") throw new Error("nobody matches: check the login, userFilter and baseDn");
  return { message: `found ${entry.dn}`, value: entry };
}

async function verify(
  source: PasswordSource,
  login: string,
  password: string,
): Promise<{ message: string; value: Identity }> {
  const identity = await source.verify(login, password);
  if (identity === null) throw new Error("it is wrong");
  return { message: "it is right", value: identity };
}
