/** The values that facets of the search may have; both the server's parts and its endpoints know them. */

/** What a repository holds, by its newest tags; one may hold several. */
export const KINDS = ["image", "helm", "compose", "wasm", "artifact"] as const;

export const PUBLISHERS = ["official", "verified", "community"] as const;

/** Not before so long ago: `PERIOD_DAYS`. */
export const PERIODS = ["day", "week", "month", "year"] as const;

export const PERIOD_DAYS: Record<(typeof PERIODS)[number], number> = { day: 1, week: 7, month: 30, year: 365 };

export const ORDERS = ["relevance", "stars", "pulls", "updated", "name"] as const;
