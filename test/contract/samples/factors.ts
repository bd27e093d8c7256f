// Values for the parameters of statements on second factors.

export const SAMPLES: Record<string, unknown> = {
  codeHash: "c".repeat(64),
  counter: 1,
  credentialId: "AAAA",
  credentialKey: "BBBB",
  passkeyId: 1,
  passkeyName: "phone",
  sealedSecret: "berth-seal-1.",
  step: 58_000_000,
  transports: "[]",
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  insertSpent: { key: `challenge:${"d".repeat(64)}` },
};
