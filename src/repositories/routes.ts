/** The hub API of repositories over HTTP. */
import type { Access } from "../access/access.ts";
import { actionsOn, authorize, roleOn, type RepositoryResource } from "../access/authorize.ts";
import { letsThrough } from "../access/ceiling.ts";
import { explain } from "../access/explain.ts";
import { CALLER, type Needs, onRepository, onRepositoryByCaller, onSystem } from "../access/needs.ts";
import { type Principal, principalOf } from "../access/principal.ts";
import { REPOSITORY_ACTIONS } from "../access/roles.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { OutputOf } from "../contract/endpoint.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { answer, type Answer, implement } from "../http/contract-routes.ts";
import { formatETag } from "../http/preconditions.ts";
import type { Route } from "../http/router.ts";
import { parseRepositoryName, type RepositoryName } from "../oci/reference.ts";
import { accessApi, repositoriesApi } from "./api.ts";
import { type Editable, type Keeper, unknownRepository } from "./keeper.ts";
import type { Listed, RepositoryLists } from "./lists.ts";
import * as queries from "./queries/changes.ts";
import type { Repositories } from "./repositories.ts";
import type { Stars } from "./stars.ts";

export type RepositoryRouteParts = {
  database: Database;
  repositories: Repositories;
  access: Access;
  accounts: Accounts;
  keeper: Keeper;
  lists: RepositoryLists;
  stars: Stars;
  /** How long the recycle bin keeps what was deleted. */
  keepMs: number;
};

type Shown = OutputOf<typeof repositoriesApi.get>;

export function repositoryRoutes(parts: RepositoryRouteParts): Route<Needs, Principal>[] {
  const { database, repositories, keeper, lists, stars, keepMs } = parts;
  const api = repositoriesApi;

  const find = async (name: RepositoryName): Promise<RepositoryResource & { id: number }> => {
    const found = await repositories.find(database, name);
    if (found.id === null) throw unknownRepository(name);
    return { ...found, id: found.id };
  };

  const show = async (caller: Principal, name: RepositoryName): Promise<Answer<Shown>> => {
    const resource = await find(name);
    const repositoryId = resource.id;
    const row = await queries.findDetails.first(database, { repositoryId });
    if (!row) throw unknownRepository(name);
    const person = personOf(caller);
    const tags = await queries.countTags.first(database, { repositoryId });
    const manifests = await queries.countManifests.first(database, { repositoryId });
    const binned = await queries.countBinnedManifests.first(database, { repositoryId });
    const { description, readme, visibility, is_official: isOfficial } = row;
    const version = versionOf({ name: row.name, description, readme, visibility, isOfficial: isOfficial === 1 });
    const shown: Shown = {
      ...formatListed({
        id: row.id,
        name: row.name,
        description,
        visibility,
        isOfficial: isOfficial === 1,
        isVerifiedPublisher: row.is_verified_publisher === 1,
        stars: row.star_count,
        pulls: row.pull_count,
        createdAt: row.created_at,
        updatedAt: row.pushed_at,
      }),
      namespace: row.namespace,
      readme,
      tags: tags?.count ?? 0,
      manifests: (manifests?.count ?? 0) - (binned?.count ?? 0),
      isStarred: person !== null && (await stars.has(person, repositoryId)),
      role: caller.isOpen ? "admin" : ((caller.rights && roleOn(caller.rights, resource)?.role) ?? null),
      actions: actionsOn(caller, resource),
    };
    const headers = { ETag: formatETag(version) };
    return answer(shown, { headers, location: `/api/v1/repositories/${row.name}` });
  };

  /** Of its id, as it may have another name by now. */
  const showById = async (caller: Principal, repositoryId: number, name: RepositoryName): Promise<Answer<Shown>> => {
    const row = await queries.findDetails.first(database, { repositoryId });
    return await show(caller, row ? parseRepositoryName(row.name) : name);
  };

  const setStar = async (caller: Principal, name: RepositoryName, isStarred: boolean): Promise<void> => {
    const resource = await find(name);
    const person = personOf(caller);
    if (person === null) throw new RegistryError("DENIED", { message: "stars are given by people: log in as one" });
    // A token that was made for pulling alone changes nothing.
    if (caller.ceiling !== null && !letsThrough(caller.ceiling, "describe", resource)) {
      throw new RegistryError("DENIED", {
        message: `this token was not made for stars: it needs manage on ${resource.name}`,
      });
    }
    await stars.set(person, resource.id, isStarred);
  };

  return [
    implement(api.list, {
      needs: onSystem("list"),
      handle: async ({ query }, { caller }) => {
        const { deleted, sort: order, ...rest } = query;
        const { namespace, q, prefix, visibility, limit, after, official, starred } = rest;
        if (deleted) {
          const page = await lists.listBinned(caller, { limit, after });
          const items = page.items.map(({ deletedAt, deletedBy, ...it }) => ({
            ...formatListed(it),
            deletedAt: formatTime(deletedAt),
            deletedBy,
            purgedAt: formatTime(deletedAt + keepMs),
          }));
          return { ...page, items };
        }
        const filters = { namespace, q, prefix, visibility, official, starred };
        const page = await lists.list(caller, { order, limit, after, ...filters });
        const items = page.items.map((it) => ({ ...formatListed(it), ...NOT_DELETED }));
        return { ...page, items };
      },
    }),
    implement(api.create, {
      needs: CALLER,
      handle: async ({ body }, { caller }) => {
        const { id, name } = await keeper.create(caller, { ...body, name: parseRepositoryName(body.name) });
        return await showById(caller, id, name);
      },
    }),
    implement(api.get, {
      needs: onRepository("pull"),
      handle: async ({ params }, { caller }) => await show(caller, parseRepositoryName(params.repository)),
    }),
    implement(api.update, {
      needs: onRepository("describe"),
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const name = parseRepositoryName(params.repository);
        const id = await keeper.update(caller, name, body, (now) => ifMatch.assert(versionOf(now)));
        return await showById(caller, id, name);
      },
    }),
    implement(api.setOfficial, {
      needs: onSystem("administer"),
      handle: async ({ params, body }, { caller }) => {
        const name = parseRepositoryName(params.repository);
        return await showById(caller, await keeper.setOfficial(caller, name, body.isOfficial), name);
      },
    }),
    implement(api.rename, {
      needs: onRepository("administer"),
      handle: async ({ params, body }, { caller }) => {
        const name = parseRepositoryName(params.repository);
        return await showById(caller, await keeper.rename(caller, name, parseRepositoryName(body.name)), name);
      },
    }),
    implement(api.move, {
      needs: onRepository("administer"),
      handle: async ({ params, body }, { caller }) => {
        const name = parseRepositoryName(params.repository);
        return await showById(caller, await keeper.move(caller, name, parseRepositoryName(body.name)), name);
      },
    }),
    implement(api.delete, {
      needs: onRepository("administer"),
      handle: async ({ params, query }, { caller }) => {
        await keeper.delete(caller, parseRepositoryName(params.repository), { forGood: query.now });
        return undefined;
      },
    }),
    implement(api.restore, {
      needs: onRepository("administer"),
      handle: async ({ params }, { caller }) => {
        const name = parseRepositoryName(params.repository);
        return await showById(caller, await keeper.restore(caller, name), name);
      },
    }),
    implement(api.star, {
      needs: onRepositoryByCaller("pull"),
      handle: async ({ params }, { caller }) => {
        await setStar(caller, parseRepositoryName(params.repository), true);
        return undefined;
      },
    }),
    implement(api.unstar, {
      needs: onRepositoryByCaller("pull"),
      handle: async ({ params }, { caller }) => {
        await setStar(caller, parseRepositoryName(params.repository), false);
        return undefined;
      },
    }),
    implement(accessApi.explain, {
      needs: CALLER,
      handle: async ({ query }, { caller }) => await explained(parts, caller, query),
    }),
  ];
}

