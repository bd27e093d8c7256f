/** The hub API of tags, images and what was done with them, over HTTP. */
import { onRepository, onSystem, type Needs } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { implement } from "../http/contract-routes.ts";
import type { Route } from "../http/router.ts";
import { parseReference, parseRepositoryName } from "../oci/reference.ts";
import type { ActivityBook } from "./activity-book.ts";
import { activityApi, manifestsApi, tagListApi } from "./api.ts";
import type { ImageBook } from "./image-book.ts";
import { readReferrers } from "./referrer-tree.ts";
import type { TagList } from "./tag-list.ts";

export type ImageRouteParts = {
  database: Database;
  tagList: TagList;
  imageBook: ImageBook;
  activityBook: ActivityBook;
};

export function imageRoutes({
  database,
  tagList,
  imageBook,
  activityBook,
}: ImageRouteParts): Route<Needs, Principal>[] {
  const pull = onRepository("pull");
  const of = (params: { repository: string; reference: string }) =>
    [parseRepositoryName(params.repository), parseReference(params.reference)] as const;

  return [
    implement(tagListApi.list, {
      needs: pull,
      handle: async ({ params, query }) => {
        const { q = "", ...rest } = query;
        const page = await tagList.list(parseRepositoryName(params.repository), { q, ...rest });
        const items = page.items.map(({ pushedAt, lastPulledAt, ...it }) => ({
          ...it,
          pushedAt: formatTime(pushedAt),
          lastPulledAt: formatMaybe(lastPulledAt),
        }));
        return { ...page, items };
      },
    }),
    implement(manifestsApi.get, {
      needs: pull,
      handle: async ({ params }) => {
        const { pushedAt, lastPulledAt, ...image } = await imageBook.get(...of(params));
        return { ...image, pushedAt: formatTime(pushedAt), lastPulledAt: formatMaybe(lastPulledAt) };
      },
    }),
    implement(manifestsApi.raw, {
      needs: pull,
      handle: async ({ params, query }) => await imageBook.raw(...of(params), query.part),
    }),
    implement(manifestsApi.referrers, {
      needs: pull,
      handle: async ({ params }) => {
        const { repositoryId, digest } = await imageBook.resolve(...of(params));
        const { items, isWhole } = await readReferrers(database, repositoryId, digest);
        return {
          digest,
          items: items.map(({ pushedAt, ...it }) => ({ ...it, pushedAt: formatTime(pushedAt) })),
          isWhole,
        };
      },
    }),
    implement(activityApi.list, {
      needs: pull,
      handle: async ({ params, query }, { caller }) => {
        const page = await activityBook.list(caller, parseRepositoryName(params.repository), query);
        return { ...page, items: page.items.map(({ at, ...it }) => ({ ...it, at: formatTime(at) })) };
      },
    }),
    implement(activityApi.pulls, {
      needs: pull,
      handle: async ({ params, query }) => {
        const { points, ...counted } = await activityBook.pulls(parseRepositoryName(params.repository), query);
        return { ...counted, points: points.map(({ at, pulls }) => ({ at: formatTime(at), pulls })) };
      },
    }),
    implement(activityApi.newest, {
      needs: onSystem("list"),
      handle: async ({ query }, { caller }) => {
        const push = await activityBook.newest(caller, { ...query, since: Date.parse(query.since) });
        return { push: push && { ...push, at: formatTime(push.at) } };
      },
    }),
  ];
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}

function formatMaybe(at: number | null): string | null {
  return at === null ? null : formatTime(at);
}
