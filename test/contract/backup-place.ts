// A registry's parts without HTTP over a database and a directory of blobs, with some content, and a look at its rows.

import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../../src/access/principal.ts";
import type { Database } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../src/database/drivers/sqlite.ts";
import { Backup } from "../../src/lifecycle/backup.ts";
import { Holds } from "../../src/lifecycle/holds.ts";
import { Merge } from "../../src/lifecycle/merge.ts";
import { Restore } from "../../src/lifecycle/restore.ts";
import { readArchive, writeArchive } from "../../src/lifecycle/row-archive.ts";
import { Snapshots } from "../../src/lifecycle/snapshots.ts";
import { digestOf, type Digest } from "../../src/oci/digest.ts";
import { parseReference, parseRepositoryName, parseTag } from "../../src/oci/reference.ts";
import { Blobs } from "../../src/registry/blobs.ts";
import { ContentCache } from "../../src/registry/content-cache.ts";
import { Manifests } from "../../src/registry/manifests.ts";
import { Room } from "../../src/registry/room.ts";
import { Tags } from "../../src/registry/tags.ts";
import { Repositories } from "../../src/repositories/repositories.ts";
import { filesystemStorage } from "../../src/storage/drivers/filesystem.ts";
import { newBlobKey } from "../../src/storage/paths.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { createLog } from "../../src/telemetry/log.ts";

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const INLINE_BYTES = 16 * 1024;

export type Place = Awaited<ReturnType<typeof openPlace>>;

/** `url`: of a PostgreSQL database; SQLite below the directory without it. */
export async function openPlace(directory: string, url: string | null = null) {
  const onSyncFailure = () => process.exit(1);
  const database: Database =
    url === null
      ? await openSqlite({ path: `${directory}/berth.db`, onSyncFailure })
      : await openPostgres({ url, poolSize: 4, onIdleError: () => undefined });
  const storage: Storage = await filesystemStorage({ directory });
  const log = { ...createLog({ level: "error", format: "text", fd: 2 }), error: () => undefined };
  const repositories = new Repositories(database);
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: database.isShared });
  const room = new Room(storage, 0);
  const content = { database, repositories, cache, gates: [] };
  const tags = new Tags(content);
  const manifests = new Manifests({ ...content, tags, room, log });
  const blobs = new Blobs({ ...content, storage, log, leaseMs: 60_000 });
  const scratch = { openScratch: (path: string) => openSqlite({ path, onSyncFailure }), scratchDirectory: directory };

  async function pushBlob(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
    const digest = digestOf(bytes);
    const received = { sizeBytes: bytes.length };
    if (bytes.length <= INLINE_BYTES) {
      const inline = { ...received, content: bytes, storageKey: null };
      await blobs.add(OPEN_ANONYMOUS, parseRepositoryName(name), digest, inline, async () => undefined);
      return digest;
    }
    const storageKey = newBlobKey();
    await storage.put(storageKey, bytes);
    const stored = { ...received, content: null, storageKey };
    await blobs.add(OPEN_ANONYMOUS, parseRepositoryName(name), digest, stored, async () => undefined);
    return digest;
  }

  async function putManifest(name: string, document: object, tag: string | null): Promise<Digest> {
    const bytes = new TextEncoder().encode(JSON.stringify(document));
    const { digest } = await manifests.put({
      principal: OPEN_ANONYMOUS,
      repository: parseRepositoryName(name),
      reference: parseReference(tag ?? digestOf(bytes)),
      tags: [],
      contentType: null,
      content: bytes,
    });
    return digest;
  }

  return {
    directory,
    database,
    storage,
    blobs,
    manifests,
    tags,
    repositories,
    backup: new Backup({ database, storage, holds: new Holds(database), log }),
    restore: new Restore({ database, storage, log }),
    merge: new Merge({ ...content, ...scratch, storage, blobs, manifests, tags, room, log }),
    snapshots: new Snapshots({ database, storage, log, intervalMs: 3_600_000, keep: 3 }),
    pushBlob,
    putManifest,

    /** An image of a config in its row and of one layer in a file. */
    async pushImage(name: string, mark: number, tag: string | null): Promise<{ digest: Digest; layer: Digest }> {
      const config = new TextEncoder().encode(`{"mark":${mark}}`);
      const layer = new Uint8Array(20_000 + mark).fill(mark);
      const layerDigest = await pushBlob(name, layer);
      const document = {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: CONFIG, digest: await pushBlob(name, config), size: config.length },
        layers: [{ mediaType: LAYER, digest: layerDigest, size: layer.length }],
        annotations: { mark: `${mark} ü` },
      };
      return { digest: await putManifest(name, document, tag), layer: layerDigest };
    },

    /** An index of the manifests, which the repository has. */
    async pushIndex(name: string, digests: Digest[], tag: string): Promise<Digest> {
      const children = await Promise.all(
        digests.map(async (digest) => {
          const { content } = await manifests.get(parseRepositoryName(name), { tag: null, digest });
          return { mediaType: MANIFEST, digest, size: content.length };
        }),
      );
      return await putManifest(name, { schemaVersion: 2, mediaType: INDEX, manifests: children }, tag);
    },

    /** The digest of what a client is given, or the message of the refusal. */
    async pull(name: string, digest: Digest): Promise<string> {
      try {
        const body = await blobs.read(
          parseRepositoryName(name),
          await blobs.get(parseRepositoryName(name), digest),
          null,
        );
        return digestOf(body instanceof Uint8Array ? body : await body.bytes());
      } catch (error) {
        return String(error);
      }
    },

    async tagged(name: string, tag: string): Promise<string> {
      const found = await manifests
        .get(parseRepositoryName(name), { tag: parseTag(tag), digest: null })
        .catch((error: unknown) => ({ digest: String(error) }));
      return found.digest;
    },

    /** Every row of every table of an archive, but where bytes lie and when they were last seen. */
    async rows(): Promise<Record<string, unknown[]>> {
      const chunks: Uint8Array[] = [];
      await writeArchive(database, async (chunk) => void chunks.push(new Uint8Array(chunk)));
      const rows: Record<string, unknown[]> = {};
      for await (const page of readArchive(iterate(chunks))) {
        const plain = page.rows.map((row) => ({
          ...row,
          storage_key: undefined,
          verified_at: undefined,
          isStored: !!row["storage_key"],
        }));
        rows[page.table.name] = [...(rows[page.table.name] ?? []), ...plain];
      }
      return rows;
    },

    async run(text: string): Promise<void> {
      await database.write((trx) => trx.execute(CompiledQuery.raw(text)));
    },

    async close(): Promise<void> {
      await database.close();
      await storage.close();
    },
  };
}

async function* iterate(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
