/**
 * Repositories as things that people make, describe, rename, move and delete. An id stays what it is; a name that a
 * repository had stays its own, and so does the name of one that was deleted for good: its row remains, without content.
 *
 * `deleted_at` says where one is: null, here; a time, in the recycle bin since then; `GOING`, its content is being
 * removed for good; `GONE`, it was.
 */
import type { Access } from "../access/access.ts";
import type { LimitCheck } from "../access/limit-check.ts";
import { authorize, roleOn, type NamespaceResource, type RepositoryResource } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import { letsThrough } from "../access/ceiling.ts";
import { isRoleAtLeast, type RoleName } from "../access/roles.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { changedFields } from "../audit/redact.ts";
import type { Database, Transaction } from "../database/database.ts";
import { lockName } from "../database/lock.ts";
import type { Visibility } from "../database/schema-access.ts";
import { RegistryError } from "../errors.ts";
import { namespaceOf, parseRepositoryName, type RepositoryName } from "../oci/reference.ts";
import * as byName from "./queries.ts";
import * as queries from "./queries/changes.ts";
import { nameLock, type Repositories, resourceOf } from "./repositories.ts";

export const GONE = 0;
export const GOING = 1;

export type KeeperParts = {
  database: Database;
  repositories: Repositories;
  access: Access;
  audit: Pick<AuditTrail, "record">;
  limits: Pick<LimitCheck, "privateRepository">;
  /** What is remembered of a repository's content is dropped. */
  cache: { forget: (repositoryId: number) => void };
  /** `storage.delete.enabled`. */
  mayDelete: boolean;
};

export type NewRepository = {
  name: RepositoryName;
  /** The namespace's default unless given. */
  visibility?: Visibility | undefined;
  description?: string | undefined;
  readme?: string | undefined;
};

/** What is left out stays. */
export type RepositoryPatch = {
  description?: string | undefined;
  readme?: string | undefined;
  visibility?: Visibility | undefined;
};

/** What people can change of it: two that are equal in this are one version. */
export type Editable = {
  name: string;
  description: string;
  readme: string;
  visibility: Visibility;
  isOfficial: boolean;
};

type LockedRow = NonNullable<Awaited<ReturnType<typeof queries.lockRepository.first>>>;

