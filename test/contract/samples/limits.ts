// Values for the parameters of statements on plans and what they limit.

export const SAMPLES: Record<string, unknown> = {
  afterNamespace: 0,
  afterShard: -1,
  bytes: 1,
  corrections: 0,
  plan: null,
  shard: 1,
  windows: JSON.stringify([{ source: "192.0.2.1", pulls: 1, ends_at: 2_000 }]),
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  findPullWindow: { source: "192.0.2.1" },
};
