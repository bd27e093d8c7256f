// Content whose bytes are not its own any more: never served, and healed by the next push of the same bytes.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../../../src/access/principal.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { parseReference, parseRepositoryName } from "../../../src/oci/reference.ts";
import { Blobs } from "../../../src/registry/blobs.ts";
import { ContentCache } from "../../../src/registry/content-cache.ts";
import { Repositories } from "../../../src/repositories/repositories.ts";
import { StorageError, type Storage } from "../../../src/storage/storage.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { INLINE, openParts, STORED, type Parts } from "../lifecycle/parts.ts";
import { newContent, newRepository, OCI_MANIFEST, type Content } from "./content.ts";
import type { Combination } from "./registry.ts";

export function healRules(combination: Combination): void {
  let parts: Parts;
  let repository: string;
  beforeEach(async () => {
    parts = await openParts(combination);
    repository = newRepository("heal");
  });
  afterEach(async () => {
    await parts.close();
  });

  const zeros = (sizeBytes: number) =>
    combination.database === "sqlite" ? `zeroblob(${sizeBytes})` : `decode(repeat('00', ${sizeBytes}), 'hex')`;
  const stateOf = async ({ digest }: Content) =>
    (await parts.rows(`select state, verified_at from blobs where digest = '${digest}'`)).map((row) => row["state"]);
  const pull = async (reference: string): Promise<Uint8Array | string> => {
    try {
      return (await parts.manifests.get(parseRepositoryName(repository), parseReference(reference))).content;
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  };
  const put = async ({ bytes, digest }: Content) => {
    await parts.manifests.put({
      principal: OPEN_ANONYMOUS,
      repository: parseRepositoryName(repository),
      reference: parseReference(digest),
      tags: [],
      contentType: OCI_MANIFEST,
      content: bytes,
    });
  };

  test("a blob in its row whose bytes rotted is found when it is read", async () => {
    const blob = await parts.pushBlob(repository, newContent(INLINE));
    await parts.change(`update blobs set content = ${zeros(INLINE)}`);
    expect(await parts.reads(repository, blob)).toBe(false);
    expect(await stateOf(blob)).toEqual(["damaged"]);
    await parts.pushBlob(repository, blob);
    expect(await stateOf(blob)).toEqual(["live"]);
    expect(await parts.reads(repository, blob)).toBe(true);
  });

  test.each([0, INLINE, STORED])(
    "a damaged blob of %i bytes is healed by whoever pushes it, for all",
    async (sizeBytes) => {
      const other = newRepository("heal");
      const blob = newContent(sizeBytes);
      for (const name of [repository, other]) await parts.pushBlob(name, blob);
      const [before] = await parts.keys();
      await parts.change("update blobs set state = 'damaged', size_bytes = 1, verified_at = 1");
      expect(await parts.reads(repository, blob)).toBe(false);
      await parts.pushBlob(other, blob);
      for (const name of [repository, other]) expect(await parts.reads(name, blob)).toBe(true);
      const [row] = await parts.rows("select size_bytes, verified_at from blobs");
      expect(Number(row?.["size_bytes"])).toBe(sizeBytes);
      expect(Number(row?.["verified_at"])).toBeGreaterThan(1);
      const keys = await parts.keys();
      expect(keys).toHaveLength(sizeBytes === STORED ? 1 : 0);
      if (before !== undefined) expect(keys).not.toContain(before);
    },
  );

  test("nobody is told of a push before what it heals is healed", async () => {
    const blob = await parts.pushBlob(repository, newContent(INLINE));
    await parts.change("update blobs set state = 'damaged'");
    const name = parseRepositoryName(repository);
    const received = { sizeBytes: blob.bytes.length, content: blob.bytes, storageKey: null };
    let seen: unknown;
    await parts.blobs.add(OPEN_ANONYMOUS, name, blob.digest as Digest, received, async (trx) => {
      const { rows } = await trx.execute<{ state: string }>(CompiledQuery.raw("select state from blobs"));
      seen = rows;
    });
    expect(seen).toEqual([{ state: "live" }]);
  });

  test("two pushes that heal one blob at once leave one copy", async () => {
    const blob = await parts.pushBlob(repository, newContent(STORED));
    for (let round = 0; round < 5; round += 1) {
      await parts.change("update blobs set state = 'damaged'");
      await Promise.all([1, 2, 3, 4].map(() => parts.pushBlob(repository, blob)));
      expect(await parts.reads(repository, blob)).toBe(true);
      const rows = await parts.rows("select storage_key from blobs");
      expect(await parts.keys()).toEqual(rows.map((row) => String(row["storage_key"])));
    }
  });

  /** The same blobs, over a storage whose hashing does something else. */
  const hashing = (hash: Storage["hash"]) =>
    new Blobs({
      database: parts.database,
      storage: { ...parts.storage, hash },
      repositories: new Repositories(parts.database),
      cache: new ContentCache({ limitBytes: 1_000, isShared: parts.database.isShared }),
      gates: [],
      log: createLog({ level: "error", format: "text", fd: 2 }),
      leaseMs: 1,
    });

  test("a damaged blob that is being deleted is not put back into service", async () => {
    const blob = await parts.pushBlob(repository, newContent(STORED));
    await parts.change("delete from repository_blobs");
    await parts.change("update blobs set state = 'damaged'");
    const blobs = hashing(async (...given) => {
      const found = await parts.storage.hash(...given);
      // The collector takes it while its bytes are hashed.
      await parts.change("update blobs set state = 'deleting'");
      return found;
    });
    expect(await blobs.recheckDamaged()).toBe(0);
    expect(await stateOf(blob)).toEqual(["deleting"]);
  });

  test("a damaged blob that cannot be read does not keep others out of service", async () => {
    const [first, second] = [
      await parts.pushBlob(repository, newContent(STORED)),
      await parts.pushBlob(repository, newContent(STORED)),
    ];
    await parts.change("update blobs set state = 'damaged'");
    let looks = 0;
    const blobs = hashing((...given) => {
      looks += 1;
      return looks === 1 ? Promise.reject(new StorageError("no such luck")) : parts.storage.hash(...given);
    });
    expect(await blobs.recheckDamaged()).toBe(1);
    expect([await parts.reads(repository, first), await parts.reads(repository, second)]).toEqual([false, true]);
    expect(await blobs.recheckDamaged()).toBe(1);
  });

  test("a manifest whose bytes rotted is not served, and a push of it heals it", async () => {
    const layer = await parts.pushBlob(repository, newContent(INLINE));
    const image = await parts.pushImage(repository, "v1", [layer]);
    await parts.change(`update manifests set content = ${zeros(20)}`);
    for (const reference of ["v1", image.digest]) {
      parts.forget();
      expect(await pull(reference)).toBe("MANIFEST_UNKNOWN");
    }
    await put(image);
    for (const reference of ["v1", image.digest]) expect(await pull(reference)).toEqual(image.bytes);
    const [row] = await parts.rows("select size_bytes from manifests");
    expect(Number(row?.["size_bytes"])).toBe(image.bytes.length);
  });

  test("a manifest that rotted in the bin is healed by the push that takes it out", async () => {
    const layer = await parts.pushBlob(repository, newContent(INLINE));
    const image = await parts.pushImage(repository, "v1", [layer]);
    await parts.deleteManifest(repository, image.digest);
    await parts.change(`update manifests set content = ${zeros(20)}`);
    await put(image);
    expect(await pull(image.digest)).toEqual(image.bytes);
  });
}
