/**
 * What follows from a manifest and takes reading it and what it names: its kind, its whole size, its platforms. It is found out
 * when somebody first looks at a tag, and kept in a row, so that a push costs nothing more and a list of a thousand tags reads
 * no manifest twice. An index that names what is not here is looked at again some minutes later.
 */
import type { Database } from "../database/database.ts";
import type { JsonObject } from "../oci/json.ts";
import { isNonDistributable, manifestKind } from "../oci/media-types.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Log } from "../telemetry/log.ts";
import { isImageConfig, type Kind, kindOfDocument } from "./kind.ts";
import { objectOf, objectsOf, readObject, sizeOf, textOf } from "./loose.ts";
import { Pace } from "./pace.ts";
import { type Platform, platformOf } from "./platform.ts";
import * as queries from "./queries/manifests.ts";

/** Raised with every change of what is found out here: rows of an older one are made anew. */
const VERSION = 1;
const RECHECK_MS = 300_000;
/** Read in one go; manifests are some KiB each. */
const BATCH = 50;
const BATCH_BYTES = 2 * 1024 * 1024;
export const MAX_PLATFORMS = 64;
const MAX_LAYERS = 4_096;
const MAX_ENTRIES = 10_000;
/** Of an index's children together: what is beyond is not counted. */
const MAX_CHILD_BLOBS = 5_000;

export type ListedPlatform = Platform & { digest: string; sizeBytes: number | null };

export type FactsOf = { kind: Kind; sizeBytes: number; platforms: ListedPlatform[] };

/** A manifest's row with what is known of it: nulls where that is nothing. */
export type ShownRow = {
  id: number;
  digest: string;
  media_type: string;
  artifact_type: string | null;
  config_digest: string | null;
  size_bytes: number;
  version: number | null;
  kind: string | null;
  whole_bytes: number | null;
  platforms: string | null;
  is_complete: number | null;
  computed_at: number | null;
};

/** Reads a blob of the repository; null where it is not here or has more bytes than are read. */
export type ReadConfig = (repository: RepositoryName, digest: string) => Promise<Uint8Array | null>;

type Found = FactsOf & { manifestId: number; isComplete: boolean };

export class Facts {
  readonly #database: Database;
  readonly #readConfig: ReadConfig;
  readonly #log: Log;

  constructor(parts: { database: Database; readConfig: ReadConfig; log: Log }) {
    this.#database = parts.database;
    this.#readConfig = parts.readConfig;
    this.#log = parts.log;
  }

