// A registry in the test's own process whose accounts and rights a test changes through the parts that endpoints use, with the
// people of one small organisation. What is asked of it goes over HTTP like any client's request.

import { CompiledQuery } from "kysely";
import type { Scope } from "../../src/access/ceiling.ts";
import type { SystemRole } from "../../src/access/roles.ts";
import { createApp, type App } from "../../src/app.ts";
import type { TokenKind } from "../../src/auth/tokens.ts";
import { loadConfig } from "../../src/config.ts";
import type { Database } from "../../src/database/database.ts";
import { listen } from "../../src/http/server.ts";
import { createLog, type Log } from "../../src/telemetry/log.ts";
import { pushImage } from "../server/support/registry.ts";
import { makeTemporaryDirectory } from "./temporary.ts";

export const PASSWORD = "a long enough phrase for tests";

export interface AccessRegistry {
  url: string;
  /** What image names start with: 127.0.0.1:PORT. */
  host: string;
  port: number;
  app: App;
  database: Database;
  dataDirectory: string;
  /** Method, path and status of every request since it was last asked for, oldest first. */
  takeRequests(): SeenRequest[];
  /** Runs SQL and forgets what was concluded from accounts, rights and names, as the parts do after their changes. */
  change(...statements: string[]): Promise<void>;
  /** The first column of the first row. */
  find(text: string): Promise<number>;
  addPerson(name: string, options?: { systemRole?: SystemRole; password?: string }): Promise<number>;
  addRobot(name: string, namespace: string): Promise<number>;
  addOrganisation(name: string, owner: string): Promise<void>;
  addTeam(namespace: string, team: string, ...members: string[]): Promise<void>;
  /** `to` is an account's name, or `team:NAME`; `on` a repository, a pattern with `*`, or a namespace. */
  grant(namespace: string, to: string, role: string, on: string): Promise<void>;
  addToken(account: string, options?: { kind?: TokenKind; scopes?: readonly Scope[]; name?: string }): Promise<string>;
  setVisibility(repository: string, visibility: "public" | "private"): Promise<void>;
  close(): Promise<void>;
}

export type SeenRequest = {
  method: string;
  /** With its query. */
  path: string;
  authorization: "none" | "Basic" | "Bearer";
  agent: string;
  /** Of a form. */
  body: string;
  status: number;
};

export type AccessRegistryOptions = {
  environment?: Record<string, string>;
  /** Another node's data directory, for a second one over the same database. */
  postgresUrl?: string;
  log?: Log;
};

