/**
 * Removing repositories for good that were long enough in the recycle bin, or that somebody wants gone at once. Each call is one
 * small write that removes some of one repository's rows; the collector calls until there is nothing left. Its blobs go as
 * those of every purged manifest do. The repository's row stays, empty, so that its name is nobody else's.
 */
import type { Access } from "../access/access.ts";
import type { Database } from "../database/database.ts";
import type { Manifests } from "../registry/manifests.ts";
import { GOING, GONE } from "../repositories/keeper.ts";
import * as queries from "./queries/repositories.ts";

export type PurgeRepositoriesParts = { database: Database; manifests: Manifests; access?: Access | undefined };

export type PurgedContent = { manifests: number; tags: number; repositories: number };

/** A manifest's size bounds how many blobs it names: these are some hundreds. */
const MAX_MANIFEST_BYTES = 64 * 1024;
const MAX_ROWS = 200;

/** At most `limit` manifests, or so many other rows, of one repository in the bin since `before` (ms); all 0 when there is none. */
export async function purgeRepository(
  { database, manifests, access }: PurgeRepositoriesParts,
  { before, limit }: { before: number; limit: number },
): Promise<PurgedContent> {
  return await database.write(async (trx) => {
    const purged: PurgedContent = { manifests: 0, tags: 0, repositories: 0 };
    const row = await queries.lockDueRepository.first(trx, { before });
    if (!row) return purged;
    const repositoryId = row.id;
    // From here on it cannot come back.
    if (row.deleted_at !== GOING) await queries.markGoing.run(trx, { repositoryId, going: GOING });
    const rows = await queries.lockManifestsOf.all(trx, { repositoryId, limit });
    for (let bytes = 0; purged.manifests < rows.length && bytes < MAX_MANIFEST_BYTES; purged.manifests += 1) {
      const { id: manifestId, size_bytes: sizeBytes } = rows[purged.manifests]!;
      // Nobody can be pushing to it, so no lease has to be kept.
      await manifests.purge(trx, { manifestId, repositoryId }, { endLeases: true });
      bytes += sizeBytes;
    }
    if (rows.length > 0) return purged;
    purged.tags = await queries.deleteTagsOf.run(trx, { repositoryId, limit: MAX_ROWS });
    if (purged.tags > 0) return purged;
    const stars = await queries.deleteStarsOf.run(trx, { repositoryId, limit: MAX_ROWS });
    if (stars < MAX_ROWS) {
      await queries.deleteGrantsOf.run(trx, { repositoryId });
      await queries.markGone.run(trx, { repositoryId, gone: GONE });
      access?.changes(trx);
    }
    purged.repositories = 1;
    return purged;
  });
}
