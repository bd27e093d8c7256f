/**
 * What goes, and is freed, when a repository, a manifest or a tag is deleted: found by looking at exactly what it links.
 * Others count as far as the caller may see them, so that nobody learns from it what strangers hold.
 */
import type { Principal } from "../access/principal.ts";
import { seesEverything, visibilityOf, type VisibilityParameters } from "../access/visibility.ts";
import type { Database } from "../database/database.ts";
import { pagesOf } from "./pages.ts";
import * as deletion from "./queries/deletion.ts";
import * as links from "./queries/links.ts";

const PAGE = 250;
const TAG_NAMES = 50;
const REPOSITORY_NAMES = 20;
const INDEXES = 10;
/** Of a blob that very many repositories link, so many are looked at. */
const OTHERS = 200;
/** After that what is left is not counted. */
const WITHIN_MS = 15_000;

export type Amount = { blobs: number; bytes: number };

export type Forecast = {
  what: "repository" | "manifest" | "tag";
  tag: string | null;
  digest: string | null;
  tags: { count: number; names: string[] };
  manifests: number;
  freedAtOnce: Amount;
  freedLater: Amount;
  freedFrom: number | null;
  keptHere: Amount;
  keptByBin: Amount;
  keptElsewhere: Amount;
  keptBy: string[];
  manifestBytes: number;
  namedBy: string[];
  isExact: boolean;
};

export type DeletionsParts = {
  database: Database;
  /** How long the recycle bin keeps what was deleted. */
  keepMs: number;
  /** How long bytes are kept that no repository has any more. */
  graceMs: number;
};

type Linked = { blob_id: number; size_bytes: number };

export class Deletions {
  readonly #parts: DeletionsParts;

  constructor(parts: DeletionsParts) {
    this.#parts = parts;
  }

  async ofRepository(caller: Principal, repositoryId: number): Promise<Forecast> {
    const { database } = this.#parts;
    const forecast = emptyForecast("repository");
    const look = this.#lookFor(caller, repositoryId, forecast);
    const pages = pagesOf<Awaited<ReturnType<typeof links.listLinks.all>>[number]>(PAGE, (last, limit) =>
      links.listLinks.all(database, { repositoryId, afterBlob: last?.blob_id ?? 0, limit }),
    );
    for await (const page of pages) if (!(await look(page))) break;
    const manifests = pagesOf<{ digest: string; size_bytes: number; deleted_at: number | null }>(PAGE, (last, limit) =>
      links.listManifestBytes.all(database, { repositoryId, afterDigest: last?.digest ?? "", limit }),
    );
    for await (const page of manifests) {
      for (const { size_bytes: bytes, deleted_at: deletedAt } of page) {
        forecast.manifestBytes += bytes;
        if (deletedAt === null) forecast.manifests += 1;
      }
    }
    forecast.tags.count = (await links.countCurrentTags.first(database, { repositoryId }))?.count ?? 0;
    return this.#finish(forecast);
  }

  /** Null when the repository has no such manifest. */
  async ofManifest(caller: Principal, repositoryId: number, digest: string): Promise<Forecast | null> {
    const { database } = this.#parts;
    const manifest = await deletion.findDoomedManifest.first(database, { repositoryId, digest });
    if (manifest === null) return null;
    const forecast = emptyForecast("manifest");
    forecast.digest = digest;
    forecast.manifests = 1;
    forecast.manifestBytes = manifest.size_bytes;
    const look = this.#lookFor(caller, repositoryId, forecast);
    const pages = pagesOf<Awaited<ReturnType<typeof deletion.listBlobsOfManifest.all>>[number]>(PAGE, (last, limit) =>
      deletion.listBlobsOfManifest.all(database, {
        repositoryId,
        manifestId: manifest.id,
        afterDigest: last?.digest ?? "",
        limit,
      }),
    );
    for await (const page of pages) {
      const gone: Linked[] = [];
      for (const blob of page) {
        if (blob.is_served === 1) add(forecast.keptHere, blob);
        else if (blob.is_named === 1) add(forecast.keptByBin, blob);
        else gone.push(blob);
      }
      if (!(await look(gone))) break;
    }
    const named = await deletion.listTagsOfDigest.all(database, { repositoryId, digest, limit: TAG_NAMES });
    const counted = await deletion.countTagsOfDigest.first(database, { repositoryId, digest });
    forecast.tags = { count: counted?.count ?? 0, names: named.map(({ name }) => name).sort() };
    const indexes = await deletion.listNamingIndexes.all(database, { repositoryId, digest, limit: INDEXES });
    forecast.namedBy = indexes.map((it) => it.digest);
    return this.#finish(forecast);
  }

