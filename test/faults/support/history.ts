// Whether a history of one register is linearizable: whether each operation can be given an instant between its begin and
// its end so that the register, changed at those instants one by one, would have given every answer that was given.
// The search is Wing and Gong's with the memory of Lowe: take any operation that began before the first end among those
// that are left, and never come twice to the same set of taken operations with the same value.

export type Value = string | null;

/**
 * write: the value was put (its answer gives nothing away). read: the value was seen. remove: there was something and it
 * was taken away; miss: a removal that found nothing.
 */
export type Step =
  | { kind: "write"; value: string }
  | { kind: "read"; value: Value }
  | { kind: "remove" }
  | { kind: "miss" };

export type Call = Step & {
  begunAt: number;
  /** Infinity when no answer came: then it may have happened at any time since, or never. */
  endedAt: number;
};

export interface Verdict {
  isLinearizable: boolean;
  /** The search was given up: its history is neither proven nor refuted. */
  isOpen: boolean;
  /** The most operations that could be put in an order. */
  longest: number;
}

const STATES_LIMIT = 2_000_000;

export function judge(calls: readonly Call[], initial: Value): Verdict {
  const sorted = [...calls].sort((a, b) => a.begunAt - b.begunAt);
  const taken = new Uint8Array(sorted.length);
  const seen = new Set<string>();
  const path: { index: number; before: Value; from: number }[] = [];
  const required = sorted.filter((it) => it.endedAt !== Infinity).length;
  let value = initial;
  let done = 0;
  let longest = 0;
  let lowest = 0;
  let from = 0;
  for (;;) {
    if (done === required) return { isLinearizable: true, isOpen: false, longest: done };
    while (lowest < sorted.length && taken[lowest] === 1) lowest += 1;
    const next = findNext(sorted, taken, lowest, from, value);
    if (next === null) {
      const last = path.pop();
      if (!last) return { isLinearizable: false, isOpen: false, longest };
      taken[last.index] = 0;
      if (sorted[last.index]?.endedAt !== Infinity) done -= 1;
      value = last.before;
      lowest = Math.min(lowest, last.index);
      from = last.index + 1;
      continue;
    }
    const before = value;
    value = apply(sorted[next.index], value);
    taken[next.index] = 1;
    const key = keyOf(taken, lowest, value);
    if (seen.has(key)) {
      taken[next.index] = 0;
      value = before;
      from = next.index + 1;
      continue;
    }
    if (seen.size > STATES_LIMIT) return { isLinearizable: false, isOpen: true, longest };
    seen.add(key);
    path.push({ index: next.index, before, from });
    if (sorted[next.index]?.endedAt !== Infinity) done += 1;
    longest = Math.max(longest, done);
    from = 0;
  }
}

/** The first operation from `from` on that may come next: it began before any that is left has ended, and its answer fits. */
function findNext(
  sorted: readonly Call[],
  taken: Uint8Array,
  lowest: number,
  from: number,
  value: Value,
): { index: number } | null {
  let firstEnd = Infinity;
  for (let index = lowest; index < sorted.length; index += 1) {
    const call = sorted[index];
    if (!call || taken[index] === 1) continue;
    if (call.begunAt > firstEnd) break;
    firstEnd = Math.min(firstEnd, call.endedAt);
  }
  return scan(sorted, taken, Math.max(lowest, from), firstEnd, value);
}

function scan(
  sorted: readonly Call[],
  taken: Uint8Array,
  start: number,
  firstEnd: number,
  value: Value,
): { index: number } | null {
  for (let index = start; index < sorted.length; index += 1) {
    const call = sorted[index];
    if (!call || taken[index] === 1) continue;
    if (call.begunAt > firstEnd) return null;
    if (fits(call, value)) return { index };
  }
  return null;
}

function fits(step: Step, value: Value): boolean {
  if (step.kind === "read") return step.value === value;
  if (step.kind === "remove") return value !== null;
  return step.kind === "write" || value === null;
}

function apply(step: Step | undefined, value: Value): Value {
  if (step?.kind === "write") return step.value;
  return step?.kind === "remove" ? null : value;
}

/** What is taken below `lowest` is all of it, so only the ragged front has to be told apart. */
function keyOf(taken: Uint8Array, lowest: number, value: Value): string {
  let end = taken.lastIndexOf(1) + 1;
  end = Math.max(end, lowest);
  return `${lowest}:${taken.subarray(lowest, end).join("")}:${value}`;
}
