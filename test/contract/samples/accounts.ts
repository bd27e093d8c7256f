// Values for the parameters of statements on sessions, mailed codes and lists of accounts.

export const SAMPLES: Record<string, unknown> = {
  agent: "Firefox",
  codeHash: "c".repeat(64),
  keep: 100,
  mailPurpose: "reset",
  sessionHash: "b".repeat(64),
  sessionId: 1,
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  listAccounts: { prefix: "a", prefixEnd: "a~", after: "" },
};
