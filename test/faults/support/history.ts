// Whether a history of one register is linearizable: whether each operation can be given an instant between its begin and
// its end so that the register, changed at those instants one by one, would have given every answer that was given.
// The search is Wing and Gong's with the memory of Lowe: take any operation that began before the first end among those
// that are left, and never come twice to the same set of taken operations with the same value. What changes nothing for
// those that are left is taken at once and for good, and a value that somebody has still to see is not overwritten
// unless it can come again: without these two, many clients at one slow register are too much to search.

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
  const path: { index: number; before: Value; isForced: boolean }[] = [];
  const required = sorted.filter((it) => it.endedAt !== Infinity).length;
  const left = new Left(sorted);
  let value = initial;
  let done = 0;
  let longest = 0;
  let lowest = 0;
  let from = 0;
  for (;;) {
    if (done === required) return { isLinearizable: true, isOpen: false, longest: done };
    while (lowest < sorted.length && taken[lowest] === 1) lowest += 1;
    const next = findNext(sorted, taken, lowest, from, value, left);
    const call = next && sorted[next.index];
    if (!next || !call) {
      const last = path.pop();
      const undone = last && sorted[last.index];
      if (!last || !undone) return { isLinearizable: false, isOpen: false, longest };
      taken[last.index] = 0;
      left.add(undone, 1);
      if (undone.endedAt !== Infinity) done -= 1;
      value = last.before;
      lowest = Math.min(lowest, last.index);
      // Nothing else would have done better than what was forced.
      from = last.isForced ? sorted.length : last.index + 1;
      continue;
    }
    const { index, isForced } = next;
    const before = value;
    value = apply(call, value);
    taken[index] = 1;
    const key = isForced ? null : keyOf(taken, lowest, value);
    if (key !== null && seen.has(key)) {
      taken[index] = 0;
      value = before;
      from = index + 1;
      continue;
    }
    if (seen.size > STATES_LIMIT) return { isLinearizable: false, isOpen: true, longest };
    if (key !== null) seen.add(key);
    left.add(call, -1);
    path.push({ index, before, isForced });
    if (call.endedAt !== Infinity) done += 1;
    longest = Math.max(longest, done);
    from = 0;
  }
}

/** What is not taken yet: how many have to see a value, and how many can bring it about. */
class Left {
  readonly #seers = new Map<Value, number>();
  readonly #makers = new Map<Value, number>();

  constructor(calls: readonly Call[]) {
    for (const call of calls) this.add(call, 1);
  }

  add(call: Call, count: number): void {
    const isMaker = call.kind === "write" || call.kind === "remove";
    const value = call.kind === "write" || call.kind === "read" ? call.value : null;
    // One without an answer may never have happened, so it has to see nothing.
    if (!isMaker && call.endedAt === Infinity) return;
    const counts = isMaker ? this.#makers : this.#seers;
    counts.set(value, (counts.get(value) ?? 0) + count);
  }

  isAwaited(value: Value): boolean {
    return (this.#seers.get(value) ?? 0) > 0;
  }

  canComeAgain(value: Value): boolean {
    return (this.#makers.get(value) ?? 0) > 0;
  }
}

/** The first operation from `from` on that may come next: it began before any that is left has ended, and its answer fits. */
function findNext(
  sorted: readonly Call[],
  taken: Uint8Array,
  lowest: number,
  from: number,
  value: Value,
  left: Left,
): { index: number; isForced: boolean } | null {
  let firstEnd = Infinity;
  for (let index = lowest; index < sorted.length; index += 1) {
    const call = sorted[index];
    if (!call || taken[index] === 1) continue;
    if (call.begunAt > firstEnd) break;
    firstEnd = Math.min(firstEnd, call.endedAt);
  }
  const find = (start: number, until: number, isWanted: (call: Call) => boolean): number | null => {
    for (let index = start; index < sorted.length; index += 1) {
      const call = sorted[index];
      if (!call || taken[index] === 1) continue;
      if (call.begunAt > until) return null;
      if (isWanted(call)) return index;
    }
    return null;
  };
  if (from === 0) {
    const isIdle = value !== null && !left.isAwaited(value);
    const forced = find(lowest, firstEnd, (call) => {
      if (call.kind === "read" || call.kind === "miss") return fits(call, value);
      // From one value that nobody waits for to another, unless it could come after a removal, for the next one.
      if (!isIdle || call.kind !== "write" || left.isAwaited(call.value)) return false;
      return find(lowest, call.endedAt, (other) => other.kind === "remove") === null;
    });
    if (forced !== null) return { index: forced, isForced: true };
  }
  if (left.isAwaited(value) && !left.canComeAgain(value)) return null;
  const index = find(Math.max(lowest, from), firstEnd, (call) => fits(call, value));
  return index === null ? null : { index, isForced: false };
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
