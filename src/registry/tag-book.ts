/**
 * Tags as people look at them and mend them: what they point to, what they pointed to before, and pointing them there
 * again. Every change is one of `Tags`, through its gates.
 */
import { z } from "zod";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import type { Accounts } from "../accounts/accounts.ts";
import { cursor, toPage, type Page } from "../contract/page.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { isJsonObject, parseJson, type JsonObject } from "../oci/json.ts";
import { manifestKind } from "../oci/media-types.ts";
import type { RepositoryName, Tag } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { unknownManifest, type Manifests } from "./manifests.ts";
import * as queries from "./queries/hub-tags.ts";
import { findManifestForUpdate } from "./queries/manifests.ts";
import { unknownName, type Tags } from "./tags.ts";

export type TagBookParts = {
  database: Database;
  repositories: Repositories;
  accounts: Accounts;
  manifests: Manifests;
  tags: Tags;
};

/** Times in ms since 1970. */
export type TagShown = {
  name: string;
  digest: string;
  mediaType: string;
  artifactType: string | null;
  /** Of the manifest and the blobs that it names; of an index, which names none, its own. */
  sizeBytes: number;
  revision: number;
  pushedAt: number;
  pushedBy: string;
};

export type Platform = { os: string; architecture: string; variant: string | null; digest: string };

export type TagRevision = {
  revision: number;
  digest: string;
  from: number;
  to: number | null;
  actor: string;
  deletedAt: number | null;
  deletedBy: string | null;
};

const byRevision = cursor("revisions of a tag", () => z.tuple([z.int()]));
const MAX_PLATFORMS = 200;

export class TagBook {
  readonly #parts: TagBookParts;

  constructor(parts: TagBookParts) {
    this.#parts = parts;
  }

  /** `platforms`: of an index, those that it names; null for what is none. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN. */
  async find(repository: RepositoryName, tag: Tag): Promise<TagShown & { platforms: Platform[] | null }> {
    const repositoryId = await this.#repositoryId(repository);
    const row = await queries.findTagShown.first(this.#parts.database, { repositoryId, tag });
    if (!row) throw unknownManifest(repository, tag);
    const isIndex = manifestKind(row.media_type) === "index";
    return {
      ...shownOf(row, await this.#namesOf([row])),
      platforms: isIndex ? platformsOf(new Uint8Array(row.content)) : null,
    };
  }

  /** Newest first; of a deleted tag too, while it is in the recycle bin. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN. */
  async history(
    repository: RepositoryName,
    tag: Tag,
    { after, limit }: { after: string | undefined; limit: number },
  ): Promise<Page<TagRevision>> {
    const repositoryId = await this.#repositoryId(repository);
    const beforeRevision = byRevision.decode(after)?.[0] ?? Number.MAX_SAFE_INTEGER;
    const page = { repositoryId, tag, beforeRevision, limit: limit + 1 };
    const rows = await queries.listTagHistory.all(this.#parts.database, page);
    if (rows.length === 0 && after === undefined) throw unknownManifest(repository, tag);
    const names = await this.#namesOf(rows);
    return toPage(rows, limit, {
      item: (row) => ({
        revision: row.revision,
        digest: row.digest,
        from: row.from_at,
        to: row.to_at,
        actor: names.get(row.actor) ?? row.actor,
        deletedAt: row.deleted_at,
        deletedBy: row.deleted_by,
      }),
      cursor: (row) => byRevision.encode([row.revision]),
    });
  }

  /** Points the tag at a manifest of the repository; makes it where there is none. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN. */
  async move(principal: Principal, repository: RepositoryName, tag: Tag, digest: Digest): Promise<void> {
    const { database, repositories, tags } = this.#parts;
    await database.write(async (trx) => {
      const repositoryId = await repositories.findId(trx, repository);
      if (repositoryId === null) throw unknownName(repository);
      await lockManifest(trx, repository, repositoryId, digest);
      await tags.put(trx, principal, repository, repositoryId, tag, digest);
    });
  }

  /**
   * Points the tag at what it pointed to in a revision, or, where it was deleted, at what it pointed to last. For those who
   * may push; taking a tag or its manifest out of the recycle bin is for those who may delete. Throws NAME_UNKNOWN,
   * MANIFEST_UNKNOWN, DENIED, REQUEST_INVALID.
   */
  async restore(
    principal: Principal,
    repository: RepositoryName,
    tag: Tag,
    revision: number | undefined,
  ): Promise<void> {
    const { database, repositories, manifests, tags } = this.#parts;
    await database.write(async (trx) => {
      const resource = await repositories.find(trx, repository);
      const repositoryId = resource.id;
      if (repositoryId === null) throw unknownName(repository);
      const page = { repositoryId, tag, beforeRevision: Number.MAX_SAFE_INTEGER, limit: 1 };
      const latest = await queries.listTagHistory.first(trx, page);
      if (!latest) throw unknownManifest(repository, tag);
      const isDeleted = latest.to_at !== null;
      const mayUndelete = authorize(principal, "delete", resource);
      if (isDeleted && !mayUndelete.isAllowed) throw new RegistryError("DENIED", { message: mayUndelete.reason });
      if (revision === undefined && !isDeleted) {
        throw new RegistryError("REQUEST_INVALID", {
          message: `${tag} exists: say which revision of its history it is to point to`,
        });
      }
      const row =
        revision === undefined ? latest : await queries.findTagRevision.first(trx, { repositoryId, tag, revision });
      if (!row) {
        throw new RegistryError("MANIFEST_UNKNOWN", { message: `${tag} has no revision ${revision} in its history` });
      }
      // Only digests are ever written to that column.
      const digest = row.digest as Digest;
      if (mayUndelete.isAllowed) await manifests.restore(trx, principal, repository, repositoryId, digest);
      else await lockManifest(trx, repository, repositoryId, digest);
      await tags.put(trx, principal, repository, repositoryId, tag, digest);
    });
  }

  async #repositoryId(repository: RepositoryName): Promise<number> {
    const { database, repositories } = this.#parts;
    const id = await repositories.findId(database, repository);
    if (id === null) throw unknownName(repository);
    return id;
  }

  /** What accounts are called that rows name by id. */
  async #namesOf(rows: readonly { actor: string }[]): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for (const actor of new Set(rows.map((row) => row.actor))) {
      const id = /^account:(\d{1,15})$/.exec(actor)?.[1];
      const account = id === undefined ? null : await this.#parts.accounts.find(Number(id));
      if (account) names.set(actor, account.name);
    }
    return names;
  }
}

