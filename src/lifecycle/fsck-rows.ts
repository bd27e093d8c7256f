/** Fsck of all but blobs: the database file, manifests and what they name, tags, uploads, and files that nobody names. */
import { parseManifest, type ManifestReference } from "../oci/manifest.ts";
import type { FsckRun } from "./finding.ts";
import { insertArchivedReference } from "./queries/archive.ts";
import * as queries from "./queries/checks.ts";
import { hashLike } from "./stored-blobs.ts";

const BATCH = 200;
const SHOWN = 5;
/** Of manifests whose references are looked up at once: some thousand. */
const RANGE_BYTES = 256 * 1024;

/** In a snapshot, and so off the event loop: SQLite reads its whole file. */
export async function checkDatabase(run: FsckRun): Promise<void> {
  const { integrity, keys } = await run.parts.database.snapshot(async (snapshot) => ({
    integrity: await queries.checkIntegrity.all(snapshot, {}),
    keys: await queries.checkForeignKeys.all(snapshot, {}),
  }));
  const advice = "stop the server and restore the database from a backup or the newest snapshot";
  for (const { integrity_check: text } of integrity) {
    if (text === "ok") continue;
    const message = `the database file is corrupt: ${text}; ${advice}`;
    await run.found({ kind: "database", subject: "integrity", message, repair: null });
  }
  for (const { table, parent, rowid } of keys) {
    const message = `row ${rowid ?? "?"} of ${table} names a row of ${parent} that is not there; ${advice}`;
    await run.found({ kind: "database", subject: table, message, repair: null });
  }
}

type ManifestRow = { id: number; digest: string; size_bytes: number; repository_id: number; repository: string };

export async function checkManifests(run: FsckRun): Promise<void> {
  const { database } = run.parts;
  for (let after = 0; ;) {
    const rows: ManifestRow[] = await queries.listManifests.all(database, { after, limit: BATCH });
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const row of rows) {
      run.checked.manifests += 1;
      if (run.readBytes) await checkManifestBytes(run, row);
    }
    for (const range of rangesOf(rows, after)) {
      await run.rest();
      const missing = await queries.listMissingReferences.all(database, range);
      if (missing.length === 0) continue;
      await run.doubt();
      const named = new Set(missing.map((it) => it.manifest_id));
      for (const row of rows) if (named.has(row.id)) await checkReferences(run, row);
    }
    after = last.id;
    await run.rest();
  }
}

/** Parts of a batch, small enough that nobody waits for one; `after` is the last id of the batch before. */
function rangesOf(rows: readonly ManifestRow[], after: number): { after: number; upTo: number }[] {
  const ranges: { after: number; upTo: number }[] = [];
  let bytes = Infinity;
  for (const { id, size_bytes: sizeBytes } of rows) {
    const last = ranges.at(-1);
    if (last === undefined || bytes + sizeBytes > RANGE_BYTES) {
      ranges.push({ after: last?.upTo ?? after, upTo: id });
      bytes = 0;
    } else last.upTo = id;
    bytes += sizeBytes;
  }
  return ranges;
}

async function checkManifestBytes(run: FsckRun, row: ManifestRow): Promise<void> {
  const { digest, repository } = row;
  const found = await findLostRows(run, row);
  if (found === null) return;
  run.checked.bytesRead += found.bytes.length;
  const hash = hashLike(digest, found.bytes);
  if (hash !== digest) {
    await run.found({
      kind: "manifest-bytes",
      subject: `${repository}@${digest}`,
      message: `its bytes in the database hash to ${hash}: push it again, or restore the database from a backup`,
      repair: null,
    });
  } else if (found.lost.length > 0) await checkLostRows(run, row);
  // Reading rows and hashing never wait: others get their turn here.
  await run.rest();
}

type LostReference = Pick<ManifestReference, "kind"> & { digest: string };