export class Keeper {
  readonly #parts: KeeperParts;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Makes an empty one. Throws DENIED; CONFLICT when the name is taken, or was. */
  async create(principal: Principal, wanted: NewRepository): Promise<{ id: number; name: RepositoryName }> {
    const { name } = wanted;
    const id = await this.#parts.database.write(async (trx) => {
      const namespace = await this.#namespaceFor(trx, principal, namespaceOf(name), name);
      await this.#claimName(trx, name, null);
      const usual = await this.#defaultVisibility(trx, namespace.id);
      const wantedVisibility = wanted.visibility ?? usual;
      // As changing it would: what is not meant to be public by itself is made so by those who administer it.
      if (wantedVisibility === "public" && usual !== "public") assertMayUse(principal, name, namespace.id, "admin");
      if (wantedVisibility === "private") await this.#parts.limits.privateRepository(trx, namespace.id);
      const made = await queries.insertNewRepository.first(trx, {
        namespaceId: namespace.id,
        name,
        now: Date.now(),
        wantedVisibility,
        description: wanted.description ?? "",
        readme: wanted.readme ?? "",
      });
      if (!made) throw taken(name);
      await this.#record(trx, principal, "create", { id: made.id, name });
      this.#changes(trx, made.id);
      return made.id;
    });
    return { id, name };
  }

  /**
   * `assertSame`: called with what is there, to refuse a change that was made for something else. The visibility is for
   * those who may administer; the guard has asked for the rest. Throws NAME_UNKNOWN, DENIED.
   */
  async update(
    principal: Principal,
    name: RepositoryName,
    patch: RepositoryPatch,
    assertSame: (now: Editable) => void,
  ): Promise<number> {
    return await this.#parts.database.write(async (trx) => {
      const { row, resource } = await this.#lock(trx, name);
      assertSame(editableOf(row));
      const wantedVisibility = patch.visibility ?? row.visibility;
      if (wantedVisibility !== row.visibility) {
        assertMay(principal, "administer", resource);
        if (wantedVisibility === "private") await this.#parts.limits.privateRepository(trx, row.namespace_id);
      }
      await queries.updateRepository.run(trx, {
        repositoryId: row.id,
        description: patch.description ?? row.description,
        readme: patch.readme ?? row.readme,
        wantedVisibility,
      });
      const { description, readme, visibility } = row;
      const before = { description, readme, visibility };
      await this.#record(trx, principal, "update", row, changedFields(before, { ...before, ...given(patch) }));
      if (wantedVisibility !== row.visibility) this.#changes(trx, row.id);
      return row.id;
    });
  }

  /** Throws NAME_UNKNOWN. */
  async setOfficial(principal: Principal, name: RepositoryName, isOfficial: boolean): Promise<number> {
    return await this.#parts.database.write(async (trx) => {
      const { row } = await this.#lock(trx, name);
      await queries.setOfficial.run(trx, { repositoryId: row.id, isOfficial: isOfficial ? 1 : 0 });
      await this.#record(trx, principal, "set-official", row, { after: { isOfficial } });
      return row.id;
    });
  }

  /** Gives it another name in its namespace; the old one goes on leading to it. Throws NAME_UNKNOWN, CONFLICT, REQUEST_INVALID. */
  async rename(principal: Principal, name: RepositoryName, to: RepositoryName): Promise<number> {
    return await this.#rename(principal, name, to, async (_trx, resource) => {
      assertMay(principal, "administer", resource);
      if (namespaceOf(to) !== namespaceOf(resource.name)) {
        throw new RegistryError("REQUEST_INVALID", {
          message: `${to} is in another namespace than ${resource.name}: move it there instead`,
        });
      }
      // Whoever has a right on this repository alone has none on the other names of its namespace.
      if (to !== resource.name) assertMayUse(principal, to, resource.namespaceId, "write");
      return null;
    });
  }

  /**
   * Gives it to another namespace, where the principal may make repositories: under its name there, or the one given. Grants on
   * it by id end, as they are the old namespace's; its members and patterns are the new one's. Throws NAME_UNKNOWN, DENIED, CONFLICT.
   */
  async move(principal: Principal, name: RepositoryName, to: RepositoryName): Promise<number> {
    return await this.#rename(principal, name, to, async (trx, resource) => {
      assertMay(principal, "administer", resource);
      const namespace = await this.#namespaceFor(trx, principal, namespaceOf(to), to);
      if (namespace.id === resource.namespaceId) return null;
      // It is the namespace's before it is theirs who may administer it.
      const from: NamespaceResource = {
        kind: "namespace",
        id: resource.namespaceId ?? 0,
        name: namespaceOf(resource.name),
      };
      const decision = authorize(principal, "administer-namespace", from);
      if (!principal.isOpen && !decision.isAllowed) throw new RegistryError("DENIED", { message: decision.reason });
      return namespace;
    });
  }

  /**
   * Puts it into the recycle bin, where nobody reads it and pushes to it are refused; or, `forGood`, also from there, gives it to the
   * collector. Throws NAME_UNKNOWN; UNSUPPORTED where nothing may be deleted.
   */
  async delete(principal: Principal, name: RepositoryName, { forGood }: { forGood: boolean }): Promise<void> {
    const { database, mayDelete } = this.#parts;
    if (!mayDelete) {
      throw new RegistryError("UNSUPPORTED", {
        message: "deleting is switched off on this registry (storage.delete.enabled is false)",
      });
    }
    await database.write(async (trx) => {
      const repositoryId = forGood
        ? ((await this.#findBinned(trx, principal, name)) ?? (await this.#lock(trx, name)).row.id)
        : (await this.#lock(trx, name)).row.id;
      await queries.binRepository.run(trx, {
        repositoryId,
        binnedAt: forGood ? GOING : Math.max(Date.now(), GOING + 1),
        binnedBy: principal.name,
      });
      await this.#record(trx, principal, forGood ? "purge" : "delete", { id: repositoryId, name });
      this.#changes(trx, repositoryId);
    });
  }

  /** Takes it out of the recycle bin as it went in. Throws NAME_UNKNOWN, also when it is not there. */
  async restore(principal: Principal, name: RepositoryName): Promise<number> {
    return await this.#parts.database.write(async (trx) => {
      const repositoryId = await this.#findBinned(trx, principal, name);
      if (repositoryId === null) {
        throw new RegistryError("NAME_UNKNOWN", { message: `the recycle bin has no repository ${name}` });
      }
      const row = await queries.lockRepository.first(trx, { repositoryId });
      if (row?.visibility === "private") await this.#parts.limits.privateRepository(trx, row.namespace_id);
      await queries.binRepository.run(trx, { repositoryId, binnedAt: null, binnedBy: null });
      await this.#record(trx, principal, "restore", { id: repositoryId, name });
      this.#changes(trx, repositoryId);
      return repositoryId;
    });
  }

  /** The id of one that lies in the bin, locked; null where there is none, or the principal may not know of it. */
  async #findBinned(trx: Transaction, principal: Principal, name: RepositoryName): Promise<number | null> {
    const found = await queries.findNameHolder.first(trx, { name });
    if (!found || found.namespace_deleted_at !== null) return null;
    const resource = { ...resourceOf(name, found), isPublic: false };
    if (!authorize(principal, "administer", resource).isAllowed) return null;
    const row = await queries.lockRepository.first(trx, { repositoryId: found.id });
    return row?.deleted_at != null && row.deleted_at > GOING ? row.id : null;
  }

  async #rename(
    principal: Principal,
    name: RepositoryName,
    to: RepositoryName,
    decide: (trx: Transaction, resource: RepositoryResource) => Promise<NamespaceResource | null>,
  ): Promise<number> {
    return await this.#parts.database.write(async (trx) => {
      const { resource: asked } = await this.#find(trx, name);
      const target = await decide(trx, asked);
      // Names before rows, as for those who make repositories.
      if (to !== asked.name) await this.#claimName(trx, to, asked.id);
      const { row } = await this.#lock(trx, name);
      if (row.name === to) return row.id;
      // It got another name while this waited, and what was decided was about the one before.
      if (row.name !== asked.name) throw changedMeanwhile(name);
      if (target !== null && row.visibility === "private") await this.#parts.limits.privateRepository(trx, target.id);
      await queries.renameRepository.run(trx, {
        repositoryId: row.id,
        namespaceId: target?.id ?? row.namespace_id,
        name: to,
      });
      if (await queries.findFormerName.first(trx, { name: row.name })) throw taken(asked.name);
      await queries.insertFormerName.run(trx, { name: row.name, repositoryId: row.id, now: Date.now() });
      if (target !== null) await queries.deleteRepositoryGrants.run(trx, { repositoryId: row.id });
      const values = { before: { name: row.name }, after: { name: to } };
      await this.#record(trx, principal, target === null ? "rename" : "move", row, values);
      this.#changes(trx, row.id);
      return row.id;
    });
  }

  /** Holds the name until the transaction ends. Throws CONFLICT unless it is free, or was this repository's own. */
  async #claimName(trx: Transaction, name: RepositoryName, repositoryId: number | null): Promise<void> {
    await lockName(trx, nameLock(name));
    if (await queries.findNameHolder.first(trx, { name })) throw taken(name);
    const former = await queries.findFormerName.first(trx, { name });
    if (!former) return;
    if (former.repository_id === null || former.repository_id !== repositoryId) throw taken(name);
    await queries.deleteFormerName.run(trx, { name });
  }

  /** The namespace in which the principal may make a repository of that name. Throws DENIED. */
  async #namespaceFor(
    trx: Transaction,
    principal: Principal,
    namespace: string,
    name: RepositoryName,
  ): Promise<NamespaceResource> {
    const { repositories } = this.#parts;
    // Where nobody has claimed the registry a push makes namespaces too.
    if (principal.isOpen) await byName.insertNamespace.run(trx, { name: namespace, now: Date.now() });
    const found = await repositories.findNamespace(trx, namespace);
    // Called what was asked for: a name that it got since is not for those who may not see it.
    const resource: NamespaceResource = { kind: "namespace", id: found?.id ?? 0, name: namespace };
    const decision = authorize(principal, "create-repository", resource);
    if (!decision.isAllowed || !found) {
      const reason = decision.isAllowed
        ? `there is no namespace ${namespace}: make the organisation first`
        : decision.reason;
      throw new RegistryError("DENIED", { message: reason });
    }
    // A grant on a pattern lets its holder make what matches it, and no more.
    assertMayUse(principal, name, found.id, "write");
    if (found.name !== namespace) {
      throw new RegistryError("CONFLICT", {
        message: `the namespace ${namespace} is called ${found.name} now: use that`,
      });
    }
    return resource;
  }

  async #defaultVisibility(trx: Transaction, namespaceId: number): Promise<Visibility> {
    return (await queries.findDefaultVisibility.first(trx, { namespaceId }))?.default_visibility ?? "private";
  }

  async #find(trx: Transaction, name: RepositoryName): Promise<{ resource: RepositoryResource & { id: number } }> {
    const resource = await this.#parts.repositories.find(trx, name);
    if (resource.id === null) throw unknownRepository(name);
    return { resource: { ...resource, id: resource.id } };
  }

  async #lock(trx: Transaction, name: RepositoryName): Promise<{ row: LockedRow; resource: RepositoryResource }> {
    const { resource } = await this.#find(trx, name);
    const row = await queries.lockRepository.first(trx, { repositoryId: resource.id });
    if (row?.deleted_at !== null) throw unknownRepository(name);
    return { row, resource };
  }

  async #record(
    trx: Transaction,
    by: Principal,
    verb: string,
    { id, name }: { id: number; name: string },
    values: { before?: Record<string, unknown>; after?: Record<string, unknown> } = {},
  ): Promise<void> {
    const target = { kind: "repository" as const, id, name };
    await this.#parts.audit.record(trx, { by, action: `repository.${verb}`, target, repositoryId: id, ...values });
  }

  #changes(trx: Transaction, repositoryId: number): void {
    const { repositories, access, cache } = this.#parts;
    repositories.changes(trx);
    access.changes(trx);
    trx.afterCommit(() => cache.forget(repositoryId));
  }
}

