/** What has been used of plans, for those who may ask, and who has which: for administrators to say. */
import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Limits } from "./limits.ts";
import { PlanFinder, planOfNamespace, type Puller } from "./plan-finder.ts";
import type { Plans } from "./plans.ts";
import * as queries from "./queries.ts";
import type { Plan } from "./tiers.ts";

/** No more rows are counted for a number to look at. */
const MAX_COUNTED = 1_000_000;

export type UsageParts = {
  database: Database;
  access: Access;
  accounts: Accounts;
  repositories: Repositories;
  audit: AuditTrail;
  plans: Plans;
  /** Null where plans limit nothing. */
  limits: Limits | null;
};

export type PullUsage = { limit: number; windowSeconds: number; remaining: number; resetsAt: number; source: string };

export class Usage {
  readonly #parts: UsageParts;

  constructor(parts: UsageParts) {
    this.#parts = parts;
  }

  get isEnforced(): boolean {
    return this.#parts.limits !== null;
  }

  get plans(): readonly Plan[] {
    return this.#parts.plans.list;
  }

  /** `address`: where the caller is, for those without an account. */
  async ofCaller(caller: Principal, address: string): Promise<{ plan: Plan; pulls: PullUsage | null }> {
    const { limits } = this.#parts;
    const finder = limits?.finder ?? new PlanFinder(this.#parts);
    const puller = await finder.ofCaller(caller, address);
    return { plan: puller.plan, pulls: limits && (await pullsOf(limits, puller)) };
  }

  /** Throws NOT_FOUND. */
  async ofNamespace(
    name: string,
  ): Promise<{ name: string; plan: Plan; privateRepositories: number; members: number; storageBytes: number | null }> {
    const { database, plans } = this.#parts;
    const { id: namespaceId } = await this.#findNamespace(name);
    const found = await planOfNamespace(database, plans, namespaceId);
    if (!found) throw noNamespace(name);
    const counted = { namespaceId, limit: MAX_COUNTED };
    const repositories = await queries.countPrivateRepositories.first(database, counted);
    const members = await queries.countMembers.first(database, counted);
    const stored = this.isEnforced ? await queries.sumUsage.first(database, { namespaceId }) : null;
    return {
      ...found,
      privateRepositories: repositories?.count ?? 0,
      members: members?.count ?? 0,
      // Between two exact counts it may be a little off, but is never shown below nothing.
      storageBytes: stored && Math.max(0, stored.bytes),
    };
  }

  /** Throws NOT_FOUND, REQUEST_INVALID. */
  async setAccountPlan(by: Principal, login: string, plan: string | null): Promise<void> {
    const { database, access, accounts, audit } = this.#parts;
    this.#assertKnown(plan);
    await database.write(async (trx) => {
      const account = await accounts.findByLogin(login, trx);
      if (!account) throw new RegistryError("NOT_FOUND", { message: "there is no such account" });
      const { id, name } = account;
      const before = { plan: (await queries.findAccountPlan.first(trx, { accountId: id }))?.plan ?? null };
      await queries.setAccountPlan.run(trx, { accountId: id, plan });
      access.changes(trx);
      await audit.record(trx, {
        by,
        action: "account.plan",
        target: { kind: "account", name, id },
        before,
        after: { plan },
      });
    });
  }

  /** Throws NOT_FOUND, REQUEST_INVALID. */
  async setNamespacePlan(by: Principal, namespace: string, plan: string | null): Promise<void> {
    const { database, access, audit } = this.#parts;
    this.#assertKnown(plan);
    const { id, name } = await this.#findNamespace(namespace);
    await database.write(async (trx) => {
      const row = await queries.findNamespacePlan.first(trx, { namespaceId: id });
      if (!row) throw noNamespace(namespace);
      await queries.setNamespacePlan.run(trx, { namespaceId: id, plan });
      access.changes(trx);
      const target = { kind: "namespace", name, id } as const;
      const before = { plan: row.own_plan };
      await audit.record(trx, { by, action: "namespace.plan", target, namespaceId: id, before, after: { plan } });
    });
  }

  #assertKnown(plan: string | null): void {
    const { plans } = this.#parts;
    if (plan === null || plans.find(plan) !== null) return;
    const names = plans.list.map(({ name }) => name).join(", ");
    throw new RegistryError("REQUEST_INVALID", { message: `there is no plan of that name; there are ${names}` });
  }

  async #findNamespace(name: string): Promise<{ id: number; name: string }> {
    const { database, repositories } = this.#parts;
    const found = await repositories.findNamespace(database, name.toLowerCase());
    if (!found) throw noNamespace(name);
    return found;
  }
}

async function pullsOf({ counter }: Limits, { plan, source, shown }: Puller): Promise<PullUsage | null> {
  if (plan.pulls === null) return null;
  const { pulls: limit, pullWindowSeconds: windowSeconds } = plan;
  const { remaining, endsInMs } = await counter.take(source, { limit, windowMs: windowSeconds * 1_000 }, 0);
  return { limit, windowSeconds, remaining, resetsAt: Date.now() + endsInMs, source: shown };
}

function noNamespace(name: string): RegistryError {
  return new RegistryError("NOT_FOUND", { message: `there is no namespace ${name.slice(0, 100)}` });
}
