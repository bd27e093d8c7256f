// Fsck and backups beside pushes, deletes and a collector that waits for nothing: neither may name what is only under way.

import { expect, test } from "bun:test";
import { RegistryError } from "../../../src/errors.ts";
import { Backup } from "../../../src/lifecycle/backup.ts";
import type { Finding } from "../../../src/lifecycle/finding.ts";
import { Fsck } from "../../../src/lifecycle/fsck.ts";
import { Orphans } from "../../../src/lifecycle/orphans.ts";
import { StoredBlobs } from "../../../src/lifecycle/stored-blobs.ts";
import { ContentCache } from "../../../src/registry/content-cache.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { makeTemporaryDirectory } from "../../support/temporary.ts";
import { newContent, newRepository } from "../registry/content.ts";
import { describeUnless } from "../support.ts";
import { INLINE, openParts, STORED, type Parts } from "./parts.ts";

const BUSY_MS = 4_000;
const log = createLog({ level: "error", format: "text", fd: 2 });

const createDatabase = sharePostgres();

/** Pushes images, some over layers of others, and deletes most of them again, until it is told to stop. */
async function pushAndDelete(parts: Parts, isOver: () => boolean): Promise<number> {
  const shared = newContent(STORED);
  let pushed = 0;
  for (; !isOver(); pushed += 1) {
    const repository = newRepository("busy");
    const layers = [pushed % 3 === 0 ? shared : newContent(STORED), newContent(INLINE)];
    for (const layer of layers) await parts.pushBlob(repository, layer);
    // Leases end all the time here, so a layer may be gone before the manifest comes.
    const image = await parts.pushImage(repository, "v1", layers).catch(ifRefused);
    if (image && pushed % 4 !== 0) await parts.deleteManifest(repository, image.digest);
  }
  return pushed;
}

function ifRefused(error: unknown): null {
  if (error instanceof RegistryError && error.code === "MANIFEST_BLOB_UNKNOWN") return null;
  throw error;
}

for (const database of DATABASES) {
  const reason = lackingDatabase(database);
  describeUnless(database, reason, () => {
    test("what is under way is no finding, and every backup is whole", async () => {
      const parts = await openParts({ database, storage: "filesystem", createDatabase });
      const target = await makeTemporaryDirectory("busy-backup");
      const { storage, holds } = parts;
      const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
      const common = { database: parts.database, storage, holds, log };
      const orphans = new Orphans({ ...common, minimumAgeMs: 0, confirmAfterMs: 100 });
      const storedBlobs = new StoredBlobs({ database: parts.database, storage, cache });
      const fsck = new Fsck({ ...common, cache, storedBlobs, orphans, confirmAfterMs: 400 });
      const backup = new Backup(common);
      const findings: Finding[] = [];
      const end = performance.now() + BUSY_MS;
      const isOver = () => performance.now() > end;
      const repeat = async (step: () => Promise<unknown>, isDone = isOver): Promise<number> => {
        let times = 0;
        for (; !isDone(); times += 1) {
          await step();
          await Bun.sleep(1);
        }
        return times;
      };
      try {
        const collector = parts.collector({ keepSeconds: 0 });
        let damaged = 0;
        let isIdle = false;
        // To the end of all others: what it has begun is under way only while it works.
        const collecting = repeat(
          async () => {
            await parts.endLeases();
            await collector.run();
          },
          () => isIdle,
        );
        const done = await Promise.all([
          pushAndDelete(parts, isOver),
          pushAndDelete(parts, isOver),
          repeat(() => fsck.run({ repair: false, readBytes: true, onFinding: (it) => void findings.push(it) })),
          repeat(async () => {
            damaged += (await backup.run({ directory: target.path, verify: true })).damagedCount;
          }),
        ]).finally(() => (isIdle = true));
        done.push(await collecting);
        expect({ findings, damaged }).toEqual({ findings: [], damaged: 0 });
        expect(Math.min(...done)).toBeGreaterThan(0);
      } finally {
        await parts.close();
        await target.remove();
      }
    });
  });
}
