// The garbage collector, driven from outside: pass after pass without grace, over the operators' socket.

import type { Berth } from "../../support/berth.ts";
import { askOperator, OperatorError } from "./operator.ts";

/** What of the bin is left after a delete, and of the bytes of a blob without links: nothing. `leaseSeconds`: null for the usual ones. */
export function eager(leaseSeconds: number | null): Record<string, string> {
  return {
    BERTH_GC_INTERVAL_SECONDS: "1",
    BERTH_GC_GRACE_SECONDS: "0",
    BERTH_BIN_KEEP_SECONDS: "0",
    ...(leaseSeconds === null ? {} : { BERTH_GC_LEASE_SECONDS: String(leaseSeconds) }),
  };
}

/** Until told to stop, or the server is gone; how many passes. Throws when one fails. */
export async function collectUntil(berth: Berth, signal: AbortSignal): Promise<number> {
  let passes = 0;
  while (!signal.aborted) {
    try {
      await collectNow(berth.dataDirectory);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      // It was killed; if not, whoever else talks to it will tell.
      break;
    }
    passes += 1;
  }
  return passes;
}

/** One pass that gives no grace. */
export async function collectNow(dataDirectory: string): Promise<void> {
  await askOperator(dataDirectory, "gc", { now: true });
}
