// Values for the parameters of statements on repositories and tags as resources.

export const SAMPLES: Record<string, unknown> = {
  beforeId: 1_000,
  beforeName: "z",
  beforeValue: 1_000_000,
  beforeRevision: 1_000,
  binnedAt: 5_000,
  binnedBy: "ada",
  description: "An image",
  isOfficial: 1,
  namePattern: "%app%",
  officialOnly: 0,
  pullsMore: 1,
  pushedAt: 2_000,
  readme: "# App",
  starredBy: 0,
  starsMore: 1,
  stretch: 1_000,
  downToName: "",
  downToValue: -1,
  going: 1,
  gone: 0,
  upToName: "~",
  wantedNamespaceId: 1,
  wantedVisibility: "private",
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  insertNewRepository: { name: "team/empty" },
  insertFormerName: { name: "team/former", repositoryId: 1 },
  findRenamed: { name: "team/former", namespace: "team", rest: "/former" },
  renameRepository: { namespaceId: 1, name: "team/app" },
  binRepository: { binnedAt: null, binnedBy: null },
};
