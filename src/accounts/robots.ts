/**
 * Robots: accounts for machines, which belong to a namespace and end with it. They have no password, only tokens, and no rights
 * but those granted to them. A robot's login name is `<namespace>.<name>`; it stays when the namespace is renamed.
 */
import type { Access } from "../access/access.ts";
import type { Scope } from "../access/ceiling.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditAction, AuditEvent } from "../audit/event.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { parseLoginName } from "./login-name.ts";
import { lockNamespace } from "./namespace.ts";
import * as accountQueries from "./queries.ts";
import * as queries from "./queries/robots.ts";

export type Robot = {
  id: number;
  /** Login name. */
  name: string;
  description: string;
  /** The one repository that it can reach; null for all that grants give; empty where it was moved to another namespace. */
  repository: string | null;
  isDisabled: boolean;
  createdAt: number;
};

export type RobotToken = {
  id: number;
  kind: "personal" | "robot" | "refresh";
  name: string;
  hint: string;
  scopes: readonly Scope[] | null;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  lastUsedAddress: string | null;
};

/** What robots need of tokens. */
export type RobotTokens = {
  create(
    trx: Transaction,
    token: {
      accountId: number;
      kind: "robot";
      name: string;
      scopes: readonly Scope[] | null;
      expiresAt: number | null;
    },
  ): Promise<{ id: number; text: string }>;
  list(accountId: number, after: number, limit: number): Promise<RobotToken[]>;
  revoke(trx: Transaction, accountId: number, tokenId: number): Promise<boolean>;
  revokeAll(trx: Transaction, accountId: number, kind: "robot" | "refresh"): Promise<void>;
};

export type RobotsParts = {
  database: Database;
  access: Access;
  audit: AuditTrail;
  tokens: RobotTokens;
  findRepository: (
    trx: Transaction,
    name: RepositoryName,
  ) => Promise<{ id: number | null; namespaceId: number | null }>;
};

const MAX_SUFFIX = 100;

export class Robots {
  readonly #parts: RobotsParts;

  constructor(parts: RobotsParts) {
    this.#parts = parts;
  }

