/** The tables of background work and of the storage's growth, as Kysely sees them; `schema.ts` joins them to the others. */
import type { Generated } from "kysely";

export interface UsageSchema {
  job_runs: JobRunTable;
  storage_growth: StorageGrowthTable;
}

/** One time that a background work was done. No backup holds them: they tell of this server. */
interface JobRunTable {
  id: Generated<number>;
  kind: string;
  /** The machine that did it. */
  node: string;
  /** Null: it began by itself. */
  started_by: string | null;
  began_at: number;
  /** When it last showed that it goes on. */
  seen_at: number;
  ended_at: number | null;
  outcome: "running" | "done" | "failed" | "interrupted";
  error: string | null;
  /** A JSON object of numbers, texts and booleans. */
  summary: string;
  /** A JSON list of `{ at, text }`. */
  log: string;
}

/** What the whole registry stored at a time. */
interface StorageGrowthTable {
  at: number;
  stored_bytes: number;
  logical_bytes: number;
  manifest_bytes: number;
  condemned_bytes: number;
  blobs: number;
  manifests: number;
  repositories: number;
  /** Null where the storage has no limit. */
  free_bytes: number | null;
}