  /** The manifest stays, whatever points to it: nothing is freed. Null when the repository has no such tag. */
  async ofTag(repositoryId: number, tag: string): Promise<Forecast | null> {
    const target = await deletion.findTagTarget.first(this.#parts.database, { repositoryId, tag });
    if (target === null) return null;
    return { ...emptyForecast("tag"), tag, digest: target.digest, tags: { count: 1, names: [tag] } };
  }

  /** Gives what sorts blobs that nothing else in the repository needs; false when there was no time for all of them. */
  #lookFor(caller: Principal, repositoryId: number, forecast: Forecast): (blobs: Linked[]) => Promise<boolean> {
    const { database } = this.#parts;
    const visibility = visibilityOf(caller);
    const until = performance.now() + WITHIN_MS;
    const names = new Set<string>();
    forecast.isExact = seesEverything(visibility);
    return async (blobs) => {
      if (blobs.length === 0) return true;
      const ids = JSON.stringify(blobs.map(({ blob_id: id }) => ({ id })));
      const shared = new Set(
        (await links.listSharedBlobs.all(database, { repositoryId, blobs: ids })).map(({ id }) => id),
      );
      for (const blob of blobs) {
        const others = shared.has(blob.blob_id)
          ? await this.#others(visibility, repositoryId, blob.blob_id, names.size)
          : [];
        for (const name of others) if (names.size < REPOSITORY_NAMES) names.add(name);
        add(others.length > 0 ? forecast.keptElsewhere : forecast.freedLater, blob);
      }
      forecast.keptBy = [...names].sort();
      if (performance.now() < until) return true;
      forecast.isExact = false;
      return false;
    };
  }

  async #others(
    visibility: VisibilityParameters,
    repositoryId: number,
    blobId: number,
    known: number,
  ): Promise<string[]> {
    // Who sees everything has to be shown names alone, and some are enough.
    const limit = seesEverything(visibility) ? Math.max(1, REPOSITORY_NAMES - known) : OTHERS;
    const rows = await links.listOthersWithBlob.all(this.#parts.database, {
      ...visibility,
      blobId,
      repositoryId,
      limit,
    });
    return rows.map(({ name }) => name);
  }

  #finish(forecast: Forecast): Forecast {
    const { keepMs, graceMs } = this.#parts;
    if (forecast.freedLater.blobs > 0) forecast.freedFrom = Date.now() + keepMs + graceMs;
    return forecast;
  }
}

function add(amount: Amount, { size_bytes: bytes }: Linked): void {
  amount.blobs += 1;
  amount.bytes += bytes;
}

function emptyForecast(what: Forecast["what"]): Forecast {
  const none = (): Amount => ({ blobs: 0, bytes: 0 });
  return {
    what,
    tag: null,
    digest: null,
    tags: { count: 0, names: [] },
    manifests: 0,
    freedAtOnce: none(),
    freedLater: none(),
    freedFrom: null,
    keptHere: none(),
    keptByBin: none(),
    keptElsewhere: none(),
    keptBy: [],
    manifestBytes: 0,
    namedBy: [],
    isExact: true,
  };
}
