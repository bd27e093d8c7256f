/** The hub API of tags, and of deleting what they point to, over HTTP. */
import { type Needs, onRepository } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { OutputOf } from "../../contract/endpoint.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { parseDigest } from "../../oci/digest.ts";
import { parseRepositoryName, parseTag } from "../../oci/reference.ts";
import { manifestDeletionApi, tagsApi as api } from "../api.ts";
import type { Manifests } from "../manifests.ts";
import type { TagBook, TagShown } from "../tag-book.ts";
import type { Tags } from "../tags.ts";

export type HubTagParts = { manifests: Manifests; tags: Tags; tagBook: TagBook };

export function hubTagRoutes({ manifests, tags, tagBook }: HubTagParts): Route<Needs, Principal>[] {
  const pull = onRepository("pull");
  const push = onRepository("push");
  const of = (params: { repository: string; tag: string }) =>
    [parseRepositoryName(params.repository), parseTag(params.tag)] as const;
  const show = async (params: { repository: string; tag: string }): Promise<OutputOf<typeof api.get>> => {
    const { platforms, ...shown } = await tagBook.find(...of(params));
    return { ...formatTag(shown), platforms };
  };

  return [
    implement(api.get, { needs: pull, handle: async ({ params }) => await show(params) }),
    implement(api.history, {
      needs: pull,
      handle: async ({ params, query }) => {
        const page = await tagBook.history(...of(params), query);
        const items = page.items.map(({ from, to, deletedAt, ...it }) => ({
          ...it,
          from: formatTime(from),
          to: to === null ? null : formatTime(to),
          deletedAt: deletedAt === null ? null : formatTime(deletedAt),
        }));
        return { ...page, items };
      },
    }),
    implement(api.put, {
      needs: push,
      handle: async ({ params, body }, { caller }) => {
        await tagBook.move(caller, ...of(params), parseDigest(body.digest));
        return await show(params);
      },
    }),
    implement(api.delete, {
      needs: onRepository("delete"),
      handle: async ({ params }, { caller }) => {
        await tags.delete(caller, ...of(params));
        return undefined;
      },
    }),
    implement(api.restore, {
      needs: push,
      handle: async ({ params, body }, { caller }) => {
        await tagBook.restore(caller, ...of(params), body.revision);
        return await show(params);
      },
    }),
    implement(manifestDeletionApi.delete, {
      needs: onRepository("delete"),
      handle: async ({ params }, { caller }) => {
        await manifests.delete(caller, parseRepositoryName(params.repository), parseDigest(params.reference));
        return undefined;
      },
    }),
  ];
}

function formatTag({ pushedAt, ...shown }: TagShown) {
  return { ...shown, pushedAt: formatTime(pushedAt) };
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}
