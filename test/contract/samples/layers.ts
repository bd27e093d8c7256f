// Values for the parameters of statements on the indexes of layers.

export const SAMPLES: Record<string, unknown> = {
  afterManifest: 0,
  attempts: 1,
  entries: 3,
  staleBefore: 1_000,
  uncompressedBytes: 1_024,
  upToManifest: 200,
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  beginIndex: { version: 1 },
  findIndexBytes: { version: 1 },
  finishIndex: { state: "parked", reason: "it is no sound archive", storageKey: null, content: null },
  listIndexKeys: { storageKeys: JSON.stringify([`indexes/${"a".repeat(32)}`]) },
};
