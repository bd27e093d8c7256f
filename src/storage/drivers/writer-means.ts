/** What the writers of one driver share. */
import type { DirectorySync } from "../files.ts";
import type { HashPool } from "../hasher.ts";
import type { ByteBudget, SlotPool } from "../slots.ts";
import type { SuspendedHashes } from "./filesystem-hash.ts";
import type { Warmer } from "./filesystem-warmer.ts";

export type WriterMeans = {
  slots: SlotPool;
  hashes: HashPool;
  gathering: ByteBudget;
  directories: DirectorySync;
  suspended: SuspendedHashes;
  warmer: Warmer;
  /** Those that are open, for the sweep. */
  writers: Set<{ relieve: (now: number) => void }>;
  directIo: boolean;
};
