// Backups, restores, merges and snapshots, from each database into each.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OPEN_ANONYMOUS } from "../../src/access/principal.ts";
import { blobPath, listArchives } from "../../src/lifecycle/archive-source.ts";
import { assertRowsPresent } from "../../src/lifecycle/snapshots.ts";
import { parseRepositoryName } from "../../src/oci/reference.ts";
import { newBlobKey } from "../../src/storage/paths.ts";
import { chosenDatabases, lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { openPlace, type Place } from "./backup-place.ts";
import { describeUnless } from "./support.ts";

let postgres: Postgres | null = null;
beforeAll(async () => {
  if (lackingPostgres() === null) postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
}, 60_000);

const PAIRS = [
  ["sqlite", "postgres"],
  ["postgres", "sqlite"],
  ["sqlite", "sqlite"],
] as const;

for (const [from, into] of PAIRS) {
  const isChosen = chosenDatabases().includes("sqlite");
  const reason = from !== into ? lackingPostgres() : isChosen ? null : "cannot: DATABASES leaves it out";
  describeUnless(`from ${from} into ${into}`, reason, () => {
    let directory: TemporaryDirectory;
    let places: Place[];
    let origin: Place;
    let target: string;

    const open = async (kind: "sqlite" | "postgres", name: string): Promise<Place> => {
      await mkdir(directory.join(name), { recursive: true });
      const url = kind === "postgres" ? ((await postgres?.createDatabase()) ?? null) : null;
      const place = await openPlace(directory.join(name), url);
      places.push(place);
      return place;
    };
    beforeEach(async () => {
      directory = await makeTemporaryDirectory("backup");
      places = [];
      origin = await open(from, "origin");
      target = directory.join("backup");
    });
    afterEach(async () => {
      for (const place of places) await place.close();
      await directory.remove();
    });

    /** Two images, an index, history, something in the bin, a blob that only a lease keeps. */
    const fill = async () => {
      const first = await origin.pushImage("team/app", 1, "v1");
      const second = await origin.pushImage("team/app", 2, "v1");
      await origin.pushIndex("team/app", [first.digest, second.digest], "all");
      const other = await origin.pushImage("other", 3, "latest");
      const gone = await origin.pushImage("other", 4, "gone");
      await origin.manifests.delete(OPEN_ANONYMOUS, parseRepositoryName("other"), gone.digest);
      const lone = await origin.pushBlob("team/app", new Uint8Array(30_000).fill(7));
      return { first, second, other, gone, lone };
    };

    test("a restore into an empty database gives every row back, ids and history too", async () => {
      const { first, lone } = await fill();
      const report = await origin.backup.run({ directory: target });
      expect(report).toMatchObject({ damagedCount: 0, blobs: { present: 0 } });
      const place = await open(into, "restored");
      const restored = await place.restore.run({ from: { directory: target } });
      expect(restored).toMatchObject({ damagedCount: 0, rows: report.rows, archive: report.archive });
      expect(await place.rows()).toEqual(await origin.rows());
      expect(await place.pull("team/app", first.layer)).toBe(first.layer);
      expect(await place.pull("team/app", lone)).toBe(lone);
      // Ids go on behind those that were restored.
      await place.pushImage("new/one", 9, "v1");
      await assertRowsPresent(place.database, place.storage);
    });

    test("the next backup copies what is new", async () => {
      await fill();
      const first = await origin.backup.run({ directory: target });
      expect(first.blobs.copied).toBe(5);
      await origin.pushBlob("team/app", new Uint8Array(40_000).fill(8));
      const second = await origin.backup.run({ directory: target });
      expect(second.blobs).toEqual({ copied: 1, present: 5, copiedBytes: 40_000 });
      expect(await listArchives(target)).toHaveLength(2);
    });

    test("what is wrong in the directory is copied again: by its size, by its digest when that is asked for", async () => {
      const { first, second } = await fill();
      await origin.backup.run({ directory: target });
      truncateSync(blobPath(target, first.layer), 5);
      const path = blobPath(target, second.layer);
      writeFileSync(path, new Uint8Array(readFileSync(path)).fill(0));
      expect((await origin.backup.run({ directory: target })).blobs.copied).toBe(1);
      expect((await origin.backup.run({ directory: target, verify: true })).blobs.copied).toBe(1);
    });

    test("a backup that was broken off adds no archive", async () => {
      await fill();
      for (const phase of ["rows", "blobs"]) {
        const stop = new AbortController();
        const running = origin.backup.run({
          directory: target,
          signal: stop.signal,
          onProgress: (progress) => {
            if (progress.phase === phase && progress.done > 1) stop.abort(new Error("enough"));
          },
        });
        await expect(running).rejects.toThrow("enough");
        expect(await listArchives(target)).toEqual([]);
        expect(readdirSync(join(target, "rows"))).toEqual([]);
      }
      await origin.backup.run({ directory: target });
      expect(await listArchives(target)).toHaveLength(1);
    });

    test("blobs with missing or wrong bytes are reported, restored as damaged, and healed by a push", async () => {
      const { first, second } = await fill();
      const keys = new Map<string, string>();
      for await (const { key } of origin.storage.list("blobs/")) {
        const hashed = await origin.storage.hash(key, "sha256");
        if (hashed) keys.set(hashed.digest, join(origin.directory, key));
      }
      rmSync(keys.get(first.layer) ?? "");
      const path = keys.get(second.layer) ?? "";
      writeFileSync(path, new Uint8Array(readFileSync(path)).fill(0));
      const report = await origin.backup.run({ directory: target });
      const named = (it: { damaged: { digest: string }[] }) => it.damaged.map(({ digest }) => digest).sort();
      expect(named(report)).toEqual([first.layer, second.layer].sort());
      const place = await open(into, "restored");
      expect(named(await place.restore.run({ from: { directory: target } }))).toEqual(named(report));
      expect(await place.pull("team/app", first.layer)).toContain("no blob of this digest");
      await place.pushBlob("team/app", new Uint8Array(20_001).fill(1));
      expect(await place.pull("team/app", first.layer)).toBe(first.layer);
    });

    test("an archive that is not whole changes nothing", async () => {
      await fill();
      const { archive } = await origin.backup.run({ directory: target });
      const bytes = new Uint8Array(readFileSync(archive));
      const place = await open(into, "restored");
      const outcomes = [];
      for (const bad of [
        bytes.subarray(0, bytes.length - 20),
        bytes.subarray(0, bytes.length >> 1),
        bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 1 : byte)),
        Bun.zstdCompressSync('{"format":"berth-rows","version":1,"schema":"9999-x","takenAt":1,"berth":"9.9.9"}\n'),
        new TextEncoder().encode("something else"),
      ]) {
        writeFileSync(archive, bad);
        outcomes.push(
          await place.restore.run({ from: { directory: target } }).catch((error: unknown) => String(error)),
        );
      }
      expect(outcomes[0]).toContain("incomplete");
      expect(outcomes[1]).toContain("incomplete");
      expect(outcomes[2]).toContain("damaged");
      expect(outcomes[3]).toContain("newer version");
      expect(outcomes[4]).toContain("ArchiveError");
      expect((await place.rows())["blobs"]).toBeUndefined();
      await expect(place.restore.run({ from: { directory: directory.join("nothing") } })).rejects.toThrow(
        "there is no directory",
      );
    });

    test("a restore that was broken off keeps servers from starting, and goes on when it is run again", async () => {
      await fill();
      await origin.backup.run({ directory: target });
      const place = await open(into, "restored");
      for (const rows of [2, 8, 12, 25]) {
        const stop = new AbortController();
        const running = place.restore.run({
          from: { directory: target },
          signal: stop.signal,
          onProgress: ({ phase, done }) => {
            if (phase === "rows" && done >= rows) stop.abort(new Error("enough"));
          },
        });
        await expect(running).rejects.toThrow("enough");
        await expect(assertRowsPresent(place.database, place.storage)).rejects.toThrow("broken off");
      }
      await place.restore.run({ from: { directory: target } });
      expect(await place.rows()).toEqual(await origin.rows());
      await assertRowsPresent(place.database, place.storage);
      await expect(place.restore.run({ from: { directory: target } })).rejects.toThrow("not empty");
    });

    test("a merge adds what is missing, and nothing when it is run again", async () => {
      const { first, second, other, gone, lone } = await fill();
      await origin.backup.run({ directory: target });
      const place = await open(into, "used");
      const kept = await place.pushImage("team/app", 5, "v1");
      const options = { from: { directory: target }, principal: OPEN_ANONYMOUS };
      const report = await place.merge.run(options);
      expect(report).toMatchObject({ rows: { manifests: 4, tags: 2 }, damagedCount: 0, refusedCount: 1 });
      expect(report.refused[0]).toMatchObject({ repository: "team/app", reference: "v1" });
      expect(await place.tagged("team/app", "v1")).toBe(kept.digest);
      expect(await place.tagged("other", "latest")).toBe(other.digest);
      for (const digest of [first.layer, second.layer, lone]) expect(await place.pull("team/app", digest)).toBe(digest);
      // What was in the bin is not brought back.
      expect(await place.tagged("other", "gone")).not.toBe(gone.digest);
      const again = await place.merge.run(options);
      expect(again.rows).toEqual({ repository_blobs: 0, manifests: 0, tags: 0 });
      expect(again.copiedBytes).toBe(0);
      const moved = await place.merge.run({ ...options, overwriteTags: true });
      expect(moved).toMatchObject({ rows: { tags: 1 }, refusedCount: 0 });
      expect(await place.tagged("team/app", "v1")).toBe(second.digest);
      expect(existsSync(join(place.directory, "restore-scratch.db"))).toBe(false);
    });

    test("a merge of one repository, broken off and run again", async () => {
      const { other } = await fill();
      await origin.backup.run({ directory: target });
      const place = await open(into, "used");
      const options = {
        from: { directory: target },
        principal: OPEN_ANONYMOUS,
        repository: parseRepositoryName("other"),
      };
      for (const phase of ["check", "blobs", "manifests", "tags"]) {
        const stop = new AbortController();
        const onProgress = (progress: { phase: string }) => {
          if (progress.phase === phase) stop.abort(new Error("enough"));
        };
        await place.merge.run({ ...options, signal: stop.signal, onProgress }).catch(() => undefined);
      }
      await place.merge.run(options);
      expect(await place.tagged("other", "latest")).toBe(other.digest);
      expect(await place.pull("other", other.layer)).toBe(other.layer);
      expect((await place.rows())["repositories"]).toHaveLength(1);
      const missing = parseRepositoryName("no/such");
      await expect(place.merge.run({ ...options, repository: missing })).rejects.toThrow("no repository no/such");
    });

    test("a merge leaves out what is not whole in the archive", async () => {
      const { first } = await fill();
      await origin.backup.run({ directory: target });
      rmSync(blobPath(target, first.layer));
      const place = await open(into, "used");
      const report = await place.merge.run({ from: { directory: target }, principal: OPEN_ANONYMOUS });
      expect(report.damaged.map((it) => it.digest)).toEqual([first.layer]);
      expect(report.refused.map((it) => it.reference)).toEqual([first.digest]);
      expect(await place.tagged("team/app", "all")).toStartWith("sha256:");
    });

    test("snapshots are taken when something has changed, and the oldest go", async () => {
      expect(await origin.snapshots.take()).toBeNull();
      await assertRowsPresent(origin.database, origin.storage);
      const keys = [];
      for (let mark = 1; mark <= 5; mark += 1) {
        await origin.pushImage("team/app", mark, "v1");
        keys.push(await origin.snapshots.take());
        expect(await origin.snapshots.take()).toBeNull();
        // Their names have milliseconds.
        await Bun.sleep(2);
      }
      expect((await origin.snapshots.list()).map((it) => it.key)).toEqual(keys.slice(2).reverse() as string[]);
    });

    test("a lost database comes back from the newest snapshot in the storage", async () => {
      const { first, second, other } = await fill();
      await origin.snapshots.take();
      const rows = await origin.rows();
      const late = await origin.pushBlob("late", new Uint8Array(50_000).fill(9));
      await origin.storage.close();
      // One file is lost, another has got another name.
      for await (const { key } of origin.storage.list("blobs/")) {
        const { digest } = (await origin.storage.hash(key, "sha256")) ?? {};
        const path = join(origin.directory, key);
        if (digest === first.layer) rmSync(path);
        if (digest === second.layer) renameSync(path, join(origin.directory, newBlobKey()));
      }
      await mkdir(directory.join("new"));
      for (const name of ["blobs", "snapshots"]) renameSync(join(origin.directory, name), directory.join("new", name));
      const place = await open(into, "new");
      await expect(assertRowsPresent(place.database, place.storage)).rejects.toThrow("berth restore --snapshot latest");
      const report = await place.restore.run({ from: { snapshot: "latest" } });
      expect(report.damaged.map((it) => it.digest)).toEqual([first.layer]);
      expect(report.unnamedFiles).toBe(1);
      const normal = (text: unknown) => JSON.stringify(text).replaceAll('"damaged"', '"live"');
      expect(normal(await place.rows())).toBe(normal(rows));
      await assertRowsPresent(place.database, place.storage);
      expect(await place.pull("team/app", second.layer)).toBe(second.layer);
      expect(await place.pull("other", other.layer)).toBe(other.layer);
      expect(await place.pull("late", late)).not.toBe(late);
      expect(dirname(report.archive)).toBe("snapshots");
    });
  });
}
