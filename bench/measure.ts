// The words of the benchmark: a measure is one experiment on one server; it yields one or more metrics, and each
// metric is a row of the table with the goal that it is held against.
import type { Dataset, DatasetPart } from "./dataset.ts";
import type { LimitName, PeerName } from "./peers/names.ts";
import type { Peer } from "./peers/peer.ts";

/**
 * `times`: better than docker-registry by this factor. `fraction`: at most this part of docker-registry's figure.
 * `absolute`: the figure itself, at most (or at least, where higher is better).
 */
export type Goal = { kind: "times" | "fraction" | "absolute"; must: number; ambitious: number };

export type Metric = {
  key: string;
  label: string;
  better: "higher" | "lower";
  goal?: Goal;
  /** What the machine itself can do, and the part of it that Berth should reach (null: shown only). */
  limit?: { name: LimitName; part: number | null };
  /** Unit of the server's CPU time that is shown beside the figure. */
  cpuUnit?: "us/request" | "ms/image" | "s/GB";
  /** Goal for the CPU column, absolute. */
  cpuAtMost?: number;
};

export type Sample = { values: Record<string, number>; cpu?: Record<string, number> } | { skipped: string };

export type Context = {
  /** Length of one timed load. */
  seconds: number;
  quick: boolean;
  /** Scratch space on the same file system as the data directories. */
  directory: string;
  dataset: Dataset;
};

export type Measure = {
  name: string;
  metrics: Metric[];
  needs: DatasetPart[];
  /** Servers other than the two peers that run the same experiment as the machine's limit. */
  limits?: ("nginx" | "empty handler")[];
  /** Peers that can do this at all; both when absent. */
  peers?: PeerName[];
  /** Runs only when `--only` names it. */
  isOptional?: true;
  run: (peer: Peer, context: Context) => Promise<Sample>;
  /** A limit that is a program rather than a server. */
  runLimit?: (context: Context) => Promise<Sample>;
};

export const times = (must: number, ambitious: number): Goal => ({ kind: "times", must, ambitious });
export const fraction = (must: number, ambitious: number): Goal => ({ kind: "fraction", must, ambitious });
export const absolute = (must: number, ambitious: number): Goal => ({ kind: "absolute", must, ambitious });
