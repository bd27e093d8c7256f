/** Whose plan counts: of a caller for pulls, of a namespace for what is stored in it. */
import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import type { Database, Queryable } from "../database/database.ts";
import { moreGenerous, type Plans } from "./plans.ts";
import * as queries from "./queries.ts";
import { sourceOfAddress } from "./source.ts";
import type { Plan } from "./tiers.ts";

/** `source`: under which name its pulls are counted. `shown`: what clients are told of it. */
export type Puller = { plan: Plan; source: string; shown: string };

type Known = { puller: Puller; generation: number; until: number };

const MAX_REMEMBERED = 10_000;

export type PlanFinderParts = { database: Database; access: Access; plans: Plans };

export class PlanFinder {
  readonly #parts: PlanFinderParts;
  readonly #known = new Map<number, Known>();

  constructor(parts: PlanFinderParts) {
    this.#parts = parts;
  }

  /** At once for callers without an account, and for those that called a little earlier. */
  ofCaller({ rights }: Principal, address: string): Puller | Promise<Puller> {
    if (rights === null) {
      const source = sourceOfAddress(address);
      return { plan: this.#parts.plans.anonymous, source, shown: source };
    }
    const known = this.#known.get(rights.accountId);
    if (known && known.generation === this.#parts.access.generation && known.until > Date.now()) return known.puller;
    return this.#find(rights.accountId);
  }

  async #find(accountId: number): Promise<Puller> {
    const { access } = this.#parts;
    const { generation, rememberUntil: until } = access;
    const puller = await this.#load(accountId);
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(accountId, { puller, generation, until });
    return puller;
  }

  /**
   * A person's own plan or that of an organisation they are in, whichever lets more be pulled. What an organisation's
   * robots pull is counted together: there may be as many of them as it likes.
   */
  async #load(accountId: number): Promise<Puller> {
    const { database, plans } = this.#parts;
    const account = await queries.findAccountPlan.first(database, { accountId });
    if (account?.kind === "robot" && account.namespace_id !== null) {
      const source = `namespace:${account.namespace_id}`;
      return { plan: plans.of(account.plan ?? account.namespace_plan), source, shown: source };
    }
    let plan = plans.of(account?.plan ?? null);
    for (const row of await queries.listMemberPlans.all(database, { accountId })) {
      plan = moreGenerous(plan, plans.of(row.plan));
    }
    return { plan, source: `account:${accountId}`, shown: String(accountId) };
  }
}

/** The plan of a namespace; null when there is no such namespace. */
export async function planOfNamespace(
  on: Queryable,
  plans: Plans,
  namespaceId: number,
): Promise<{ plan: Plan; name: string } | null> {
  const row = await queries.findNamespacePlan.first(on, { namespaceId });
  return row && { plan: plans.of(row.plan), name: row.name };
}
