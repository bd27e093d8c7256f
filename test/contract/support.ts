// `describe` for a suite that needs something which the machine may not have.

import { describe, setDefaultTimeout } from "bun:test";

const TEST_TIMEOUT_MS = 60_000;

/** Skips the suite, printing the reason, when there is one. */
export function describeUnless(name: string, reason: string | null, body: () => void): void {
  setDefaultTimeout(TEST_TIMEOUT_MS);
  if (reason === null) {
    describe(name, body);
    return;
  }
  console.error(`skip: ${name}: ${reason}`);
  describe.skip(name, body);
}
