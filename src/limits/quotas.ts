/**
 * What a namespace may hold: private repositories and members, counted under a lock when one is added; bytes, reserved in
 * counters that pushes need not wait for, and settled by `Recount`.
 *
 * Pushes that commit at the same moment do not see each other's bytes: a namespace may come to have more than its plan by
 * what they add together, never more. What is deleted makes room when the bytes are free, after the recycle bin and the
 * garbage collector are through with it.
 */
import type { LimitCheck } from "../access/limit-check.ts";
import type { Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { formatBytes } from "../lib/config-types.ts";
import type { Change, Gate } from "../registry/gates.ts";
import { planOfNamespace } from "./plan-finder.ts";
import type { Plans } from "./plans.ts";
import * as queries from "./queries.ts";

/** Rows that a namespace's bytes are spread over. */
const SHARDS = 8;

type Count = { count: number };

export class Quotas implements LimitCheck {
  readonly #plans: Plans;
  /** Called when a push was refused: what is counted may be out of date. */
  onFull: () => void = () => undefined;

  constructor(plans: Plans) {
    this.#plans = plans;
  }

  async privateRepository(trx: Transaction, namespaceId: number): Promise<void> {
    await this.#assertRoom(
      trx,
      namespaceId,
      "privateRepositories",
      ["private repository", "private repositories"],
      (limit) => queries.countPrivateRepositories.first(trx, { namespaceId, limit }),
    );
  }

  async member(trx: Transaction, namespaceId: number): Promise<void> {
    await this.#assertRoom(trx, namespaceId, "members", ["member", "members"], (limit) =>
      queries.countMembers.first(trx, { namespaceId, limit }),
    );
  }

  /** For the registry: bytes are reserved in the transaction that links a blob which the namespace does not have yet. */
  readonly gate: Gate = async (trx, change) => {
    // What an operator restores was counted when it was pushed.
    if (change.kind === "blob-link" && change.principal.kind !== "operator") await this.#reserve(trx, change);
  };

  async #reserve(trx: Transaction, change: Change & { kind: "blob-link" }): Promise<void> {
    const { repositoryId, digest, sizeBytes } = change;
    const found = await queries.findRepositoryPlan.first(trx, { repositoryId });
    if (!found) return;
    const plan = this.#plans.of(found.plan);
    if (plan.storageBytes === null) return;
    const namespaceId = found.namespace_id;
    if (await queries.findNamespaceLink.first(trx, { namespaceId, digest })) return;
    const used = (await queries.sumUsage.first(trx, { namespaceId }))?.bytes ?? 0;
    if (used + sizeBytes > plan.storageBytes) {
      this.onFull();
      throw new RegistryError("DENIED", {
        message:
          `${found.name} stores ${formatBytes(used)} of the ${formatBytes(plan.storageBytes)} that its plan ${plan.name} allows, ` +
          `and this blob has ${formatBytes(sizeBytes)}: delete images (they count until the recycle bin is emptied), or ask an administrator for another plan`,
        detail: { plan: plan.name, limitBytes: plan.storageBytes, usedBytes: used, sizeBytes },
      });
    }
    await queries.addUsage.run(trx, { namespaceId, shard: 1 + Math.floor(Math.random() * SHARDS), bytes: sizeBytes });
  }

  async #assertRoom(
    trx: Transaction,
    namespaceId: number,
    figure: "privateRepositories" | "members",
    [one, many]: readonly [string, string],
    count: (limit: number) => Promise<Count | null>,
  ): Promise<void> {
    const found = await planOfNamespace(trx, this.#plans, namespaceId);
    const limit = found?.plan[figure] ?? null;
    if (found === null || limit === null) return;
    await queries.lockNamespace.run(trx, { namespaceId });
    // No more are counted than decide it, however many there were under another plan.
    const { count: counted } = (await count(limit + 1)) ?? { count: 0 };
    if (counted < limit) return;
    const has = counted > limit ? `more than ${limit}` : String(counted);
    throw new RegistryError("DENIED", {
      message: `${found.name} has ${has} ${counted === 1 ? one : many}, and its plan ${found.plan.name} allows ${limit}: ask an administrator of this registry for another plan`,
      detail: { plan: found.plan.name, limit },
    });
  }
}