type Question = { repository: string; action: Parameters<typeof explain>[1]; account?: string | undefined };

async function explained(
  { database, repositories, access, accounts }: RepositoryRouteParts,
  caller: Principal,
  { repository, action, account }: Question,
): Promise<OutputOf<typeof accessApi.explain>> {
  const asked = parseRepositoryName(repository);
  const resource = await repositories.find(database, asked);
  const isAboutSelf = account === undefined || account.toLowerCase() === caller.name;
  const isInspector =
    authorize(caller, "administer", resource).isAllowed || authorize(caller, "inspect", { kind: "system" }).isAllowed;
  if (isAboutSelf) {
    const sees = isInspector || authorize(caller, "pull", resource);
    const unseen = sees !== true && !sees.isAllowed ? sees : null;
    if (unseen?.cause === "ceiling" && !authorize(caller, action, resource).isAllowed) {
      // Beyond the names of a limited token nothing is told of what the account has there.
      const reason = unseen.reason.replaceAll(resource.name, asked);
      const neededRole = REPOSITORY_ACTIONS[action].role;
      return {
        account: caller.name,
        action,
        repository: asked,
        isAllowed: false,
        reason,
        neededRole,
        role: null,
        rules: [],
      };
    }
    // What may not be seen is explained as what does not exist is: without rules, by the name that was asked for.
    const isHidden = unseen?.isHidden === true;
    const shown = isHidden ? { ...resource, name: asked, id: null, isPublic: false } : resource;
    const why = explain(caller, action, shown);
    return {
      account: caller.name,
      action,
      repository: shown.name,
      ...why,
      ...(isHidden ? { rules: [], role: null } : {}),
    };
  }
  if (!isInspector) {
    throw new RegistryError("DENIED", {
      message:
        "you can ask about yourself; about others, as an admin of the repository, an auditor or an administrator",
    });
  }
  const found = await accounts.findByLogin(account);
  const rights = found && (await access.rights(found.id));
  if (!found || !rights) {
    throw new RegistryError("NOT_FOUND", {
      message: `there is no account ${account.slice(0, 100)}, or it is disabled`,
    });
  }
  const why = explain(principalOf(rights, { kind: "password" }, null), action, resource);
  return { account: found.name, action, repository: resource.name, ...why };
}

const NOT_DELETED = { deletedAt: null, deletedBy: null, purgedAt: null };

function formatListed({ id, createdAt, updatedAt, ...rest }: Listed) {
  return { ...rest, id: String(id), createdAt: formatTime(createdAt), updatedAt: formatTime(updatedAt) };
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}

function personOf({ rights }: Principal): number | null {
  return rights?.kind === "person" ? rights.accountId : null;
}

/** Changes with what people can change. */
function versionOf({ name, description, readme, visibility, isOfficial }: Editable): string {
  const text = JSON.stringify([name, description, readme, visibility, isOfficial]);
  return new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);
}
