// How much each fault test does: a little in `npm test`, the minimum of continuous integration with BERTH_TEST_FULL=true,
// all of it with `npm run test:faults -- --full`. And the random choices, whose seed every failure shows.

export type Amounts = { short: number; ci: number; full: number };

/** `BERTH_TEST_<NAME>` overrides what the level says. */
export function amount(name: string, amounts: Amounts): number {
  const own = process.env[`BERTH_TEST_${name}`];
  if (own !== undefined) return Number(own);
  if (process.env["BERTH_TEST_FAULTS"] === "full") return amounts.full;
  return process.env["BERTH_TEST_FULL"] === "true" ? amounts.ci : amounts.short;
}

export interface Random {
  readonly seed: number;
  /** At least 0 and less than 1. */
  next(): number;
  /** A whole number of at least 0 and less than `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  bytes(sizeBytes: number): Uint8Array<ArrayBuffer>;
  /** A generator of its own that depends on this seed and the number only. */
  fork(number: number): Random;
}

/** The seed is BERTH_TEST_SEED or a new one, and is printed: the same one makes the same choices again. */
export function startRandom(name: string): Random {
  const given = process.env["BERTH_TEST_SEED"];
  const seed = given === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! : Number(given);
  console.error(`${name}: seed ${seed} (BERTH_TEST_SEED=${seed} repeats its choices)`);
  return randomFrom(seed);
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const random: Random = {
    seed,
    next: () => word() / 2 ** 32,
    below: (limit) => Math.floor((word() / 2 ** 32) * limit),
    pick: (items) => {
      const item = items[random.below(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    bytes: (sizeBytes) => {
      const words = new Uint32Array(Math.ceil(sizeBytes / 4));
      // A cheaper generator: these only have to differ.
      let value = word() | 1;
      for (let index = 0; index < words.length; index += 1) {
        value ^= value << 13;
        value ^= value >>> 17;
        value ^= value << 5;
        words[index] = value;
      }
      return new Uint8Array(words.buffer, 0, sizeBytes);
    },
    fork: (number) => randomFrom((Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0),
  };
  return random;
}
