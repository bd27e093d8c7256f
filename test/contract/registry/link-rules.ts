// Links of blobs to repositories: their leases, and what becomes of a blob that has none left.

import { expect, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../../../src/access/principal.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { parseRepositoryName } from "../../../src/oci/reference.ts";
import { openParts } from "../lifecycle/parts.ts";
import { expectStatus, newContent, newRepository, pushBlob } from "./content.ts";
import { openRegistry, type Combination, type Registry } from "./registry.ts";

async function leaseOf(registry: Registry, digest: string): Promise<number> {
  const rows = await registry.rows(
    `select l.kept_until from repository_blobs l join blobs b on b.id = l.blob_id where b.digest = '${digest}'`,
  );
  expect(rows).toHaveLength(1);
  return Number(rows[0]?.["kept_until"]);
}

async function isCondemned(registry: Registry, digest: string): Promise<boolean> {
  const rows = await registry.rows(`select condemned_at from blobs where digest = '${digest}'`);
  expect(rows).toHaveLength(1);
  return rows[0]?.["condemned_at"] !== null;
}

export function linkRules(get: () => Registry, combination: Combination): void {
  test("a pushed or mounted blob has a lease of a day, which another push raises", async () => {
    const registry = get();
    const repository = newRepository("lease");
    const before = Date.now();
    const blob = await pushBlob(registry, repository, newContent(100));
    const lease = await leaseOf(registry, blob.digest);
    expect(lease).toBeGreaterThanOrEqual(before + 86_400_000);
    await Bun.sleep(5);
    await pushBlob(registry, repository, blob);
    expect(await leaseOf(registry, blob.digest)).toBeGreaterThan(lease);
    // There is nothing to extend yet.
    const raised = await leaseOf(registry, blob.digest);
    expectStatus(await registry.ask("HEAD", `/v2/${repository}/blobs/${blob.digest}`), 200);
    expect(await leaseOf(registry, blob.digest)).toBe(raised);
  });

  test("HEAD extends a lease that is half over, also of a blob that is remembered; GET does not", async () => {
    const leaseMs = 2_000;
    const registry = await openRegistry(combination, { BERTH_GC_LEASE_SECONDS: String(leaseMs / 1_000) });
    try {
      const repository = newRepository("lease");
      const path = (digest: string) => `/v2/${repository}/blobs/${digest}`;
      for (const sizeBytes of [100, 40_000]) {
        const blob = await pushBlob(registry, repository, newContent(sizeBytes));
        const first = await leaseOf(registry, blob.digest);
        expectStatus(await registry.ask("GET", path(blob.digest)), 200);
        await Bun.sleep(first - leaseMs / 2 + 50 - Date.now());
        expectStatus(await registry.ask("GET", path(blob.digest)), 200);
        expect(await leaseOf(registry, blob.digest)).toBe(first);
        const asked = Date.now();
        expectStatus(await registry.ask("HEAD", path(blob.digest)), 200);
        expect(await leaseOf(registry, blob.digest)).toBeGreaterThanOrEqual(asked + leaseMs);
      }
    } finally {
      await registry.close();
    }
  });

  test("a blob is condemned when its last link goes, and taken back by a push or a mount", async () => {
    const registry = get();
    const [here, there] = [newRepository("condemned"), newRepository("condemned")];
    const unlink = async (name: string, digest: string) =>
      expectStatus(await registry.ask("DELETE", `/v2/${name}/blobs/${digest}`), 202);
    const mount = (digest: string) => registry.ask("POST", `/v2/${there}/blobs/uploads/?mount=${digest}&from=${here}`);
    for (const sizeBytes of [100, 40_000]) {
      const blob = await pushBlob(registry, here, newContent(sizeBytes));
      expectStatus(await mount(blob.digest), 201);
      await unlink(here, blob.digest);
      expect(await isCondemned(registry, blob.digest)).toBe(false);
      await unlink(there, blob.digest);
      expect(await isCondemned(registry, blob.digest)).toBe(true);
      await pushBlob(registry, here, blob);
      expect(await isCondemned(registry, blob.digest)).toBe(false);
      expectStatus(await mount(blob.digest), 201);
      const answer = await registry.ask("GET", `/v2/${there}/blobs/${blob.digest}`);
      expect(new Uint8Array(answer.bytes)).toEqual(blob.bytes);
    }
  });

  test("of two who take a blob's last links at once, one condemns it", async () => {
    const registry = get();
    for (let round = 0; round < 10; round += 1) {
      const names = [newRepository("both"), newRepository("both")];
      const blob = newContent(100);
      for (const name of names) await pushBlob(registry, name, blob);
      const answers = await Promise.all(
        names.map((name) => registry.ask("DELETE", `/v2/${name}/blobs/${blob.digest}`)),
      );
      for (const answer of answers) expectStatus(answer, 202);
      expect(await isCondemned(registry, blob.digest)).toBe(true);
    }
  });

  test("what only a manifest in the recycle bin keeps has a lease once a push looks at it, sends it or mounts it", async () => {
    const parts = await openParts(combination);
    try {
      const name = parseRepositoryName(newRepository("binned"));
      const layer = await parts.pushBlob(name, newContent(600));
      const leases = async () =>
        (await parts.rows("select kept_until from repository_blobs order by blob_id")).map((row) => row["kept_until"]);
      const digest = layer.digest as Digest;
      const look = async () => {
        const blob = await parts.blobs.get(name, digest);
        if (blob.keptUntil === null && parts.blobs.needsLease(blob)) await parts.blobs.extendLease(name, blob);
      };
      const ways = {
        looks: look,
        sends: () => parts.pushBlob(name, layer),
        mounts: () => parts.blobs.mount(OPEN_ANONYMOUS, name, digest, name),
      };
      for (const [way, touch] of Object.entries(ways)) {
        const image = await parts.pushImage(name, way, [layer]);
        await parts.endLeases();
        await parts.collector().run();
        const before = await leases();
        await touch();
        // A manifest keeps it for good: there is nothing to write.
        expect(await leases()).toEqual(before);
        await parts.deleteManifest(name, image.digest);
        const asked = Date.now();
        await touch();
        expect(Number((await leases())[0])).toBeGreaterThan(asked);
        await Bun.sleep(2);
        await parts.collector({ keepSeconds: 0 }).run();
        expect(await parts.reads(name, layer)).toBe(true);
      }
    } finally {
      await parts.close();
    }
  });

  // Elsewhere there is one writer: nobody comes in between.
  if (combination.database !== "postgres") return;
  test("a push that meets a blob being taken away makes another", async () => {
    const parts = await openParts(combination);
    try {
      const repository = newRepository("race");
      const blob = await parts.pushBlob(repository, newContent(40_000));
      const twin = await parts.twin();
      await parts.change("delete from repository_blobs");
      let push: Promise<unknown> = Promise.resolve();
      await twin.database.write(async (trx) => {
        await trx.execute(CompiledQuery.raw("select id from blobs for update"));
        push = parts.pushBlob(repository, blob);
        await Bun.sleep(200);
        await trx.execute(CompiledQuery.raw("update blobs set state = 'deleting'"));
      });
      await push;
      const rows = await parts.rows("select state from blobs order by id");
      expect(rows).toEqual([{ state: "deleting" }, { state: "live" }]);
      expect(await parts.reads(repository, blob)).toBe(true);
      expect(await parts.keys()).toHaveLength(2);
    } finally {
      await parts.close();
    }
  });
}
