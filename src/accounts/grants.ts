/**
 * Grants: a role for a person, a robot or a team, on one repository, on the names that a pattern matches, or on a whole
 * namespace. There is one for each subject and object: granting again changes the role.
 */
import type { Access } from "../access/access.ts";
import { parsePattern } from "../access/pattern.ts";
import type { Principal } from "../access/principal.ts";
import type { RoleName } from "../access/roles.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { LIBRARY, type RepositoryName } from "../oci/reference.ts";
import type { Accounts } from "./accounts.ts";
import { lockNamespace, type Namespace } from "./namespace.ts";
import * as queries from "./queries/grants.ts";
import type { Teams } from "./teams.ts";

export type GrantSubject = { kind: "account" | "team" | "robot"; name: string };

export type GrantObject =
  | { kind: "namespace" }
  | { kind: "pattern"; pattern: string }
  | { kind: "repository"; id: number; name: string };

export type NamedGrant = {
  id: number;
  subject: GrantSubject;
  on: GrantObject;
  role: RoleName;
  createdAt: number;
  createdBy: string;
};

/** What a grant is to be on; a repository by its id, or by a name that it has or had. */
export type WantedObject =
  | { kind: "namespace" }
  | { kind: "pattern"; pattern: string }
  | { kind: "repository"; id: number }
  | { kind: "repository"; name: RepositoryName };

export type GrantsParts = {
  database: Database;
  access: Access;
  audit: AuditTrail;
  accounts: Accounts;
  teams: Teams;
  findRepository: (
    trx: Transaction,
    name: RepositoryName,
  ) => Promise<{ id: number | null; namespaceId: number | null }>;
};

export class Grants {
  readonly #parts: GrantsParts;

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /** All of a namespace, by id, those after `after`. */
  async list(namespaceId: number, after: number, limit: number): Promise<NamedGrant[]> {
    return (await queries.listGrants.all(this.#parts.database, { namespaceId, after, limit })).map(grantOf);
  }

  /** Those on the repository itself. */
  async listOn(repositoryId: number, after: number, limit: number): Promise<NamedGrant[]> {
    const rows = await queries.listRepositoryGrants.all(this.#parts.database, { repositoryId, after, limit });
    return rows.map(grantOf);
  }

  /**
   * Grants, or changes the role. Throws NOT_FOUND when subject or repository are not there or not of this namespace,
   * REQUEST_INVALID for a pattern that reaches beyond it.
   */
  async put(
    namespaceId: number,
    wanted: { subject: GrantSubject; on: WantedObject; role: RoleName },
    by: Principal,
  ): Promise<NamedGrant> {
    const { database, access, audit } = this.#parts;
    return await database.write(async (trx) => {
      const namespace = await lockNamespace(trx, namespaceId);
      const subject = await this.#findSubject(trx, namespace, wanted.subject);
      const object = await this.#findObject(trx, namespace, wanted.on);
      const on = { namespaceId, onRepository: object.repositoryId ?? 0, onPattern: object.pattern ?? "" };
      const existing =
        "teamId" in subject
          ? await queries.findTeamGrant.first(trx, { ...on, teamId: subject.teamId })
          : await queries.findAccountGrant.first(trx, { ...on, accountId: subject.accountId });
      const made = { grantRole: wanted.role, createdBy: by.name, now: Date.now() };
      if (existing !== null) await queries.setGrantRole.run(trx, { grantId: existing.id, ...made });
      const inserted =
        existing ??
        (await queries.insertGrant.first(trx, {
          namespaceId,
          grantRepository: object.repositoryId,
          grantPattern: object.pattern,
          grantAccount: "accountId" in subject ? subject.accountId : null,
          grantTeam: "teamId" in subject ? subject.teamId : null,
          ...made,
        }));
      access.changes(trx);
      const row = inserted && (await queries.findGrant.first(trx, { namespaceId, grantId: inserted.id }));
      if (!row) throw new Error("a grant was not made");
      const grant = grantOf(row);
      await audit.record(trx, {
        by,
        action: "grant.put",
        target: targetOf(grant),
        namespaceId,
        repositoryId: object.repositoryId,
        ...(existing === null ? {} : { before: { role: existing.role } }),
        after: { role: grant.role },
      });
      return grant;
    });
  }

  /** Throws NOT_FOUND when the namespace has no such grant. */
  async delete(namespaceId: number, grantId: number, by: Principal): Promise<void> {
    await this.#delete(namespaceId, grantId, null, by);
  }

  /** The same of a grant on that very repository. */
  async deleteOn(on: { namespaceId: number; repositoryId: number }, grantId: number, by: Principal): Promise<void> {
    await this.#delete(on.namespaceId, grantId, on.repositoryId, by);
  }

  async #delete(namespaceId: number, grantId: number, repositoryId: number | null, by: Principal): Promise<void> {
    const { database, access, audit } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const row = await queries.findGrant.first(trx, { namespaceId, grantId });
      if (row === null || (repositoryId !== null && row.repository_id !== repositoryId)) {
        throw new RegistryError("NOT_FOUND", { message: "there is no such grant here" });
      }
      await queries.deleteGrant.run(trx, { namespaceId, grantId });
      access.changes(trx);
      const grant = grantOf(row);
      await audit.record(trx, {
        by,
        action: "grant.delete",
        target: targetOf(grant),
        namespaceId,
        repositoryId: row.repository_id,
        before: { role: grant.role },
      });
    });
  }

