/** The tables of plans, as Kysely sees them; `schema.ts` joins them to the others. */
import type { Generated } from "kysely";

export interface LimitsSchema {
  usage_counters: UsageCounterTable;
  pull_windows: PullWindowTable;
}

/** What a namespace stores, in parts that are added up, so that pushes to one namespace need not wait for each other. */
interface UsageCounterTable {
  namespace_id: number;
  shard: number;
  bytes: number;
  /** Of shard 0: how many exact counts have corrected the sum, so that none does so twice. */
  corrections: Generated<number>;
}

/** Pulls for one source (`account:1`, `namespace:1` or an address) in a window that its first pull began. */
interface PullWindowTable {
  source: string;
  pulls: number;
  ends_at: number;
}