/** Keeps the manifest where it is until the transaction ends. Throws MANIFEST_UNKNOWN, also when it is in the recycle bin. */
async function lockManifest(trx: Transaction, repository: RepositoryName, repositoryId: number, digest: Digest) {
  const row = await findManifestForUpdate.first(trx, { repositoryId, digest });
  if (row?.deleted_at !== null) throw unknownManifest(repository, digest);
}

type ShownRow = {
  name: string;
  digest: string;
  revision: number;
  from_at: number;
  actor: string;
  media_type: string;
  artifact_type: string | null;
  size_bytes: number;
  named_bytes: number;
};

function shownOf(row: ShownRow, names: ReadonlyMap<string, string>): TagShown {
  return {
    name: row.name,
    digest: row.digest,
    mediaType: row.media_type,
    artifactType: row.artifact_type,
    sizeBytes: row.size_bytes + row.named_bytes,
    revision: row.revision,
    pushedAt: row.from_at,
    pushedBy: names.get(row.actor) ?? row.actor,
  };
}

/** Attestations stand in an index as of an unknown platform: those are left out. */
function platformsOf(content: Uint8Array): Platform[] {
  const document = parseJson(content);
  const entries = isJsonObject(document) && Array.isArray(document["manifests"]) ? document["manifests"] : [];
  return entries.slice(0, MAX_PLATFORMS).flatMap((entry) => {
    const platform = isJsonObject(entry) ? entry["platform"] : undefined;
    if (!isJsonObject(entry) || !isJsonObject(platform)) return [];
    const digest = textOf(entry, "digest");
    const os = textOf(platform, "os");
    const architecture = textOf(platform, "architecture");
    if (!os || !architecture || !digest || os === "unknown") return [];
    return [{ os, architecture, variant: textOf(platform, "variant"), digest }];
  });
}

function textOf(object: JsonObject, key: string): string | null {
  const value = object[key];
  return typeof value === "string" ? value.slice(0, 200) : null;
}