/** The bytes of a manifest, and what they name although its rows do not; null when it is gone. */
async function findLostRows(
  run: FsckRun,
  { id: manifestId, digest }: ManifestRow,
): Promise<{ bytes: Uint8Array; lost: LostReference[] } | null> {
  const { database } = run.parts;
  // Before the manifest, with which they go: if that is there afterwards, so were they.
  const rows = await queries.listReferences.all(database, { manifestId });
  const stored = await queries.findManifestBytes.first(database, { manifestId });
  if (stored?.digest !== digest) return null;
  const bytes = new Uint8Array(stored.content);
  const named = new Set(rows.map((it) => it.digest));
  const references = parseReferences(bytes, stored.media_type);
  const lost = references.filter((it) => !named.has(it.descriptor.digest));
  return { bytes, lost: lost.map((it) => ({ digest: it.descriptor.digest, kind: it.kind })) };
}

/** Without its rows of references, what a manifest needs would be collected. */
async function checkLostRows(run: FsckRun, row: ManifestRow): Promise<void> {
  await run.doubt();
  const { id: manifestId, repository_id: repositoryId, repository, digest } = row;
  const found = await findLostRows(run, row);
  if (found === null || found.lost.length === 0) return;
  const names = found.lost.slice(0, SHOWN).map((it) => it.digest);
  const more = found.lost.length > SHOWN ? ` and ${found.lost.length - SHOWN} more` : "";
  await run.found(
    {
      kind: "manifest-rows",
      subject: `${repository}@${digest}`,
      message: `it names ${names.join(", ")}${more}, but its rows do not say so: the garbage collector would take them for unneeded`,
      repair: "adds the rows",
    },
    async () => {
      const added = await run.parts.database.write(async (trx) => {
        let count = 0;
        for (const { digest: named, kind } of found.lost) {
          const values = { manifest_id: manifestId, repository_id: repositoryId, digest: named, kind };
          count += await insertArchivedReference.run(trx, values);
        }
        return count;
      });
      return added > 0;
    },
  );
}

/** Of one manifest of which something was missing a moment ago. */
async function checkReferences(run: FsckRun, { id, digest, repository }: ManifestRow): Promise<void> {
  const { database } = run.parts;
  const missing = await queries.listMissingReferences.all(database, { after: id - 1, upTo: id });
  const stored = missing.length === 0 ? null : await queries.findManifestBytes.first(database, { manifestId: id });
  if (stored === null) return;
  const optional = optionalDigests(new Uint8Array(stored.content), stored.media_type);
  const lost = missing.filter((it) => it.kind !== "manifest" && !optional.has(it.digest));
  // An index may name platforms that were never here, but not have none at all.
  const children = missing.filter((it) => it.kind === "manifest");
  const counted = await queries.countChildren.first(database, { manifestId: id });
  if (children.length > 0 && children.length === counted?.count) {
    lost.push(...children.filter((it) => !optional.has(it.digest)));
  }
  if (lost.length === 0) return;
  const names = lost.slice(0, SHOWN).map((it) => `the ${it.kind} ${it.digest}`);
  const more = lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : "";
  await run.found({
    kind: "manifest-reference",
    subject: `${repository}@${digest}`,
    message: `it names ${names.join(", ")}${more}, which its repository does not have: push the image again, or delete the manifest`,
    repair: null,
  });
}

/** What a manifest names and may do without. */
function optionalDigests(content: Uint8Array, mediaType: string): Set<string> {
  const references = parseReferences(content, mediaType);
  return new Set(references.filter((it) => it.isOptional).map((it) => it.descriptor.digest));
}

function parseReferences(content: Uint8Array, mediaType: string): ManifestReference[] {
  try {
    return parseManifest(content, mediaType).references;
  } catch {
    // Other bytes than were pushed: named as such already.
    return [];
  }
}

export async function checkTags(run: FsckRun): Promise<void> {
  const { database } = run.parts;
  for (let after = 0; ;) {
    const repositories = await queries.listRepositoryIds.all(database, { after, limit: BATCH });
    for (const repository of repositories) {
      await checkTagsOf(run, repository);
      await run.rest();
    }
    after = repositories.at(-1)?.id ?? 0;
    if (repositories.length < BATCH) return;
  }
}

