// Values for the parameters of statements on the audit log.

export const SAMPLES: Record<string, unknown> = {
  action: "tag.put",
  actorId: 1,
  actorKey: "account:1",
  actorKind: "person",
  actorName: "ada",
  agent: "docker/27",
  afterId: 0,
  at: 1_000,
  beforeAt: 2_000,
  beforeId: 1,
  credential: "password",
  from: 0,
  hour: 3_600_000,
  newValues: "{}",
  occurrences: 1,
  oldValues: null,
  outcome: "allowed",
  pulls: 1,
  reason: null,
  repositoryName: "acme/api",
  requestId: "0123456789-1",
  targetId: "v1",
  targetKind: "tag",
  targetName: "acme/api",
  upToId: 1,
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  listEventsOfActor: { value: "ada" },
  listEventsOfAction: { value: "tag.put" },
  listEventsOfTarget: { value: "acme/api" },
  deleteEventsBefore: { before: 500 },
};
