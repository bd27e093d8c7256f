/** What things take, over the hub API. */
import { z } from "zod";
import { authorize } from "../../access/authorize.ts";
import { type Needs, onNamespace, onRepository } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { cursor, toPage } from "../../contract/page.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { parseDigest } from "../../oci/digest.ts";
import { parseRepositoryName, parseTag, type RepositoryName } from "../../oci/reference.ts";
import type { Repositories } from "../../repositories/repositories.ts";
import { usageApi } from "../api.ts";
import type { Deletions, Forecast } from "../deletions.ts";
import type { Keepers, MaySeeBin } from "../keepers.ts";
import type { RepositoryCount } from "../namespace-count.ts";
import type { NamespaceCounts } from "../namespace-counts.ts";

export type UsageRouteParts = {
  database: Database;
  repositories: Repositories;
  counts: NamespaceCounts;
  deletions: Deletions;
  keepers: Keepers;
};

const byBytes = cursor("repositories by bytes", () => z.tuple([z.int(), z.string().max(300)]));
const keeperCursor = cursor("keepers", () => z.tuple([z.int(), z.int()]));

export function usageRoutes(parts: UsageRouteParts): Route<Needs, Principal>[] {
  const { database, repositories, counts, deletions, keepers } = parts;
  const find = async (text: string): Promise<{ id: number; name: RepositoryName }> => {
    const { id, name } = await repositories.find(database, parseRepositoryName(text));
    if (id === null) throw new RegistryError("NAME_UNKNOWN", { message: `there is no repository ${text}` });
    return { id, name };
  };
  const binOf = (caller: Principal): MaySeeBin => {
    if (authorize(caller, "inspect", { kind: "system" }).isAllowed) return async () => true;
    const known = new Map<string, boolean>();
    return async (name) => {
      const before = known.get(name);
      if (before !== undefined) return before;
      const resource = await repositories.find(database, parseRepositoryName(name));
      const { isAllowed } = authorize(caller, "delete", resource);
      known.set(name, isAllowed);
      return isAllowed;
    };
  };
  return [
    implement(usageApi.namespace, {
      needs: onNamespace("list-members"),
      handle: async ({ params, query: { limit, after } }, { caller }) => {
        const found = await repositories.findNamespace(database, params.namespace.toLowerCase());
        if (found === null) throw new RegistryError("NOT_FOUND", { message: "there is no such namespace" });
        const place = byBytes.decode(after);
        const count = await counts.get(found.id);
        if (count === null) {
          return {
            namespace: found.name,
            state: "counting" as const,
            countedAt: null,
            totals: null,
            items: [],
            next: null,
          };
        }
        const seesAll = authorize(caller, "inspect-namespace", { kind: "namespace", ...found }).isAllowed;
        const visible = seesAll ? null : await counts.visible(caller, found.id);
        const shown = count.repositories.filter(
          (it) => visible?.has(it.id) !== false && (place === null || isBehind(it, place)),
        );
        const sum = (key: "manifestBytes" | "binnedBytes") => count.repositories.reduce((all, it) => all + it[key], 0);
        return {
          namespace: found.name,
          state: "ready" as const,
          countedAt: new Date(count.countedAt).toISOString(),
          totals: {
            storedBytes: count.storedBytes,
            logicalBytes: count.logicalBytes,
            manifestBytes: sum("manifestBytes"),
            binnedBytes: sum("binnedBytes"),
            blobs: count.repositories.reduce((all, it) => all + it.blobs, 0),
            repositories: count.repositories.length,
          },
          ...toPage(shown, limit, {
            item: countView,
            cursor: (it) => byBytes.encode([it.uniqueBytes, it.name]),
          }),
        };
      },
    }),
    implement(usageApi.keepers, {
      needs: onRepository("pull"),
      handle: async ({ params, query: { limit, after } }, { caller }) => {
        const repository = await find(params.repository);
        const digest = parseDigest(params.digest);
        const place = keeperCursor.decode(after);
        const from = place && { repositoryId: place[0], manifestId: place[1] };
        const maySeeBin = binOf(caller);
        const kept = await keepers.find(caller, { repositoryId: repository.id, digest, after: from, limit, maySeeBin });
        if (kept === null) {
          const message = `repository ${repository.name} has no blob ${digest}`;
          throw new RegistryError("BLOB_UNKNOWN", { message });
        }
        const { sizeBytes, state, holds, items, next } = kept;
        return {
          digest,
          sizeBytes,
          state,
          holds: holds.map(({ reason, expiresAt }) => ({ reason, expiresAt: new Date(expiresAt).toISOString() })),
          items: items.map((it) => ({ ...it, keptUntil: timeText(it.keptUntil) })),
          next: next && keeperCursor.encode([next.repositoryId, next.manifestId]),
        };
      },
    }),
    implement(usageApi.deletion, {
      needs: onRepository("see-deleted"),
      handle: async ({ params, query: { tag, digest } }, { caller }) => {
        const { id, name } = await find(params.repository);
        const forecast = await forecastOf(deletions, caller, id, { tag, digest });
        if (forecast === null) {
          const message = `repository ${name} has no ${tag === undefined ? `manifest ${digest}` : `tag ${tag}`}`;
          throw new RegistryError("MANIFEST_UNKNOWN", { message });
        }
        return { repository: name, ...forecast, freedFrom: timeText(forecast.freedFrom) };
      },
    }),
  ];
}

async function forecastOf(
  deletions: Deletions,
  caller: Principal,
  repositoryId: number,
  { tag, digest }: { tag: string | undefined; digest: string | undefined },
): Promise<Forecast | null> {
  if (tag !== undefined && digest !== undefined) {
    throw new RegistryError("REQUEST_INVALID", { message: "query: give a tag or a digest, not both" });
  }
  if (tag !== undefined) return await deletions.ofTag(repositoryId, parseTag(tag));
  if (digest !== undefined) return await deletions.ofManifest(caller, repositoryId, parseDigest(digest));
  return await deletions.ofRepository(caller, repositoryId);
}

function countView(count: RepositoryCount) {
  const { name, isDeleted, uniqueBytes, sharedBytes, binnedBytes, leasedBytes, manifestBytes } = count;
  const { blobs, tags, manifests, binnedManifests } = count;
  const bytes = { uniqueBytes, sharedBytes, binnedBytes, leasedBytes, manifestBytes };
  return { repository: name, isDeleted, ...bytes, blobs, tags, manifests, binnedManifests };
}

function isBehind({ uniqueBytes, name }: RepositoryCount, [bytes, last]: readonly [number, string]): boolean {
  return uniqueBytes < bytes || (uniqueBytes === bytes && name > last);
}

function timeText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
