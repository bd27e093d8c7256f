/**
 * Finds and names every divergence between the rows and the stored bytes, while the server works: in batches, and with
 * a second look at whatever seems wrong, because a push or the collector may have been in the middle of it.
 *
 * A repair takes what is wrong out of service or removes what belongs to nobody. It never removes bytes that a row names.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { checkBlobs } from "./fsck-blobs.ts";
import { checkDatabase, checkFiles, checkManifests, checkTags, checkUploads } from "./fsck-rows.ts";
import type { Finding, FsckCounts, FsckParts, FsckRun } from "./finding.ts";

export type FsckOptions = {
  repair: boolean;
  /** Whether stored bytes are read and hashed, or only looked for. */
  readBytes: boolean;
  /** Ends the run with an AbortError. */
  signal?: AbortSignal;
  /** Waited for. */
  onFinding: (finding: Finding) => void | Promise<void>;
};

export type FsckReport = { checked: FsckCounts; findings: number; repaired: number };

const CONFIRM_AFTER_MS = 1_000;

export class Fsck {
  readonly #parts: FsckParts;

  constructor(parts: FsckParts) {
    this.#parts = parts;
  }

  async run({ repair, readBytes, onFinding, signal = new AbortController().signal }: FsckOptions): Promise<FsckReport> {
    const report: FsckReport = {
      checked: { blobs: 0, manifests: 0, tags: 0, uploads: 0, files: 0, bytesRead: 0 },
      findings: 0,
      repaired: 0,
    };
    const run: FsckRun = {
      parts: this.#parts,
      repair,
      readBytes,
      signal,
      checked: report.checked,
      async found(finding, fix) {
        const repaired = repair && fix !== undefined && (await fix());
        report.findings += 1;
        if (repaired) report.repaired += 1;
        await onFinding({ ...finding, repaired });
      },
      async rest() {
        // A timer, not a promise: reading SQLite resolves at once, and the event loop would never go round.
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
      },
      doubt: () => sleep(this.#parts.confirmAfterMs ?? CONFIRM_AFTER_MS, undefined, { signal }),
    };
    for (const check of [checkDatabase, checkBlobs, checkManifests, checkTags, checkUploads, checkFiles]) {
      signal.throwIfAborted();
      await check(run);
    }
    return report;
  }
}