async function checkTagsOf(run: FsckRun, { id: repositoryId, name }: { id: number; name: string }): Promise<void> {
  const { database } = run.parts;
  for (let last = ""; ;) {
    const tags = await queries.listTagTargets.all(database, { repositoryId, last, limit: BATCH });
    run.checked.tags += tags.length;
    const suspects = tags.filter((it) => it.manifest_id === null);
    if (suspects.length > 0) await run.doubt();
    for (const { name: tag, revision, digest } of suspects) {
      const found = await queries.findTagTarget.first(database, { repositoryId, tag, revision });
      if (found === null || found.manifest_id !== null) continue;
      await run.found(
        {
          kind: "tag-without-manifest",
          subject: `${name}:${tag}`,
          message: `it points to ${digest}, which its repository does not have: push the image again`,
          repair: "ends the tag, so that lists no longer show it; its history stays",
        },
        async () => {
          const now = Date.now();
          const ended = await database.write((trx) => {
            trx.afterCommit(() => run.parts.cache.forget(repositoryId));
            return queries.endLostTag.run(trx, { repositoryId, tag, revision, now });
          });
          return ended > 0;
        },
      );
    }
    await run.rest();
    last = tags.at(-1)?.name ?? "";
    if (tags.length < BATCH) return;
  }
}

type UploadRow = { id: string; repository_name: string; storage_key: string | null; offset_bytes: number };

export async function checkUploads(run: FsckRun): Promise<void> {
  const { database } = run.parts;
  for (let last = ""; ;) {
    const rows: UploadRow[] = await queries.listUploads.all(database, { last, limit: BATCH });
    run.checked.uploads += rows.length;
    const suspects: UploadRow[] = [];
    for (const row of rows) if (await lacksBytes(run, row)) suspects.push(row);
    if (suspects.length > 0) await run.doubt();
    for (const { id } of suspects) {
      const row: UploadRow | null = await queries.findUpload.first(database, { session: id });
      if (row === null || !(await lacksBytes(run, row))) continue;
      await run.found(
        {
          kind: "upload-without-file",
          subject: id,
          message: `an unfinished upload to ${row.repository_name} has counted ${row.offset_bytes} bytes, which are not stored: its client must begin anew`,
          repair: "ends the upload, unless a client is at work on it",
        },
        async () => {
          const before = Date.now() - 60_000;
          return (await database.write((trx) => queries.deleteLostUpload.run(trx, { session: id, before }))) > 0;
        },
      );
    }
    await run.rest();
    last = rows.at(-1)?.id ?? "";
    if (rows.length < BATCH) return;
  }
}

/** Bytes that the row does not count yet may still be in memory. */
async function lacksBytes(run: FsckRun, { storage_key: key, offset_bytes: offset }: UploadRow): Promise<boolean> {
  if (key === null || offset === 0) return false;
  return ((await run.parts.storage.stat(key))?.sizeBytes ?? -1) < offset;
}

export async function checkFiles(run: FsckRun): Promise<void> {
  const { orphans } = run.parts;
  // Counted before anything is removed: the share of all files decides.
  const { orphans: count, refusal } = run.repair ? await orphans.count(run.signal) : { orphans: 0, refusal: null };
  if (count > 0 && refusal !== null) {
    await run.found({ kind: "files-without-rows", subject: "blobs", message: refusal, repair: null });
  }
  for await (const batch of orphans.find(run.signal)) {
    run.checked.files += batch.files;
    for (const file of batch.orphans) {
      await run.found(
        {
          kind: "file-without-row",
          subject: file.key,
          message: `a file of ${file.sizeBytes} bytes that no blob and no upload names`,
          repair: "removes the file",
        },
        refusal === null ? () => orphans.remove(file) : undefined,
      );
    }
  }
}
