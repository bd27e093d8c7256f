// The garbage collector, driven from outside: pass after pass without grace, over the operators' socket.

import { join } from "node:path";
import type { Berth } from "../../support/berth.ts";

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
    let answer: { status: number; text: string };
    try {
      answer = await askForPass(berth);
    } catch {
      // It was killed; if not, whoever else talks to it will tell.
      break;
    }
    if (answer.status !== 200 || answer.text.includes('"event":"failed"')) {
      throw new Error(`garbage collection answered ${answer.status} ${answer.text.slice(0, 500)}`);
    }
    passes += 1;
  }
  return passes;
}

async function askForPass(berth: Berth): Promise<{ status: number; text: string }> {
  const response = await fetch("http://localhost/api/v1/gc", {
    method: "POST",
    unix: join(berth.dataDirectory, "berth.sock"),
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ now: true }),
  });
  return { status: response.status, text: await response.text() };
}
