// Values for the parameters of statements on usage, background work and administration.

export const SAMPLES: Record<string, unknown> = {
  afterAccount: 0,
  at: 1_000,
  blobCount: 1,
  condemnedBytes: 0,
  fromRepository: 0,
  freeBytes: null,
  jobKind: "gc",
  jobOutcome: "done",
  lines: "[]",
  logicalBytes: 2,
  manifestBytes: 1,
  manifestCount: 1,
  node: "machine",
  repositoryCount: 1,
  runId: 1,
  seenAt: 1_000,
  seenBefore: 2_000,
  startedBy: null,
  storedBytes: 1,
  times: JSON.stringify([{ at: 1_000 }]),
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  deleteOldRunsOfKind: { keep: 1_000 },
  endRun: { outcome: "done", error: null, summary: "{}" },
  insertRun: { summary: "{}" },
  interruptRun: { error: "the server ended" },
  noteRun: { summary: "{}" },
};
