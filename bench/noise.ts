// Tells whether somebody else used the machine: a fixed amount of work is timed again and again, and a slowest pass far
// below the usual one means that the wall-clock figures beside it deserve no trust.
const PASSES = 16;
const ITERATIONS = 4_000_000;
const QUIET_PART = 0.8;

/** True when the machine was disturbed in the last tenth of a second. */
export function isNoisy(): boolean {
  fixedWork();
  const speeds = Array.from({ length: PASSES }, () => {
    const startedAt = performance.now();
    fixedWork();
    return 1 / (performance.now() - startedAt);
  }).sort((a, b) => a - b);
  const median = speeds[PASSES / 2] ?? 1;
  return (speeds[0] ?? 1) < median * QUIET_PART;
}

function fixedWork(): number {
  let state = 1;
  for (let count = 0; count < ITERATIONS; count++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return state;
}
