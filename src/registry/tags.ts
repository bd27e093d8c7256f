/** Tags: rows with a life. Moving one ends its row and adds the next. Spec: distribution-spec 1.1, "Listing Tags", "Deleting tags". */
import { RegistryError } from "../errors.ts";
import type { Principal } from "../access/principal.ts";
import type { Database, Transaction } from "../database/database.ts";
import { lockName } from "../database/lock.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepositoryName, Tag } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { ContentCache } from "./content-cache.ts";
import { passGates, type Gate } from "./gates.ts";
import * as queries from "./queries/tags.ts";

export type TagsParts = {
  database: Database;
  repositories: Repositories;
  cache: ContentCache;
  gates: readonly Gate[];
};

/** Rows of a tag's history that are kept, the current one included. */
const MAX_HISTORY = 100;
/** What a remembered name takes beside its characters. */
const NAME_BYTES = 32;

export class Tags {
  readonly #parts: TagsParts;

  constructor(parts: TagsParts) {
    this.#parts = parts;
  }

  /** Names after `last`, in byte order. The first page is remembered: it is what nearly everybody asks for. Throws NAME_UNKNOWN. */
  async list(repository: RepositoryName, last: string, limit: number): Promise<readonly string[]> {
    const { database, repositories, cache } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId === null) throw unknownName(repository);
    const read = async (): Promise<string[]> => {
      const rows = await queries.listTags.all(database, { repositoryId, last, limit });
      return rows.map((row) => row.name);
    };
    if (last !== "") return await read();
    const page = await cache.load<string[]>(repositoryId, `tags/${limit}`, async () => {
      const value = await read();
      return { value, sizeBytes: value.reduce((total, name) => total + name.length * 2 + NAME_BYTES, 0) };
    });
    return page ?? [];
  }

  /** Points the tag at a manifest that this transaction has put or locked. Pointing it where it already points changes nothing. */
  async put(
    trx: Transaction,
    principal: Principal,
    repository: RepositoryName,
    repositoryId: number,
    tag: Tag,
    digest: Digest,
  ): Promise<void> {
    await lockName(trx, lockKey(repositoryId, tag));
    const latest = await queries.findLatestTag.first(trx, { repositoryId, tag });
    const current = latest?.to_at === null ? latest : null;
    if (current?.digest === digest) return;
    const replaces = current?.digest ?? null;
    const where = { principal, repository, repositoryId };
    const isRestored = current === null && latest?.digest === digest;
    await passGates(this.#parts.gates, trx, { kind: "tag-put", ...where, tag, digest, replaces, isRestored });
    const now = Date.now();
    if (latest?.to_at === null) await queries.endTag.run(trx, { repositoryId, tag, revision: latest.revision, now });
    else if (latest && latest.deleted_at !== null) {
      await queries.unbinTag.run(trx, { repositoryId, tag, revision: latest.revision });
    }
    const revision = (latest?.revision ?? 0) + 1;
    await queries.insertTag.run(trx, { repositoryId, tag, revision, digest, now, actor: principal.id });
    trx.afterCommit(() => this.#parts.cache.forget(repositoryId));
    const upTo = revision - MAX_HISTORY;
    if (upTo > 0) await queries.deleteOldRevisions.run(trx, { repositoryId, tag, upTo });
  }

  /**
   * Points a tag that is in the recycle bin at what it pointed to; the caller has locked that manifest, and it is not
   * in the bin. False when the tag is not in the bin, or has another digest there, by now.
   */
  async restore(
    trx: Transaction,
    principal: Principal,
    repository: RepositoryName,
    repositoryId: number,
    tag: Tag,
    digest: Digest,
  ): Promise<boolean> {
    await lockName(trx, lockKey(repositoryId, tag));
    const latest = await queries.findLatestTag.first(trx, { repositoryId, tag });
    if (latest?.digest !== digest || latest.deleted_at === null) return false;
    await this.put(trx, principal, repository, repositoryId, tag, digest);
    return true;
  }

  /** Puts the tag into the recycle bin; its manifest stays. Throws NAME_UNKNOWN or MANIFEST_UNKNOWN. */
  async delete(principal: Principal, repository: RepositoryName, tag: Tag): Promise<void> {
    const { database, repositories, cache, gates } = this.#parts;
    await database.write(async (trx) => {
      const repositoryId = await repositories.findId(trx, repository);
      if (repositoryId === null) throw unknownName(repository);
      await lockName(trx, lockKey(repositoryId, tag));
      const latest = await queries.findLatestTag.first(trx, { repositoryId, tag });
      const current = latest?.to_at === null ? latest : null;
      const digest = current?.digest ?? "";
      await passGates(gates, trx, { kind: "tag-delete", principal, repository, repositoryId, tag, digest });
      if (!current) {
        throw new RegistryError("MANIFEST_UNKNOWN", {
          message: `repository ${repository} has no tag ${tag}`,
          detail: { tag },
        });
      }
      const { revision } = current;
      await queries.binTag.run(trx, { repositoryId, tag, revision, now: Date.now(), deletedBy: principal.name });
      trx.afterCommit(() => cache.forget(repositoryId));
    });
  }
}

export function lockKey(repositoryId: number, tag: Tag): string {
  return `tag/${repositoryId}/${tag}`;
}

export function unknownName(repository: RepositoryName): RegistryError {
  return new RegistryError("NAME_UNKNOWN", {
    message: `there is no repository ${repository}: nothing has been pushed to it`,
    detail: { name: repository },
  });
}