/** Without the fields that were left out. */
function given(patch: RepositoryPatch): Record<string, unknown> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

const PLACE: RepositoryResource = {
  kind: "repository",
  name: parseRepositoryName("place"),
  id: null,
  isPublic: false,
  namespaceId: null,
  createsOnPush: true,
  membersRole: null,
};

export function unknownRepository(name: RepositoryName): RegistryError {
  return new RegistryError("NAME_UNKNOWN", { message: `there is no repository ${name}` });
}

/** Throws DENIED unless the role, and what the credential reaches, hold for a name that nothing has yet. */
function assertMayUse(
  { isOpen, rights, ceiling }: Principal,
  name: RepositoryName,
  namespaceId: number | null,
  least: RoleName,
): void {
  if (isOpen) return;
  const place: RepositoryResource = { ...PLACE, name, namespaceId };
  const role = rights && roleOn(rights, place)?.role;
  if (role && isRoleAtLeast(role, least) && (ceiling === null || letsThrough(ceiling, "administer", place))) return;
  throw new RegistryError("DENIED", { message: `this needs role ${least} on the name ${name}` });
}

function assertMay(principal: Principal, action: "administer", resource: RepositoryResource): void {
  const decision = authorize(principal, action, resource);
  if (!decision.isAllowed) throw new RegistryError("DENIED", { message: decision.reason });
}

function editableOf(row: LockedRow): Editable {
  const { name, description, readme, visibility, is_official: isOfficial } = row;
  return { name, description, readme, visibility, isOfficial: isOfficial === 1 };
}

function taken(name: RepositoryName): RegistryError {
  return new RegistryError("CONFLICT", {
    message: `the name ${name} is taken, or was another repository's, whose it stays: choose another`,
  });
}

function changedMeanwhile(name: RepositoryName): RegistryError {
  return new RegistryError("CONFLICT", { message: `${name} was renamed by somebody else just now: look at it again` });
}
