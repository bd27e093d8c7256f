// Whether a server's process is still there: requests to one that is gone need not wait for their time limit.

import type { Berth } from "../../support/berth.ts";

const LOOK_MS = 10;

export function isAlive({ pid }: Berth): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function watchEnd(berth: Berth): { gone: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (!isAlive(berth)) controller.abort();
  }, LOOK_MS);
  return { gone: controller.signal, stop: () => clearInterval(timer) };
}