  /** Of each row's manifest, by digest. What was not known is written down after the answer. */
  async of(
    repository: RepositoryName,
    repositoryId: number,
    rows: readonly ShownRow[],
    pace = new Pace(),
  ): Promise<Map<string, FactsOf>> {
    const facts = new Map<string, FactsOf>();
    const unknown = new Map<string, ShownRow>();
    for (const row of rows) {
      const known = knownOf(row);
      if (known !== null) facts.set(row.digest, known);
      else unknown.set(row.digest, row);
    }
    const found: Found[] = [];
    for (const batch of batches([...unknown.values()])) {
      found.push(...(await this.#findOut(repository, repositoryId, batch, pace)));
    }
    for (const [index, { digest }] of [...unknown.values()].entries()) {
      const it = found[index];
      if (it !== undefined) facts.set(digest, it);
    }
    if (found.length > 0) void this.#save(found);
    return facts;
  }

  async #findOut(
    repository: RepositoryName,
    repositoryId: number,
    rows: readonly ShownRow[],
    pace: Pace,
  ): Promise<Found[]> {
    const digests = JSON.stringify(rows.map((row) => row.digest));
    const contents = new Map(
      (await queries.listManifestContents.all(this.#database, { repositoryId, digests })).map((row) => [
        row.digest,
        row.content,
      ]),
    );
    const images = rows.filter((row) => row.config_digest !== null && isImageConfig(row.artifact_type));
    const configs = new Map<string, Uint8Array>();
    if (images.length > 0) {
      const wanted = JSON.stringify(images.map((row) => row.config_digest));
      const inline = await queries.listInlineBlobs.all(this.#database, { repositoryId, digests: wanted });
      for (const row of inline) if (row.content !== null) configs.set(row.digest, row.content);
    }
    const found: Found[] = [];
    for (const row of rows) {
      await pace.breathe();
      const content = contents.get(row.digest);
      const document = content === undefined ? null : readObject(new Uint8Array(content));
      const kind = kindOfDocument(row.media_type, row.artifact_type, document);
      if (manifestKind(row.media_type) === "index") {
        found.push({ kind, ...(await this.#ofIndex(row, document)) });
        continue;
      }
      const sizeBytes = row.size_bytes + namedBytes(document);
      const platforms: ListedPlatform[] = [];
      if (kind === "image" && row.config_digest !== null) {
        const inline = configs.get(row.config_digest);
        const config = inline ?? (await this.#readConfig(repository, row.config_digest));
        const platform = config === null ? null : platformOf(readObject(new Uint8Array(config)));
        if (platform !== null) platforms.push({ ...platform, digest: row.digest, sizeBytes });
      }
      found.push({ kind, sizeBytes, platforms, manifestId: row.id, isComplete: true });
    }
    return found;
  }

  async #ofIndex(row: ShownRow, document: JsonObject | null): Promise<Omit<Found, "kind">> {
    const { children, blobBytes, isCut } = await childSizes(this.#database, row.id);
    const entries = objectsOf(document, "manifests", MAX_ENTRIES);
    const platforms: ListedPlatform[] = [];
    for (const entry of entries) {
      const digest = textOf(entry, "digest", 200);
      const platform = platformOf(objectOf(entry, "platform"));
      if (digest === null || platform === null || platforms.length === MAX_PLATFORMS) continue;
      platforms.push({ ...platform, digest, sizeBytes: children.get(digest)?.sizeBytes ?? null });
    }
    const manifestBytes = [...children.values()].reduce((total, it) => total + it.manifestBytes, 0);
    const named = new Set(entries.map((it) => textOf(it, "digest", 200)));
    return {
      manifestId: row.id,
      sizeBytes: row.size_bytes + manifestBytes + blobBytes,
      platforms,
      isComplete: isCut || [...named].every((digest) => digest === null || children.has(digest)),
    };
  }

  async #save(found: readonly Found[]): Promise<void> {
    const now = Date.now();
    try {
      for (let at = 0; at < found.length; at += BATCH) {
        const facts = JSON.stringify(
          found.slice(at, at + BATCH).map((it) => ({
            manifest: String(it.manifestId),
            version: String(VERSION),
            kind: it.kind,
            bytes: String(it.sizeBytes),
            platforms: JSON.stringify(it.platforms),
            complete: it.isComplete ? "1" : "0",
            computed: String(now),
          })),
        );
        await this.#database.write((trx) => queries.saveFacts.run(trx, { facts }));
      }
    } catch (error) {
      this.#log.info("what was found out about manifests could not be kept; it is found out again", { error });
    }
  }
}

export type ChildSize = { manifestBytes: number; sizeBytes: number };

/**
 * Of an index's children that are here: each with its blobs, and their blobs together, each once. `isCut`: there are so many that
 * some were left out, and all sums are too small.
 */
export async function childSizes(
  database: Database,
  manifestId: number,
): Promise<{ children: Map<string, ChildSize>; blobBytes: number; isCut: boolean }> {
  const rows = await queries.listChildBlobs.all(database, { manifestId, limit: MAX_CHILD_BLOBS });
  const children = new Map<string, ChildSize>();
  const blobs = new Map<string, number>();
  for (const row of rows) {
    let child = children.get(row.digest);
    if (child === undefined) {
      children.set(row.digest, (child = { manifestBytes: row.size_bytes, sizeBytes: row.size_bytes }));
    }
    if (row.blob_digest === null) continue;
    const bytes = row.blob_bytes ?? 0;
    child.sizeBytes += bytes;
    blobs.set(row.blob_digest, bytes);
  }
  const blobBytes = [...blobs.values()].reduce((total, it) => total + it, 0);
  return { children, blobBytes, isCut: rows.length === MAX_CHILD_BLOBS };
}

/** Of the config and the layers that a registry has; what is named twice counts once. */
function namedBytes(document: JsonObject | null): number {
  const config = objectOf(document, "config");
  const key = document !== null && Object.hasOwn(document, "layers") ? "layers" : "blobs";
  const sizes = new Map<string, number>();
  for (const it of [...(config === null ? [] : [config]), ...objectsOf(document, key, MAX_LAYERS)]) {
    const digest = textOf(it, "digest", 200);
    if (digest !== null && !isNonDistributable(textOf(it, "mediaType", 256) ?? ""))
      sizes.set(digest, sizeOf(it, "size"));
  }
  return [...sizes.values()].reduce((total, it) => total + it, 0);
}

function knownOf(row: ShownRow): FactsOf | null {
  const { kind, platforms, whole_bytes: sizeBytes } = row;
  if (row.version !== VERSION || kind === null || platforms === null || sizeBytes === null) return null;
  if (row.is_complete !== 1 && (row.computed_at ?? 0) < Date.now() - RECHECK_MS) return null;
  // Both were written by `#save`.
  return { kind: kind as Kind, sizeBytes, platforms: JSON.parse(platforms) as ListedPlatform[] };
}

function* batches(rows: readonly ShownRow[]): Generator<ShownRow[]> {
  let batch: ShownRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (batch.length === BATCH || (bytes > 0 && bytes + row.size_bytes > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += row.size_bytes;
  }
  if (batch.length > 0) yield batch;
}
