// Values for the parameters of statements behind the pages of images.

const digest = `sha256:${"a".repeat(64)}`;

export const SAMPLES: Record<string, unknown> = {
  begins: 3_600_000,
  facts: JSON.stringify([
    { manifest: "1", version: "1", kind: "image", bytes: "10", platforms: "[]", complete: "1", computed: "1000" },
  ]),
  lastAt: 2_000,
  names: JSON.stringify(["latest", `${digest.replace(":", "-")}.sig`]),
  since: 1_000,
  target: "team/app",
  unit: "hour",
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  findNewestTag: { actor: "" },
  listPullCounts: { from: 0 },
  deletePullCounts: { before: 3_600_000 },
};