export async function openAccessRegistry(options: AccessRegistryOptions = {}): Promise<AccessRegistry> {
  const directory = await makeTemporaryDirectory("access");
  const { postgresUrl } = options;
  const { config } = loadConfig({
    flags: { data: directory.path, host: "127.0.0.1", port: 0 },
    environment: {
      BERTH_LOG_LEVEL: "error",
      BERTH_LOG_ACCESS: "false",
      ...(postgresUrl === undefined ? {} : { BERTH_DATABASE_DRIVER: "postgres", BERTH_DATABASE_URL: postgresUrl }),
      ...options.environment,
    },
  });
  const log = options.log ?? createLog({ level: "error", format: "text", fd: 2 });
  const opened: { database?: Database } = {};
  const app = await createApp({
    config,
    log,
    wrap: (ports) => {
      opened.database = ports.database;
      return ports;
    },
    onSyncFailure: (error) => {
      throw error;
    },
  });
  await app.router.load();
  if (opened.database === undefined) throw new Error("no database was opened");
  const { database } = opened;
  let seen: SeenRequest[] = [];
  const listener = await listen({
    key: "http.port",
    host: "127.0.0.1",
    port: 0,
    tls: null,
    idleTimeoutSeconds: 60,
    log,
    fetch: async (request, server) => {
      const { pathname, search } = new URL(request.url);
      const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") === true;
      const body = isForm ? await request.clone().text() : "";
      const response = await app.handler.fetch(request, server);
      const authorization = request.headers.get("authorization");
      seen.push({
        method: request.method,
        path: pathname + search,
        authorization: authorization === null ? "none" : /^basic /i.test(authorization) ? "Basic" : "Bearer",
        agent: request.headers.get("user-agent") ?? "",
        body,
        status: response.status,
      });
      return response;
    },
  });
  const { access, accounts, passwords, logins, tokens } = app.auth;

  const registry: AccessRegistry = {
    url: listener.url,
    host: new URL(listener.url).host,
    port: listener.port,
    app,
    database,
    dataDirectory: directory.path,
    takeRequests: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    change: async (...statements) => {
      await database.write(async (trx) => {
        for (const text of statements) await trx.execute(CompiledQuery.raw(text));
        access.changes(trx);
        app.repositories.changes(trx);
      });
    },
    find: async (text) => {
      const [row] = (await database.execute<Record<string, unknown>>(CompiledQuery.raw(text))).rows;
      return Number(Object.values(row ?? {})[0]);
    },
    addPerson: async (name, { systemRole = "none", password = PASSWORD } = {}) => {
      const hash = await passwords.hash(password);
      return await database.write(async (trx) => {
        const { id } = await accounts.createPerson(trx, { name, systemRole });
        await logins.setPassword(trx, id, hash);
        return id;
      });
    },
    addRobot: async (name, namespace) => {
      await registry.change(
        `insert into accounts (kind, name, namespace_id, created_at) select 'robot', '${name}', id, 1 from namespaces where name = '${namespace}'`,
      );
      return await registry.find(`select id from accounts where name = '${name}'`);
    },
    addOrganisation: async (name, owner) => {
      await registry.change(
        `insert into namespaces (name, created_at, kind) values ('${name}', 1, 'organisation') on conflict do nothing`,
        `insert into members (namespace_id, account_id, role, created_at) select namespaces.id, accounts.id, 'owner', 1 from namespaces, accounts where namespaces.name = '${name}' and accounts.name = '${owner}'`,
      );
    },
    addTeam: async (namespace, team, ...members) => {
      await registry.change(
        `insert into teams (namespace_id, name, created_at) select id, '${team}', 1 from namespaces where name = '${namespace}'`,
        ...members.flatMap((member) => [
          `insert into members (namespace_id, account_id, role, created_at) select namespaces.id, accounts.id, 'member', 1 from namespaces, accounts where namespaces.name = '${namespace}' and accounts.name = '${member}' on conflict do nothing`,
          `insert into team_members (team_id, account_id, source, created_at) select teams.id, accounts.id, '', 1 from teams, accounts where teams.name = '${team}' and accounts.name = '${member}'`,
        ]),
      );
    },
    grant: async (namespace, to, role, on) => {
      const isTeam = to.startsWith("team:");
      const account = isTeam ? "null" : `(select id from accounts where name = '${to}')`;
      const team = isTeam ? `(select id from teams where name = '${to.slice(5)}')` : "null";
      const repository =
        on.includes("/") && !on.includes("*") ? `(select id from repositories where name = '${on}')` : "null";
      const pattern = on.includes("*") ? `'${on}'` : "null";
      await registry.change(
        `insert into grants (namespace_id, repository_id, pattern, account_id, team_id, role, created_at, created_by)
          select id, ${repository}, ${pattern}, ${account}, ${team}, '${role}', 1, 'test' from namespaces where name = '${namespace}'`,
      );
    },
    addToken: async (account, { kind = "personal", scopes, name = "test" } = {}) => {
      const accountId = await registry.find(`select id from accounts where name = '${account}'`);
      const { text } = await database.write((trx) =>
        tokens.create(trx, { accountId, kind, name, scopes: scopes ?? null, expiresAt: null }),
      );
      return text;
    },
    setVisibility: async (repository, visibility) => {
      await registry.change(`update repositories set visibility = '${visibility}' where name = '${repository}'`);
    },
    close: async () => {
      await listener.cut();
      await app.close();
      await directory.remove();
    },
  };
  return registry;
}

/** An Authorization header of a name and password, or a name and token. */
export function basic(name: string, secret = PASSWORD): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}` };
}

/**
 * The organisation that most tests are about. `acme/api` is private, `acme/site` public, both with the tag `1`. ann owns it; bob
 * may read through team qa, carl write through team dev, mia maintain `acme/api`; the robot `acme-ci` may write. zoe is a stranger,
 * root an administrator, otto an auditor.
 */
export async function makeAcme(registry: AccessRegistry): Promise<void> {
  // Open still: whatever is pushed now belongs to whoever claims the registry.
  for (const name of ["acme/api", "acme/site"]) await pushImage(registry.url, name, "1", 20_000);
  await claim(registry);
  await registry.setVisibility("acme/site", "public");
  for (const name of ["ann", "bob", "carl", "mia", "zoe"]) await registry.addPerson(name);
  await registry.addPerson("otto", { systemRole: "auditor" });
  await registry.addOrganisation("acme", "ann");
  await registry.addTeam("acme", "qa", "bob");
  await registry.addTeam("acme", "dev", "carl");
  await registry.addRobot("acme-ci", "acme");
  await registry.grant("acme", "team:qa", "read", "acme");
  await registry.grant("acme", "team:dev", "write", "acme");
  await registry.grant("acme", "mia", "maintain", "acme/api");
  await registry.grant("acme", "acme-ci", "write", "acme/*");
}

/** Makes the first administrator `root`, and so ends that the registry is open. */
export async function claim(registry: AccessRegistry): Promise<void> {
  const { accounts, passwords, logins } = registry.app.auth;
  const hash = await passwords.hash(PASSWORD);
  await registry.database.write(async (trx) => {
    const { id } = await accounts.claim(trx, { name: "root" });
    await logins.setPassword(trx, id, hash);
  });
}
