/**
 * The plans that come with Berth: the tiers of Docker Hub as its documentation gave them in 2025 ("Docker Hub usage and
 * limits" of April 2025, "Automated builds", "Docker plans"), looked up in November 2026. They are data: `limits.plans` in
 * the configuration changes every figure and adds plans, and nothing is limited unless `limits.enabled` is true.
 *
 * Storage is unlimited in all of them, as it is there: the 2, 5, 50 and 500 GB for private repositories that were announced
 * for Personal, Pro, Team and Business in December 2024 were withdrawn before they came into force. Organisations of a free
 * or Pro account have their owner alone: there they need Team, which is for up to 100 people.
 */

/** Of `null` there is no limit. */
export type Figures = {
  /** Manifests that may be got in a window, by account, or by address without one. */
  pulls: number | null;
  pullWindowSeconds: number;
  /** In a namespace. */
  privateRepositories: number | null;
  /** Of the blobs in a namespace's repositories, each counted once. */
  storageBytes: number | null;
  /** Of an organisation, its owners included. */
  members: number | null;
  /** Nothing builds here yet; the figure stands ready for what will. */
  parallelBuilds: number | null;
};

export type Plan = Figures & { name: string };

export const SIX_HOURS = 21_600;

export const UNLIMITED: Figures = {
  pulls: null,
  pullWindowSeconds: SIX_HOURS,
  privateRepositories: null,
  storageBytes: null,
  members: null,
  parallelBuilds: null,
};

export const TIERS: readonly Plan[] = [
  // By IPv4 address or IPv6 network of 64 bits. Who has no account has no namespace.
  { ...UNLIMITED, name: "anonymous", pulls: 100, privateRepositories: 0, members: 0, parallelBuilds: 0 },
  { ...UNLIMITED, name: "free", pulls: 200, privateRepositories: 1, members: 1, parallelBuilds: 0 },
  { ...UNLIMITED, name: "pro", members: 1, parallelBuilds: 5 },
  { ...UNLIMITED, name: "team", members: 100, parallelBuilds: 15 },
  { ...UNLIMITED, name: "business", parallelBuilds: 15 },
];
