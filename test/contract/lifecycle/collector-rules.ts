// What the garbage collector takes and what it leaves.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { StorageError } from "../../../src/storage/storage.ts";
import type { Combination } from "../registry/registry.ts";
import { newContent, newRepository } from "../registry/content.ts";
import { INLINE, openParts, STORED, type Parts } from "./parts.ts";

const HOUR_SECONDS = 3_600;

export function collectorRules(combination: Combination) {
  let parts: Parts;
  let repository: string;
  beforeEach(async () => {
    parts = await openParts(combination);
    repository = newRepository("gc");
  });
  afterEach(async () => {
    await parts.close();
  });
  const states = async () =>
    (await parts.rows("select state, condemned_at from blobs order by id")).map((row) => [
      row["state"],
      row["condemned_at"] === null ? "linked" : "condemned",
    ]);

  const nothing = { blobs: 0, bytes: 0 };

  test("a blob stays within its lease, then within its grace, then it is gone", async () => {
    const blob = await parts.pushBlob(repository, newContent(STORED));
    const small = await parts.pushBlob(repository, newContent(INLINE));
    await parts.change(`update repository_blobs set kept_until = ${Date.now() + 60_000}`);
    const collector = parts.collector({ graceSeconds: HOUR_SECONDS });
    const none = { binned: { manifests: 0, tags: 0 }, links: 0, blobs: 0, bytes: 0, heldBy: null };
    const both = { blobs: 2, bytes: STORED + INLINE };
    const waiting = { bin: { manifests: 0, tags: 0, ...nothing }, lease: nothing, grace: nothing };
    expect(await collector.run()).toEqual({ ...none, waiting: { ...waiting, lease: both } });
    expect(await parts.reads(repository, blob)).toBe(true);

    await parts.endLeases();
    expect(await collector.run()).toEqual({ ...none, links: 2, waiting: { ...waiting, grace: both } });
    expect(await parts.reads(repository, blob)).toBe(false);
    expect(await parts.reads(repository, small)).toBe(false);
    expect(await parts.keys()).toHaveLength(1);

    expect(await collector.run()).toEqual({ ...none, waiting: { ...waiting, grace: both } });
    await parts.change(`update blobs set condemned_at = ${Date.now() - HOUR_SECONDS * 1_000}`);
    expect(await collector.run()).toEqual({ ...none, ...both, waiting });
    expect(await parts.keys()).toEqual([]);
    expect(await parts.rows("select id from blobs")).toEqual([]);
  });

  test("what a manifest of the repository names stays, there and only there", async () => {
    const other = newRepository("gc");
    const layer = newContent(STORED);
    for (const name of [repository, other]) await parts.pushBlob(name, layer);
    const { config } = await parts.pushImage(repository, "v1", [layer]);
    await parts.endLeases();
    const collector = parts.collector();
    expect(await collector.run()).toMatchObject({ links: 1, blobs: 0 });
    expect(await parts.reads(other, layer)).toBe(false);
    for (const content of [layer, config]) expect(await parts.reads(repository, content)).toBe(true);
    // Nothing is left to look at: a manifest keeps them.
    expect(await parts.rows("select blob_id from repository_blobs where kept_until is not null")).toEqual([]);
    expect(await states()).toEqual([
      ["live", "linked"],
      ["live", "linked"],
    ]);
  });

  test("a manifest in the bin keeps its blobs; when it leaves the bin they go, unless another names them", async () => {
    const shared = await parts.pushBlob(repository, newContent(STORED));
    const own = await parts.pushBlob(repository, newContent(STORED));
    const doomed = await parts.pushImage(repository, "doomed", [shared, own]);
    await parts.pushImage(repository, "kept", [shared]);
    await parts.endLeases();
    await parts.deleteManifest(repository, doomed.digest);
    expect(await parts.collector().run()).toMatchObject({ links: 0, blobs: 0 });
    expect(await parts.reads(repository, own)).toBe(true);

    const purging = parts.collector({ keepSeconds: 0 });
    await Bun.sleep(2);
    expect(await purging.plan()).toMatchObject({ binned: { manifests: 1, tags: 1 } });
    const report = await purging.run();
    expect(report).toMatchObject({ binned: { manifests: 1 }, links: 2, blobs: 2, bytes: STORED + INLINE });
    expect(await parts.reads(repository, own)).toBe(false);
    expect(await parts.reads(repository, shared)).toBe(true);
    expect(await parts.keys()).toHaveLength(1);
  });

  test("a push of a condemned blob takes it back; one of a blob that is deleting makes another", async () => {
    const blob = await parts.pushBlob(repository, newContent(STORED));
    await parts.endLeases();
    await parts.collector({ graceSeconds: HOUR_SECONDS }).run();
    expect(await states()).toEqual([["live", "condemned"]]);
    await parts.pushBlob(repository, blob);
    expect(await states()).toEqual([["live", "linked"]]);
    await parts.collector().run();
    expect(await parts.reads(repository, blob)).toBe(true);

    // As a crash leaves it, between taking the blob from everyone and deleting its bytes.
    await parts.change("delete from repository_blobs");
    await parts.change("update blobs set state = 'deleting'");
    await parts.pushBlob(repository, blob);
    expect(await parts.keys()).toHaveLength(2);
    expect(await parts.collector().run()).toMatchObject({ blobs: 1, bytes: STORED });
    expect(await parts.keys()).toHaveLength(1);
    // Through parts that remember nothing of it.
    expect(await parts.reads(repository, blob)).toBe(true);
    expect(await states()).toEqual([["live", "linked"]]);
  });

  test("a row that is deleting goes also when its bytes are gone already", async () => {
    const blob = await parts.pushBlob(repository, newContent(STORED));
    await parts.change("delete from repository_blobs");
    await parts.change("update blobs set state = 'deleting'");
    for (const key of await parts.keys()) await parts.storage.delete(key);
    expect(await parts.collector().run()).toMatchObject({ blobs: 1 });
    expect(await parts.rows("select id from blobs")).toEqual([]);
    expect(await parts.reads(repository, blob)).toBe(false);
  });

  test("no bytes go while something holds them", async () => {
    await parts.pushBlob(repository, newContent(STORED));
    await parts.pushBlob(repository, newContent(STORED));
    await parts.endLeases();
    await parts.change("update blobs set state = 'deleting' where id = (select min(id) from blobs)");
    await parts.change("delete from repository_blobs where blob_id = (select min(id) from blobs)");
    const hold = await parts.holds.take("a backup", 60_000);
    const collector = parts.collector();
    const report = await collector.run();
    expect(report).toMatchObject({ links: 1, blobs: 0, heldBy: "a backup" });
    expect(await parts.keys()).toHaveLength(2);
    await hold.release();
    expect(await collector.run()).toMatchObject({ blobs: 2, bytes: 2 * STORED, heldBy: null });
    expect(await parts.keys()).toEqual([]);
  });

  test("one whose bytes cannot be deleted does not keep the others, and is tried again", async () => {
    await parts.pushBlob(repository, newContent(STORED));
    await parts.pushBlob(repository, newContent(STORED));
    await parts.endLeases();
    const [stuck] = await parts.keys();
    const storage = {
      ...parts.storage,
      driver: parts.storage.driver,
      delete: (key: string) =>
        key === stuck ? Promise.reject(new StorageError("no such luck")) : parts.storage.delete(key),
    };
    expect(await parts.collector({ storage }).run()).toMatchObject({ links: 2, blobs: 1 });
    expect(await parts.keys()).toEqual([stuck ?? ""]);
    expect(await parts.collector().run()).toMatchObject({ blobs: 1 });
    expect(await parts.keys()).toEqual([]);
  });

  test("a plan changes nothing and says what a pass then does", async () => {
    const layer = await parts.pushBlob(repository, newContent(STORED));
    await parts.pushImage(repository, "v1", [layer]);
    for (const size of [STORED, INLINE]) await parts.pushBlob(repository, newContent(size));
    const condemned = await parts.pushBlob(repository, newContent(STORED));
    await parts.endLeases();
    await parts.change(
      `delete from repository_blobs where blob_id = (select id from blobs where digest = '${condemned.digest}')`,
    );
    await parts.change(`update blobs set condemned_at = 5 where digest = '${condemned.digest}'`);
    const collector = parts.collector();
    const plan = await collector.plan();
    expect(plan).toEqual({
      binned: { manifests: 0, tags: 0 },
      links: 2,
      blobs: 3,
      bytes: 2 * STORED + INLINE,
      heldBy: null,
      waiting: { bin: { manifests: 0, tags: 0, ...nothing }, lease: nothing, grace: nothing },
    });
    expect(await collector.plan()).toEqual(plan);
    // With no grace, what loses its last link in a pass goes in that pass.
    expect(await collector.run()).toMatchObject({ links: 2, blobs: 3, bytes: 2 * STORED + INLINE });
    expect(await collector.plan()).toMatchObject({ links: 0, ...nothing });
  });

  test("a plan tells what grace, leases and the bin keep, each blob once", async () => {
    const [shared, gone, own] = [newContent(STORED), newContent(STORED + 1), newContent(STORED + 2)];
    for (const layer of [shared, gone, own]) await parts.pushBlob(repository, layer);
    await parts.pushBlob("other/app", gone);
    const kept = await parts.pushImage(repository, "kept", [shared]);
    const one = await parts.pushImage(repository, "one", [shared, gone, own]);
    const two = await parts.pushImage("other/app", "two", [gone]);
    await parts.endLeases();
    // With every lease looked at.
    await parts.collector({ keepSeconds: HOUR_SECONDS, graceSeconds: HOUR_SECONDS }).run();
    const leased = await parts.pushBlob(repository, newContent(STORED + 3));
    await parts.deleteManifest(repository, one.digest);

    const keeping = parts.collector({ keepSeconds: HOUR_SECONDS, graceSeconds: HOUR_SECONDS });
    const ofOne = { blobs: 2, bytes: own.bytes.length + one.config.bytes.length };
    expect(await keeping.plan()).toEqual({
      binned: { manifests: 0, tags: 0 },
      links: 0,
      ...nothing,
      heldBy: null,
      waiting: {
        // `gone` is still named in the other repository.
        bin: { manifests: 1, tags: 1, ...ofOne },
        lease: { blobs: 1, bytes: leased.bytes.length },
        grace: nothing,
      },
    });
    await parts.deleteManifest("other/app", two.digest);
    const ofBoth = { blobs: 4, bytes: ofOne.bytes + gone.bytes.length + two.config.bytes.length };
    expect(await keeping.plan()).toMatchObject({ waiting: { bin: { manifests: 2, tags: 2, ...ofBoth } } });

    await Bun.sleep(2);
    const patient = parts.collector({ keepSeconds: 0, graceSeconds: HOUR_SECONDS });
    const due = { binned: { manifests: 2, tags: 2 }, links: 5 };
    expect(await patient.plan()).toMatchObject({ ...due, ...nothing, waiting: { grace: ofBoth } });
    expect(await patient.plan({ graceMs: 0 })).toMatchObject({ ...due, ...ofBoth, waiting: { grace: nothing } });
    const binned = { binned: { manifests: 2 }, links: 5 };
    expect(await patient.run()).toMatchObject({ ...binned, ...nothing, waiting: { grace: ofBoth } });
    expect(await parts.collector().run()).toMatchObject({ links: 0, ...ofBoth });
    expect(await parts.reads(repository, shared)).toBe(true);
    expect(await parts.reads(repository, kept.config)).toBe(true);
  });

  test("a plan counts what is in binned repositories, and a pass frees that to the byte", async () => {
    const [shared, fresh] = [newContent(STORED), newContent(STORED + 1)];
    for (const layer of [shared, fresh]) await parts.pushBlob(repository, layer);
    await parts.pushBlob("other/app", shared);
    await parts.pushImage("other/app", "kept", [shared]);
    const old = await parts.pushImage(repository, "v1", [shared]);
    // The tag moves: what it pointed to before is a row of its own.
    const own = newContent(STORED + 2);
    await parts.pushBlob(repository, own);
    const image = await parts.pushImage(repository, "v1", [own, shared]);
    await parts.pushImage(repository, "lone", [own]);
    // No manifest names it: its lease goes on.
    const loose = await parts.pushBlob(repository, newContent(STORED + 3));
    await parts.deleteManifest(repository, old.digest);
    const collector = (keepSeconds: number) => parts.collector({ keepSeconds });
    const { manifests, tags, ...live } = (await collector(HOUR_SECONDS).plan()).waiting.bin;
    expect([manifests, tags]).toEqual([1, 0]);
    expect(live).toEqual({ blobs: 1, bytes: old.config.bytes.length });

    await parts.change(`update repositories set deleted_at = ${Date.now()} where name = '${repository}'`);
    const waiting = await collector(HOUR_SECONDS).plan();
    expect(waiting).toMatchObject({ binned: { manifests: 0, tags: 0 }, links: 0, ...nothing });
    expect(waiting.waiting.bin).toMatchObject({ manifests: 3, tags: 3 });
    // Two layers that only it has would go; the one that nothing names waits for its lease.
    expect(waiting.waiting.bin.bytes).toBeGreaterThanOrEqual(own.bytes.length + image.config.bytes.length);
    await Bun.sleep(2);
    const planned = await collector(0).plan();
    expect(planned.binned).toEqual({ manifests: 3, tags: 3 });
    expect(planned.blobs).toBeGreaterThan(0);
    const done = await collector(0).run();
    expect({ ...done, waiting: null }).toEqual({ ...planned, waiting: null });
    expect((await collector(0).plan()).waiting.lease).toEqual({
      blobs: 2,
      bytes: fresh.bytes.length + loose.bytes.length,
    });
    expect(await parts.reads("other/app", shared)).toBe(true);
  });

  test("a blob that was condemned although a repository links it is given back", async () => {
    const blob = await parts.pushBlob(repository, newContent(STORED));
    await parts.pushImage(repository, "v1", [blob]);
    await parts.change("update blobs set condemned_at = 5");
    expect(await parts.collector().run()).toMatchObject({ blobs: 0 });
    expect(await parts.reads(repository, blob)).toBe(true);
    expect(await parts.rows("select id from blobs where condemned_at is not null")).toEqual([]);
  });

  test("nothing goes where nothing may change", async () => {
    await parts.pushBlob(repository, newContent(STORED));
    await parts.endLeases();
    expect(await parts.collector({ readonly: true }).run()).toMatchObject({ links: 0, blobs: 0 });
    expect(await parts.keys()).toHaveLength(1);
  });

  test("more than a batch of blobs goes in one pass, and passes wait for each other", async () => {
    const count = 450;
    for (let number = 0; number < count; number += 1) await parts.pushBlob(repository, newContent(8));
    await parts.endLeases();
    const collector = parts.collector();
    const reports = await Promise.all([collector.run(), collector.run()]);
    expect(reports.map((it) => [it.links, it.blobs])).toEqual([
      [count, count],
      [0, 0],
    ]);
    expect(await parts.rows("select id from blobs")).toEqual([]);
  });

  test("a pass that is closed ends after its batch, and the next one goes on", async () => {
    const count = 450;
    for (let number = 0; number < count; number += 1) await parts.pushBlob(repository, newContent(8));
    await parts.endLeases();
    const collector = parts.collector();
    const running = collector.run();
    await Bun.sleep(1);
    await collector.close();
    const { blobs } = await running;
    expect(blobs).toBeLessThan(count);
    expect((await parts.collector().run()).blobs).toBe(count - blobs);
  });
}
