/**
 * Groups that a directory or a login provider knows become memberships of teams. Which group stands for which team is said by
 * the organisation's owners; who is in it is said by the source, at every login anew.
 *
 * A membership that a source gave is the source's: it goes when the group goes, and it never touches one that a person gave, of
 * the team or of the organisation. Whom a source has brought into an organisation leaves it with the last team that they are in.
 */
import type { Access } from "../access/access.ts";
import { type LimitCheck, NO_LIMITS } from "../access/limit-check.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { findMember } from "./queries/members.ts";
import * as queries from "./queries/groups.ts";

/** `source`: `ldap:<name>` or `oidc:<name>`. `group`: as the source calls it, in lower case. */
export type TeamGroup = { source: string; group: string };

/** What a source says of somebody who logs in. */
export type Membership = { accountId: number; source: string; groups: readonly string[] };

const SOURCE = /^(?:ldap|oidc):[a-z0-9-]{1,32}$/;
const MAX_GROUPS = 100;
const MAX_GROUP_LENGTH = 255;

export type GroupSyncParts = { access: Access; audit: AuditTrail; limits?: Pick<LimitCheck, "member"> };

export class GroupSync {
  readonly #access: Access;
  readonly #audit: AuditTrail;
  readonly #limits: Pick<LimitCheck, "member">;

  constructor({ access, audit, limits = NO_LIMITS }: GroupSyncParts) {
    this.#access = access;
    this.#audit = audit;
    this.#limits = limits;
  }

  /** After a login: the teams of these groups, and no others, are those in which this source has put the account. */
  async sync(trx: Transaction, { accountId, source, groups }: Membership): Promise<void> {
    const names = JSON.stringify([...new Set(groups.map(nameOf).filter(isName))]);
    const wanted = byId(await queries.listTeamsOfGroups.all(trx, { source, groups: names }));
    const present = byId(await queries.listTeamsOfSource.all(trx, { accountId, source }));
    // In one order for all, so that of two logins one waits for the other where plans count members.
    const missing = [...wanted].filter(([id]) => !present.has(id)).sort(([, a], [, b]) => a - b);
    const added: typeof missing = [];
    const removed = [...present].filter(([id]) => !wanted.has(id));
    const now = Date.now();
    for (const [teamId, namespaceId] of missing) {
      if (!(await this.#mayJoin(trx, namespaceId, accountId))) continue;
      added.push([teamId, namespaceId]);
      await queries.insertSourcedTeamMember.run(trx, { teamId, accountId, source, now });
      await queries.insertSourcedMember.run(trx, { namespaceId, accountId, source, now });
    }
    for (const [teamId] of removed) await queries.deleteSourcedTeamMember.run(trx, { teamId, accountId, source });
    // With every login: a team may have been deleted since the last.
    const left = await this.#leave(trx, accountId, source);
    for (const [verb, teams] of [["add", added] as const, ["remove", removed] as const]) {
      for (const [id, namespaceId] of teams) {
        const by = { kind: "system", name: source } as const;
        const target = { kind: "team", name: "", id } as const;
        await this.#audit.record(trx, { by, action: `team.${verb}`, target, namespaceId, after: { accountId } });
      }
    }
    if (added.length + removed.length > 0 || left) this.#access.changes(trx);
  }

  /** Whether there were organisations for which the source has no team any more. */
  async #leave(trx: Transaction, accountId: number, source: string): Promise<boolean> {
    const deleted = await queries.deleteTeamlessMembers.run(trx, { accountId, source });
    const handedOver = await queries.handMembersOver.run(trx, { accountId, source });
    return deleted + handedOver > 0;
  }

  /** Where the organisation's plan has no room they stay out, and the login succeeds; the next one tries again. */
  async #mayJoin(trx: Transaction, namespaceId: number, accountId: number): Promise<boolean> {
    if ((await findMember.first(trx, { namespaceId, accountId })) !== null) return true;
    try {
      await this.#limits.member(trx, namespaceId);
      return true;
    } catch (error) {
      if (error instanceof RegistryError && error.code === "DENIED") return false;
      throw error;
    }
  }

  /** The groups that stand for the team, in an order that stays. */
  async list(on: Queryable, teamId: number): Promise<TeamGroup[]> {
    const rows = await queries.listTeamGroups.all(on, { teamId });
    return rows
      .map((row) => ({ source: row.source, group: row.group_name }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /**
   * Puts these groups in place of those that stood for the team. People of a new one come in with their next login. Where a group
   * goes, whoever its source put into the team goes at once: which of a source's groups it was for is not kept, so those who are
   * in another one come back with their next login. Throws REQUEST_INVALID, and NOT_FOUND when there is no such team.
   */
  async set(trx: Transaction, teamId: number, groups: readonly TeamGroup[]): Promise<void> {
    const wanted = new Map(groups.map(parseTeamGroup).map((it) => [keyOf(it), it]));
    if (wanted.size > MAX_GROUPS) throw invalid(`at most ${MAX_GROUPS} groups can stand for a team`);
    const team = await queries.lockTeam.first(trx, { teamId });
    if (team === null) throw new RegistryError("NOT_FOUND", { message: "there is no such team" });
    const present = new Map((await this.list(trx, teamId)).map((it) => [keyOf(it), it]));
    const removed = [...present].filter(([key]) => !wanted.has(key)).map(([, it]) => it);
    for (const { source, group } of removed) {
      await queries.deleteTeamGroup.run(trx, { teamId, source, groupName: group });
    }
    for (const [key, { source, group }] of wanted) {
      if (!present.has(key)) await queries.insertTeamGroup.run(trx, { teamId, source, groupName: group });
    }
    for (const source of new Set(removed.map((it) => it.source))) {
      const left = await queries.deleteSourcedTeamMembers.all(trx, { teamId, source });
      for (const { account_id: accountId } of left) {
        await this.#leave(trx, accountId, source);
      }
    }
    this.#access.changes(trx);
  }
}

function parseTeamGroup({ source, group }: TeamGroup): TeamGroup {
  const name = nameOf(group);
  if (!SOURCE.test(source))
    throw invalid("the source of a group is ldap:<name> or oidc:<name>, as in the configuration");
  if (!isName(name)) {
    throw invalid(`the name of a group has 1 to ${MAX_GROUP_LENGTH} characters`);
  }
  return { source, group: name };
}

/** Directories do not care for the case of a name, and people who copy one do not either. */
function nameOf(group: string): string {
  return group.trim().toLowerCase();
}

/** Whether a group can stand for a team: others are some text that a source has. */
function isName(name: string): boolean {
  return name !== "" && name.length <= MAX_GROUP_LENGTH && !name.includes("\0") && name.isWellFormed();
}

function keyOf({ source, group }: TeamGroup): string {
  return `${source}\n${group}`;
}

function byId(rows: readonly { id: number; namespace_id: number }[]): Map<number, number> {
  return new Map(rows.map((row) => [row.id, row.namespace_id]));
}

function invalid(message: string): RegistryError {
  return new RegistryError("REQUEST_INVALID", { message });
}
