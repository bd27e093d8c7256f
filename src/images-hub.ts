/** Part of the composition root: the hub API of tags, images and what was done with them. */
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import type { Accounts } from "./accounts/accounts.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Database } from "./database/database.ts";
import type { Route } from "./http/router.ts";
import { ActivityBook } from "./images/activity-book.ts";
import { activityApi, manifestsApi, tagListApi } from "./images/api.ts";
import { Facts } from "./images/facts.ts";
import { ImageBook } from "./images/image-book.ts";
import { imageRoutes } from "./images/routes.ts";
import { TagList } from "./images/tag-list.ts";
import { manifestDeletionApi, tagsApi } from "./registry/api.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { Manifests } from "./registry/manifests.ts";
import type { Activity } from "./repositories/activity.ts";
import type { RepositoryLists } from "./repositories/lists.ts";
import type { Repositories } from "./repositories/repositories.ts";
import type { Log } from "./telemetry/log.ts";

export const imagesHubApi = {
  tags: { ...tagsApi, ...tagListApi },
  manifests: { ...manifestsApi, ...manifestDeletionApi },
  activity: activityApi,
} satisfies Api;

export type ImagesHubOptions = {
  database: Database;
  repositories: Repositories;
  accounts: Accounts;
  lists: RepositoryLists;
  manifests: Manifests;
  blobs: Blobs;
  activity: Activity;
  audit: Pick<AuditTrail, "isEnabled">;
  log: Log;
};

export function imagesHubRoutes(options: ImagesHubOptions): Route<Needs, Principal>[] {
  const { database, repositories, accounts, lists, manifests, blobs, activity, audit, log } = options;
  const facts = new Facts({ database, log, readConfig: (...of) => imageBook.readConfig(...of) });
  const imageBook = new ImageBook({ database, repositories, manifests, blobs, facts });
  const tagList = new TagList({ database, repositories, accounts, facts });
  const settle = () => activity.flush();
  const activityBook = new ActivityBook({
    database,
    repositories,
    accounts,
    lists,
    isAudited: audit.isEnabled,
    settle,
  });
  return imageRoutes({ database, tagList, imageBook, activityBook });
}
