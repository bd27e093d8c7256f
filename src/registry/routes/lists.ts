/** Lists over HTTP, sorted and paged: tags (end-8), referrers (end-12), the catalog. */
import type { Principal } from "../../access/principal.ts";
import type { RequestContext } from "../../http/context.ts";
import { MAX_PAGE, nextLink, parsePage } from "../../http/pagination.ts";
import { parseDigest } from "../../oci/digest.ts";
import { isMediaType, OCI_INDEX } from "../../oci/media-types.ts";
import { findRepositoryName } from "../../oci/reference.ts";
import type { Repositories } from "../../repositories/repositories.ts";
import type { Referrers } from "../referrers.ts";
import type { Tags } from "../tags.ts";
import { CachedJson, json, repositoryOf } from "./responses.ts";

export type ListRouteParts = { tags: Tags; referrers: Referrers; repositories: Repositories };

const DEFAULT_CATALOG_PAGE = 100;
const NO_MEDIA_TYPE = "none";
const MAX_TYPES = 20;

export function listRoutes({ tags, referrers, repositories }: ListRouteParts) {
  const listed = new CachedJson();

  return {
    tags: async (context: RequestContext): Promise<Response> => {
      const { asked, repository } = repositoryOf(context);
      const { limit, last } = parsePage(context.query, MAX_PAGE);
      const found = await tags.list(repository, last ?? "", limit + 1);
      const text = `{"name":${JSON.stringify(asked)},"tags":${listed.get(found, limit)}}`;
      return json(context, text, linkAfter(`/v2/${asked}/tags/list`, found, limit));
    },

    catalog: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { limit, last } = parsePage(context.query, DEFAULT_CATALOG_PAGE);
      // `last` may be spelled with or without library/, and need not exist.
      const after = last === null ? "" : (findRepositoryName(last) ?? last);
      const found = await repositories.list(principal, after, limit + 1);
      const text = JSON.stringify({ repositories: found.slice(0, limit) });
      return json(context, text, linkAfter("/v2/_catalog", found, limit));
    },

    referrers: async (context: RequestContext): Promise<Response> => {
      const { asked, repository } = repositoryOf(context);
      const subject = parseDigest(context.param(1));
      const types = new Set(context.query.getAll("artifactType").filter((it) => it !== ""));
      // What is no media type is nothing's artifact type.
      const artifactTypes = [...types].slice(0, MAX_TYPES).map((it) => (isMediaType(it) ? it : NO_MEDIA_TYPE));
      const { limit, last } = parsePage(context.query, MAX_PAGE);
      const page = await referrers.list({ repository, subject, artifactTypes, last: last ?? "", limit });
      const headers: Record<string, string> = { "Content-Type": OCI_INDEX };
      if (artifactTypes.length > 0) headers["OCI-Filters-Applied"] = "artifactType";
      const final = page.referrers.at(-1);
      if (page.hasMore && final) {
        const parameters = artifactTypes.map((type) => ["artifactType", type] as const);
        headers["Link"] = nextLink(`/v2/${asked}/referrers/${subject}`, [
          ["n", limit],
          ["last", final.digest],
          ...parameters,
        ]);
      }
      const text = `{"schemaVersion":2,"mediaType":"${OCI_INDEX}","manifests":${listed.get(page.referrers)}}`;
      return json(context, text, headers);
    },
  };
}

/** The Link header when `found` holds one more than the page. */
function linkAfter(path: string, found: readonly string[], limit: number): Record<string, string> {
  const last = found[limit - 1];
  if (found.length <= limit || last === undefined) return {};
  return {
    Link: nextLink(path, [
      ["n", limit],
      ["last", last],
    ]),
  };
}
