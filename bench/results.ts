// Every sample of a run, and what is read from them: medians over the rounds, and whether a goal is met.
import type { Goal, Measure, Metric, Sample } from "./measure.ts";
import type { LimitName, PeerName } from "./peers/names.ts";

export type Source = PeerName | LimitName;
export type Verdict = "ambitious" | "must" | "missed" | "";

export class Results {
  readonly #values = new Map<string, number[]>();
  readonly #skipped = new Map<string, string>();

  add(source: Source, measure: Measure, sample: Sample): void {
    if ("skipped" in sample) {
      this.#skipped.set(`${source}/${measure.name}`, sample.skipped);
      return;
    }
    for (const [key, value] of Object.entries(sample.values)) this.#push(`${source}/${measure.name}/${key}`, value);
    for (const [key, value] of Object.entries(sample.cpu ?? {}))
      this.#push(`${source}/${measure.name}/${key}/cpu`, value);
  }

  median(source: Source, measure: Measure, metric: Metric): number | null {
    return medianOf(this.#values.get(`${source}/${measure.name}/${metric.key}`));
  }

  medianCpu(source: Source, measure: Measure, metric: Metric): number | null {
    return medianOf(this.#values.get(`${source}/${measure.name}/${metric.key}/cpu`));
  }

  skippedReason(source: Source, measure: Measure): string | null {
    return this.#skipped.get(`${source}/${measure.name}`) ?? null;
  }

  /** All samples, for a file that later runs can be compared with. */
  toJSON(): Record<string, number[]> {
    return Object.fromEntries(this.#values);
  }

  #push(key: string, value: number): void {
    const values = this.#values.get(key) ?? [];
    values.push(value);
    this.#values.set(key, values);
  }
}

function medianOf(values: number[] | undefined): number | null {
  if (values === undefined || values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** How many times better than the other figure. */
export function betterBy(metric: Metric, berth: number, other: number): number {
  return metric.better === "higher" ? berth / other : other / berth;
}

export function judge(metric: Metric, berth: number | null, dockerRegistry: number | null): Verdict {
  const { goal } = metric;
  if (goal === undefined || berth === null || (goal.kind !== "absolute" && dockerRegistry === null)) return "";
  if (reaches(metric, goal, goal.ambitious, berth, dockerRegistry ?? Number.NaN)) return "ambitious";
  return reaches(metric, goal, goal.must, berth, dockerRegistry ?? Number.NaN) ? "must" : "missed";
}

function reaches(metric: Metric, goal: Goal, wanted: number, berth: number, dockerRegistry: number): boolean {
  if (goal.kind === "times") return betterBy(metric, berth, dockerRegistry) >= wanted;
  if (goal.kind === "fraction") return berth / dockerRegistry <= wanted;
  return metric.better === "higher" ? berth >= wanted : berth <= wanted;
}
