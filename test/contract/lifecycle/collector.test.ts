// The garbage collector, on every pair of a database and a storage driver.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { newContent, newRepository } from "../registry/content.ts";
import { describeUnless } from "../support.ts";
import { collectorRules } from "./collector-rules.ts";
import { interleavingRules } from "./interleaving-rules.ts";
import { openParts, STORED, type Parts } from "./parts.ts";

const createDatabase = sharePostgres();

for (const database of DATABASES) {
  const reason = lackingDatabase(database);
  for (const storage of ["filesystem", "memory"] as const) {
    describeUnless(`${database} and ${storage}`, reason, () => {
      describe("the collector", () => collectorRules({ database, storage, createDatabase }));
      describe("interleaving", () => interleavingRules({ database, storage, createDatabase }));
    });
  }
}

describeUnless("a full disk", lackingDatabase("sqlite"), () => {
  test("the bin is emptied, oldest first, until pushes have room", async () => {
    const limitBytes = 3.5 * STORED;
    const parts = await openParts({ database: "sqlite", storage: "memory", createDatabase }, { limitBytes });
    try {
      const repository = newRepository("full");
      const layers = [newContent(STORED), newContent(STORED), newContent(STORED)];
      const images = [];
      for (const layer of layers) {
        await parts.pushBlob(repository, layer);
        images.push(await parts.pushImage(repository, `v${images.length}`, [layer]));
      }
      await parts.endLeases();
      for (const image of images) {
        await parts.deleteManifest(repository, image.digest);
        await Bun.sleep(2);
      }
      const collector = parts.collector({ keepSeconds: 3_600, graceSeconds: 3_600 });
      expect(await collector.run()).toMatchObject({ binned: { manifests: 0 }, blobs: 0 });

      await parts.storage.put("filler", new Uint8Array(STORED / 2));
      await parts.room.look();
      expect(parts.room.availableBytes).toBe(0);
      const hold = await parts.holds.take("a backup", 60_000);
      expect(await collector.run()).toMatchObject({ binned: { manifests: 0 }, blobs: 0 });
      await hold.release();
      await collector.run();
      expect(parts.room.availableBytes).toBeGreaterThan(0);
      expect(await parts.keys()).not.toHaveLength(layers.length);
      // The oldest went; what need not go stays.
      expect(await parts.reads(repository, layers[0]!)).toBe(false);
    } finally {
      await parts.close();
    }
  });
});

describeUnless("two nodes on PostgreSQL", lackingDatabase("postgres"), () => {
  let one: Parts;
  let two: Parts;
  beforeEach(async () => {
    one = await openParts({ database: "postgres", storage: "memory", createDatabase });
    two = await one.twin();
  });
  afterEach(async () => {
    await one.close();
  });

  test("share the work without counting anything twice", async () => {
    const repository = newRepository("nodes");
    const count = 600;
    for (let number = 0; number < count; number += 1) await one.pushBlob(repository, newContent(8));
    // The last two links of each blob, which two passes take at the same time.
    const other = newRepository("nodes");
    await one.pushBlob(other, newContent(8));
    await one.change(
      `insert into repository_blobs select blob_id, (select max(id) from repositories), 0, 1 from repository_blobs on conflict do nothing`,
    );
    await one.endLeases();
    const reports = await Promise.all([one.collector().run(), two.collector().run()]);
    const rest = await one.collector().run();
    const sum = [...reports, rest].reduce(
      (total, it) => ({ links: total.links + it.links, blobs: total.blobs + it.blobs }),
      {
        links: 0,
        blobs: 0,
      },
    );
    expect(sum).toEqual({ links: 2 * count + 1, blobs: count + 1 });
    expect(await one.rows("select id from blobs")).toEqual([]);
  });

  test("a link that a push has just looked at is left for the next pass", async () => {
    const repository = newRepository("nodes");
    const blob = await one.pushBlob(repository, newContent(STORED));
    await one.endLeases();
    const looked = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const pushing = two.database.write(async (trx) => {
      const { listLinkedSizes } = await import("../../../src/registry/queries/blobs.ts");
      const rows = await listLinkedSizes.all(trx, { repositoryId: 1, digests: JSON.stringify([blob.digest]) });
      expect(rows).toHaveLength(1);
      looked.resolve();
      await done.promise;
    });
    await looked.promise;
    expect(await one.collector().run()).toMatchObject({ links: 0, blobs: 0 });
    done.resolve();
    await pushing;
    expect(await one.collector().run()).toMatchObject({ links: 1, blobs: 1 });
  });
});
