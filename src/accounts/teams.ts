/** Teams of an organisation: members who are granted something together, added by hand or by the groups of a source. */
import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditAction, AuditEvent } from "../audit/event.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import type { GroupSync, TeamGroup } from "./group-sync.ts";
import type { Members } from "./members.ts";
import { assertOrganisation, lockNamespace } from "./namespace.ts";
import { getPerson } from "./person.ts";
import * as queries from "./queries/teams.ts";

export type Team = { id: number; name: string; description: string; createdAt: number };

/** `source`: empty when a person added them, else the source whose groups did. */
export type TeamMember = { accountId: number; name: string; displayName: string; source: string; createdAt: number };

export type TeamsParts = {
  database: Database;
  access: Access;
  audit: AuditTrail;
  accounts: Accounts;
  members: Members;
  groupSync: GroupSync;
};

export class Teams {
  readonly #parts: TeamsParts;

  constructor(parts: TeamsParts) {
    this.#parts = parts;
  }

  /** By name, those after `last`. */
  async list(namespaceId: number, last: string, limit: number): Promise<Team[]> {
    return (await queries.listTeams.all(this.#parts.database, { namespaceId, last, limit })).map(teamOf);
  }

  /** Throws NOT_FOUND. */
  async get(namespaceId: number, name: string, on: Queryable = this.#parts.database): Promise<Team> {
    const row = await queries.findTeam.first(on, { namespaceId, teamName: name.toLowerCase() });
    if (row === null) throw new RegistryError("NOT_FOUND", { message: `there is no team ${name.slice(0, 100)}` });
    return teamOf(row);
  }

  /** Throws CONFLICT when there is one of that name, or it is no organisation. */
  async create(namespaceId: number, name: string, description: string, by: Principal): Promise<Team> {
    return await this.#parts.database.write(async (trx) => {
      assertOrganisation(await lockNamespace(trx, namespaceId));
      const made = await queries.insertTeam.first(trx, { namespaceId, teamName: name, description, now: Date.now() });
      if (made === null) throw taken(name);
      const team = await this.get(namespaceId, name, trx);
      await this.#record(trx, by, "team.create", { namespaceId, team });
      return team;
    });
  }

  /** Throws NOT_FOUND; CONFLICT when another has the new name. */
  async update(
    namespaceId: number,
    name: string,
    change: { name?: string; description?: string },
    by: Principal,
  ): Promise<Team> {
    const { database, access } = this.#parts;
    return await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const before = await this.get(namespaceId, name, trx);
      const after = { ...before, ...change };
      const isTaken = after.name !== before.name;
      if (isTaken && (await queries.findTeam.first(trx, { namespaceId, teamName: after.name })))
        throw taken(after.name);
      await queries.updateTeam.run(trx, { teamId: before.id, teamName: after.name, description: after.description });
      access.changes(trx);
      const { name: from, description } = before;
      const values = {
        before: { name: from, description },
        after: { name: after.name, description: after.description },
      };
      await this.#record(trx, by, "team.update", { namespaceId, team: after, ...values });
      return after;
    });
  }

  /** With what was granted to it. Throws NOT_FOUND. */
  async delete(namespaceId: number, name: string, by: Principal): Promise<void> {
    const { database, access } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const team = await this.get(namespaceId, name, trx);
      await queries.deleteTeam.run(trx, { namespaceId, teamId: team.id });
      access.changes(trx);
      await this.#record(trx, by, "team.delete", { namespaceId, team });
    });
  }

  /** By account id and source, those after them. */
  async listMembers(teamId: number, after: { id: number; source: string }, limit: number): Promise<TeamMember[]> {
    const rows = await queries.listTeamMembers.all(this.#parts.database, {
      teamId,
      after: after.id,
      afterSource: after.source,
      limit,
    });
    return rows.map((row) => ({
      accountId: row.id,
      name: row.name,
      displayName: row.display_name,
      source: row.source,
      createdAt: row.created_at,
    }));
  }

  /** Throws NOT_FOUND; CONFLICT for whoever is no member of the organisation. */
  async addMember(namespaceId: number, name: string, person: string, by: Principal): Promise<void> {
    const { database, access, accounts, members } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const team = await this.get(namespaceId, name, trx);
      const account = await getPerson(accounts, trx, person);
      if (!(await members.isMember(trx, namespaceId, account.id))) {
        throw new RegistryError("CONFLICT", {
          message: `${account.name} is no member of the organisation: add or invite them to it first`,
        });
      }
      await queries.insertTeamMember.run(trx, { teamId: team.id, accountId: account.id, now: Date.now() });
      access.changes(trx);
      await this.#record(trx, by, "team.add", { namespaceId, team, after: { account: account.name } });
    });
  }

  /** Throws NOT_FOUND; CONFLICT for whom groups of a source put there. */
  async removeMember(namespaceId: number, name: string, person: string, by: Principal): Promise<void> {
    const { database, access, accounts } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const team = await this.get(namespaceId, name, trx);
      const account = await accounts.findByLogin(person, trx);
      const ids = { teamId: team.id, accountId: account?.id ?? 0 };
      const removed = await queries.deleteTeamMember.run(trx, ids);
      access.changes(trx);
      const left = await queries.findTeamMember.first(trx, ids);
      if (left !== null) {
        throw new RegistryError("CONFLICT", {
          message: `groups of ${left.source} put them into the team: change their groups there, or the team's groups here`,
        });
      }
      if (removed === 0) {
        throw new RegistryError("NOT_FOUND", { message: `${person.slice(0, 100)} is not in the team` });
      }
      await this.#record(trx, by, "team.remove", { namespaceId, team, before: { account: account?.name } });
    });
  }

  async listGroups(teamId: number): Promise<TeamGroup[]> {
    return await this.#parts.groupSync.list(this.#parts.database, teamId);
  }

  /** Puts these groups in place of those that stood for the team. */
  async setGroups(namespaceId: number, name: string, groups: readonly TeamGroup[], by: Principal): Promise<void> {
    const { database, groupSync } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const team = await this.get(namespaceId, name, trx);
      await groupSync.set(trx, team.id, groups);
      await this.#record(trx, by, "team.groups", { namespaceId, team, after: { groups } });
    });
  }

  async #record(
    trx: Transaction,
    by: Principal,
    action: AuditAction,
    about: { namespaceId: number; team: Team } & Pick<AuditEvent, "before" | "after">,
  ): Promise<void> {
    const { team, ...rest } = about;
    const target = { kind: "team", name: team.name, id: team.id } as const;
    await this.#parts.audit.record(trx, { by, action, target, ...rest });
  }
}

function teamOf(row: { id: number; name: string; description: string; created_at: number }): Team {
  return { id: row.id, name: row.name, description: row.description, createdAt: row.created_at };
}

function taken(name: string): RegistryError {
  return new RegistryError("CONFLICT", { message: `there is a team ${name} already` });
}
