/**
 * What keeps a blob: the manifests that name it, leases, holds; in the repositories that the caller may see. What lies in a recycle
 * bin is told to those who may look into it.
 */
import type { Principal } from "../access/principal.ts";
import { seesEverything, visibilityOf } from "../access/visibility.ts";
import type { Database } from "../database/database.ts";
import * as deletion from "./queries/deletion.ts";
import * as queries from "./queries/keepers.ts";

const STRETCH = 200;
/** Repositories that a page looks at: of a blob that very many link and hardly any are visible, the rest is for the next. */
const MAX_STRETCHES = 10;
const NAMES = 10;
const HOLDS = 20;

export type Keeper = {
  repository: string;
  kind: "manifest" | "lease" | "unnamed";
  manifest: string | null;
  mediaType: string | null;
  role: "config" | "layer" | "manifest" | null;
  isDeleted: boolean;
  tags: string[];
  tagCount: number;
  indexes: string[];
  keptUntil: number | null;
};

/** Where a page ended: repository and manifest, by id; what follows comes after both. */
export type KeeperPlace = { repositoryId: number; manifestId: number };

export type KeptBlob = {
  sizeBytes: number;
  state: "live" | "damaged";
  holds: { reason: string; expiresAt: number }[];
  items: Keeper[];
  next: KeeperPlace | null;
};

/** Whether somebody may look into the recycle bin of a repository. */
export type MaySeeBin = (repository: string) => Promise<boolean>;

export class Keepers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null when the repository does not have the blob. */
  async find(
    caller: Principal,
    asked: {
      repositoryId: number;
      digest: string;
      after: KeeperPlace | null;
      limit: number;
      maySeeBin: MaySeeBin;
    },
  ): Promise<KeptBlob | null> {
    const { repositoryId, digest, after, limit, maySeeBin } = asked;
    const blob = await queries.findLinkedBlob.first(this.#database, { repositoryId, digest });
    if (blob === null) return null;
    const visibility = visibilityOf(caller);
    const items: Keeper[] = [];
    const kept: KeptBlob = {
      sizeBytes: blob.size_bytes,
      state: blob.state === "damaged" ? "damaged" : "live",
      holds: seesEverything(visibility) ? await this.#holds() : [],
      items,
      next: null,
    };
    let from = after?.repositoryId ?? 0;
    for (let stretch = 0; stretch < MAX_STRETCHES; stretch += 1) {
      const asking = { ...visibility, blobId: blob.id, fromRepository: from, limit: STRETCH };
      const rows = await queries.listLinking.all(this.#database, asking);
      for (const row of rows) {
        if (row.is_visible === 1) {
          const afterManifest = row.repository_id === after?.repositoryId ? after.manifestId : 0;
          const place = await this.#addFrom(items, row, { digest, afterManifest, limit, maySeeBin });
          if (place !== null) return { ...kept, next: place };
        }
        from = row.repository_id + 1;
      }
      if (rows.length < STRETCH) return kept;
      await Bun.sleep(1);
    }
    return { ...kept, next: { repositoryId: from, manifestId: 0 } };
  }

  /** Adds what a repository has; where the page ended when it is full, else null. */
  async #addFrom(
    items: Keeper[],
    row: { repository_id: number; name: string; kept_until: number | null },
    {
      digest,
      afterManifest,
      limit,
      maySeeBin,
    }: { digest: string; afterManifest: number; limit: number; maySeeBin: MaySeeBin },
  ): Promise<KeeperPlace | null> {
    const repositoryId = row.repository_id;
    const room = limit - items.length;
    const naming = await queries.listNaming.all(this.#database, {
      repositoryId,
      digest,
      afterManifest,
      limit: room + 1,
    });
    for (const manifest of naming.slice(0, room)) {
      if (manifest.deleted_at !== null && !(await maySeeBin(row.name))) continue;
      items.push({
        repository: row.name,
        kind: "manifest",
        manifest: manifest.digest,
        mediaType: manifest.media_type,
        role: manifest.kind,
        isDeleted: manifest.deleted_at !== null,
        ...(await this.#named(repositoryId, manifest.digest)),
        keptUntil: null,
      });
    }
    const last = naming[room - 1];
    if (naming.length > room) return { repositoryId, manifestId: last?.id ?? afterManifest };
    if (naming.length > 0 || afterManifest > 0) return null;
    if (room === 0) return { repositoryId, manifestId: 0 };
    const isLeased = row.kept_until !== null && row.kept_until > Date.now();
    items.push({
      repository: row.name,
      kind: isLeased ? "lease" : "unnamed",
      manifest: null,
      mediaType: null,
      role: null,
      isDeleted: false,
      tags: [],
      tagCount: 0,
      indexes: [],
      keptUntil: row.kept_until,
    });
    return null;
  }

  async #named(repositoryId: number, digest: string): Promise<Pick<Keeper, "tags" | "tagCount" | "indexes">> {
    const tags = await deletion.listTagsOfDigest.all(this.#database, { repositoryId, digest, limit: NAMES });
    const counted = await deletion.countTagsOfDigest.first(this.#database, { repositoryId, digest });
    const indexes = await deletion.listNamingIndexes.all(this.#database, { repositoryId, digest, limit: NAMES });
    return {
      tags: tags.map(({ name }) => name).sort(),
      tagCount: counted?.count ?? 0,
      indexes: indexes.map((it) => it.digest),
    };
  }

  async #holds(): Promise<{ reason: string; expiresAt: number }[]> {
    const rows = await queries.listHolds.all(this.#database, { now: Date.now(), limit: HOLDS });
    return rows.map(({ reason, expires_at: expiresAt }) => ({ reason, expiresAt }));
  }
}
