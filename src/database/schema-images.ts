/** The tables behind the pages of images, as Kysely sees them; `schema.ts` joins them to the others. */

export interface ImagesSchema {
  manifest_facts: ManifestFactsTable;
  manifest_pulls: ManifestPullsTable;
  pull_counts: PullCountTable;
}

/** What follows from a manifest and what it names, found out when somebody first looked. Can be found out again at any time. */
interface ManifestFactsTable {
  manifest_id: number;
  /** Of the rules by which it was found out: rows of older ones are made anew. */
  version: number;
  kind: string;
  /** With all that it names, each once. */
  size_bytes: number;
  /** JSON list. */
  platforms: string;
  /** 0: some of what an index names was not here, and may come. */
  is_complete: number;
  computed_at: number;
}

/** How often a manifest was pulled; that of an index's child counts for the index too. */
interface ManifestPullsTable {
  manifest_id: number;
  pulls: number;
  last_at: number;
}

/** Pulls of a repository in the hour, and in the day, of UTC that begins at `at`. */
interface PullCountTable {
  repository_id: number;
  unit: "hour" | "day";
  at: number;
  pulls: number;
}
