// Values for the parameters of statements on the search's index.

export const SAMPLES: Record<string, unknown> = {
  architectures: "amd64",
  belowName: "a~",
  dueIds: "[1,2]",
  fromName: "a",
  isSigned: 0,
  kinds: "image",
  // A word of its own in the language of either database.
  match: "app",
  matchLimit: 1_000,
  maxBytes: 65_536,
  noteCount: 100,
  pages: 16,
  pushedSince: 0,
  readmeLength: 1_000,
  rebuildCount: 10,
  stateKey: "version",
  stateValue: 1,
  systems: "linux",
  tags: "latest",
  tokens: "app _gapp",
  wantedIds: "[1]",
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  saveDocument: { repositoryId: 1 },
};