  /** By name, those after `last`. */
  async list(namespaceId: number, last: string, limit: number): Promise<Robot[]> {
    return (await queries.listRobots.all(this.#parts.database, { namespaceId, last, limit })).map(robotOf);
  }

  /** By login name. Throws NOT_FOUND. */
  async get(namespaceId: number, name: string, on: Queryable = this.#parts.database): Promise<Robot> {
    const row = await queries.findRobot.first(on, { namespaceId, robotName: name.toLowerCase() });
    if (row === null) throw new RegistryError("NOT_FOUND", { message: `there is no robot ${name.slice(0, 100)} here` });
    return robotOf(row);
  }

  /**
   * Under `<namespace>.<name>`, or with a number behind where a person or another robot has that name. Throws NAME_INVALID,
   * NOT_FOUND when the repository to confine it to is not of this namespace.
   */
  async create(
    namespaceId: number,
    robot: { name: string; description: string; repository: RepositoryName | null },
    by: Principal,
  ): Promise<Robot> {
    const { database, access } = this.#parts;
    return await database.write(async (trx) => {
      const namespace = await lockNamespace(trx, namespaceId);
      const robotRepository = await this.#findRepository(trx, namespaceId, robot.repository);
      const wanted = parseLoginName(`${namespace.name}.${robot.name}`);
      for (let suffix = 1; suffix <= MAX_SUFFIX; suffix++) {
        const name = suffix === 1 ? wanted : parseLoginName(`${wanted}-${suffix}`);
        if (await accountQueries.findNameHolder.first(trx, { name })) continue;
        const { description } = robot;
        const values = { robotName: name, namespaceId, robotRepository, description, now: Date.now() };
        if ((await queries.insertRobot.first(trx, values)) === null) continue;
        access.changes(trx);
        const made = await this.get(namespaceId, name, trx);
        await this.#record(trx, by, "robot.create", { namespaceId, robot: made });
        return made;
      }
      throw new RegistryError("CONFLICT", { message: `${wanted} is taken: choose another name` });
    });
  }

  /** Disabled it can do nothing, with whichever token, from this moment on. Throws NOT_FOUND. */
  async update(
    namespaceId: number,
    name: string,
    change: { description?: string; isDisabled?: boolean },
    by: Principal,
  ): Promise<Robot> {
    const { database, access } = this.#parts;
    return await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const before = await this.get(namespaceId, name, trx);
      const after = { ...before, ...change };
      const disabledAt = after.isDisabled ? Date.now() : null;
      await queries.updateRobot.run(trx, { accountId: before.id, description: after.description, disabledAt });
      access.changes(trx);
      const { description, isDisabled } = before;
      await this.#record(trx, by, "robot.update", {
        namespaceId,
        robot: after,
        before: { description, isDisabled },
        after: { description: after.description, isDisabled: after.isDisabled },
      });
      return after;
    });
  }

  /** For good, with its tokens and grants; nobody else gets the name. Throws NOT_FOUND. */
  async delete(namespaceId: number, name: string, by: Principal): Promise<void> {
    const { database, access, tokens } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const robot = await this.get(namespaceId, name, trx);
      const { id } = robot;
      for (const kind of ["robot", "refresh"] as const) await tokens.revokeAll(trx, id, kind);
      await queries.deleteRobotGrants.run(trx, { accountId: id });
      await queries.deleteRobotRules.run(trx, { accountId: id });
      await queries.updateRobot.run(trx, { accountId: id, description: "", disabledAt: queries.DELETED });
      access.changes(trx);
      await this.#record(trx, by, "robot.delete", { namespaceId, robot });
    });
  }

  /** By id, those after `after`. */
  async listTokens(robotId: number, after: number, limit: number): Promise<RobotToken[]> {
    return await this.#parts.tokens.list(robotId, after, limit);
  }

  /** `text` is told this once. Throws NOT_FOUND; CONFLICT when it has as many as it may. */
  async createToken(
    namespaceId: number,
    name: string,
    token: { name: string; scopes: readonly Scope[] | null; expiresAt: number | null },
    by: Principal,
  ): Promise<{ id: number; text: string }> {
    const { database, access, tokens } = this.#parts;
    return await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const robot = await this.get(namespaceId, name, trx);
      access.changes(trx);
      const made = await tokens.create(trx, { accountId: robot.id, kind: "robot", ...token });
      await this.#record(trx, by, "robot.token", { namespaceId, robot, after: { tokenId: made.id, name: token.name } });
      return made;
    });
  }

  /**
   * Another token with the same name and scopes; the one before works for `graceMs` more, never longer than it would have.
   * Throws NOT_FOUND, also for a token that has expired; CONFLICT when the robot has as many as it may.
   */
  async rotateToken(
    namespaceId: number,
    name: string,
    tokenId: number,
    next: { graceMs: number; expiresAt: number | null },
    by: Principal,
  ): Promise<{ id: number; text: string }> {
    const { database, access, tokens } = this.#parts;
    return await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const robot = await this.get(namespaceId, name, trx);
      const { id } = robot;
      const old = await queries.findRobotToken.first(trx, { accountId: id, tokenId });
      if (old === null || (old.expires_at !== null && old.expires_at <= Date.now())) throw missingToken();
      const expiresAt = Math.min(Date.now() + next.graceMs, old.expires_at ?? Infinity);
      await queries.setTokenExpiry.run(trx, { accountId: id, tokenId, expiresAt });
      access.changes(trx);
      const scopes = scopesOf(old.scopes);
      const token = { accountId: id, kind: "robot", name: old.name, scopes, expiresAt: next.expiresAt } as const;
      const made = await tokens.create(trx, token);
      const values = { before: { tokenId }, after: { tokenId: made.id } };
      await this.#record(trx, by, "robot.rotate", { namespaceId, robot, ...values });
      return made;
    });
  }

  /** Throws NOT_FOUND. */
  async revokeToken(namespaceId: number, name: string, tokenId: number, by: Principal): Promise<void> {
    const { database, tokens } = this.#parts;
    await database.write(async (trx) => {
      const robot = await this.get(namespaceId, name, trx);
      if (!(await tokens.revoke(trx, robot.id, tokenId))) throw missingToken();
      await this.#record(trx, by, "robot.revoke", { namespaceId, robot, before: { tokenId } });
    });
  }

  async #record(
    trx: Transaction,
    by: Principal,
    action: AuditAction,
    about: { namespaceId: number; robot: Robot } & Pick<AuditEvent, "before" | "after">,
  ): Promise<void> {
    const { robot, ...rest } = about;
    const target = { kind: "robot", name: robot.name, id: robot.id } as const;
    await this.#parts.audit.record(trx, { by, action, target, ...rest });
  }

  async #findRepository(trx: Transaction, namespaceId: number, name: RepositoryName | null): Promise<number | null> {
    if (name === null) return null;
    const found = await this.#parts.findRepository(trx, name);
    if (found.id !== null && found.namespaceId === namespaceId) return found.id;
    throw new RegistryError("NOT_FOUND", { message: `there is no repository ${name} in this namespace` });
  }
}

type Row = {
  id: number;
  name: string;
  description: string;
  disabled_at: number | null;
  created_at: number;
  repository: string | null;
};

function robotOf(row: Row): Robot {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    repository: row.repository,
    isDisabled: row.disabled_at !== null,
    createdAt: row.created_at,
  };
}

/** As this registry wrote it; what cannot be read becomes a token that lets nothing through. */
function scopesOf(text: string | null): readonly Scope[] | null {
  if (text === null) return null;
  const scopes = JSON.parse(text) as unknown;
  // `Tokens` wrote it from a list of scopes, and looks at each of them again when it reads.
  return Array.isArray(scopes) ? (scopes as Scope[]) : [];
}

function missingToken(): RegistryError {
  return new RegistryError("NOT_FOUND", { message: "this robot has no such token" });
}