  async #findSubject(
    trx: Transaction,
    namespace: Namespace,
    { kind, name }: GrantSubject,
  ): Promise<{ accountId: number } | { teamId: number }> {
    const { accounts, teams } = this.#parts;
    if (kind === "team") return { teamId: (await teams.get(namespace.id, name, trx)).id };
    const account = name.includes("@") ? null : await accounts.findByLogin(name, trx);
    if (kind === "account" && account?.kind === "person") return { accountId: account.id };
    // A robot is a namespace's own: whoever else it belongs to could otherwise act here.
    const isOwn = account?.kind === "robot" && account.namespaceId === namespace.id;
    if (kind === "robot" && isOwn) return { accountId: account.id };
    throw new RegistryError("NOT_FOUND", {
      message:
        kind === "robot"
          ? `${namespace.name} has no robot ${name.slice(0, 100)}`
          : `there is no person called ${name.slice(0, 100)}`,
    });
  }

  async #findObject(
    trx: Transaction,
    namespace: Namespace,
    on: WantedObject,
  ): Promise<{ repositoryId: number | null; pattern: string | null }> {
    if (on.kind === "namespace") return { repositoryId: null, pattern: null };
    if (on.kind === "pattern") return { repositoryId: null, pattern: patternWithin(namespace.name, on.pattern) };
    const found =
      "id" in on
        ? await queries.findRepositoryOf.first(trx, { namespaceId: namespace.id, repositoryId: on.id })
        : await this.#findByName(trx, namespace, on.name);
    if (found !== null) return { repositoryId: found.id, pattern: null };
    throw new RegistryError("NOT_FOUND", { message: `${namespace.name} has no such repository` });
  }

  async #findByName(trx: Transaction, { id }: Namespace, name: RepositoryName): Promise<{ id: number } | null> {
    const found = await this.#parts.findRepository(trx, name);
    return found.id !== null && found.namespaceId === id ? { id: found.id } : null;
  }
}

/** Throws REQUEST_INVALID. */
export function patternWithin(namespace: string, text: string): string {
  const pattern = parsePattern(text);
  const isWithin = namespace === LIBRARY ? !pattern.includes("/") : pattern.startsWith(`${namespace}/`);
  if (isWithin) return pattern;
  throw new RegistryError("REQUEST_INVALID", {
    message:
      namespace === LIBRARY
        ? "a pattern for library matches names of one component, such as base-*"
        : `a pattern here begins with the namespace itself: ${namespace}/${pattern.slice(0, 100)}, say`,
    detail: { pattern: pattern.slice(0, 300) },
  });
}

type Row = {
  id: number;
  role: RoleName;
  pattern: string | null;
  repository_id: number | null;
  created_at: number;
  created_by: string;
  account: string | null;
  account_kind: "person" | "robot" | null;
  team: string | null;
  repository: string | null;
};

function grantOf(row: Row): NamedGrant {
  return {
    id: row.id,
    subject:
      row.team === null
        ? { kind: row.account_kind === "robot" ? "robot" : "account", name: row.account ?? "" }
        : { kind: "team", name: row.team },
    on: objectOf(row),
    role: row.role,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

/** Whom, and on what: the role is what changes. */
function targetOf({ id, subject, on }: NamedGrant) {
  const what = on.kind === "namespace" ? "the namespace" : on.kind === "pattern" ? on.pattern : on.name;
  return { kind: "grant", name: `${subject.kind} ${subject.name} on ${what}`, id } as const;
}

function objectOf({ repository_id, repository, pattern }: Row): GrantObject {
  if (repository_id !== null) return { kind: "repository", id: repository_id, name: repository ?? "" };
  return pattern === null ? { kind: "namespace" } : { kind: "pattern", pattern };
}
