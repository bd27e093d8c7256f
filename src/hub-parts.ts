/** Part of the composition root: the hub API below /api/v1, every endpoint of every folder. */
import type { LimitCheck } from "./access/limit-check.ts";
import { PUBLIC, type Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { accountHubApi, accountHubRoutes } from "./account-parts.ts";
import { administrationHubApi, administrationHubRoutes } from "./administration-hub.ts";
import type { AdministrationOptions, AdministrationParts } from "./administration-parts.ts";
import { auditApi } from "./audit/api.ts";
import { AuditLog } from "./audit/audit-log.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { auditRoutes } from "./audit/routes.ts";
import { namespaceHubApi, namespaceHubRoutes } from "./namespace-hub.ts";
import type { NamespaceParts } from "./namespace-parts.ts";
import { identitiesApi, loginMethodsApi } from "./auth/identities-api.ts";
import { identityRoutes } from "./auth/routes/identities.ts";
import { trustRuleRoutes } from "./auth/routes/trust-rules.ts";
import { trustRulesApi } from "./auth/trust-rules-api.ts";
import type { AuthParts } from "./auth-parts.ts";
import type { Config } from "./config.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Database } from "./database/database.ts";
import { factorHubApi, factorHubRoutes } from "./factor-hub.ts";
import { imagesHubApi, imagesHubRoutes } from "./images-hub.ts";
import { documentRoutes } from "./http/document-routes.ts";
import type { Route } from "./http/router.ts";
import { filesApi } from "./layers/api.ts";
import { filesRoutes } from "./layers/routes.ts";
import type { LayersParts } from "./layers-parts.ts";
import { limitsApi } from "./limits/api.ts";
import { limitsRoutes } from "./limits/routes.ts";
import type { Usage } from "./limits/usage.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { ContentCache } from "./registry/content-cache.ts";
import type { Manifests } from "./registry/manifests.ts";
import { hubTagRoutes } from "./registry/routes/hub-tags.ts";
import { TagBook } from "./registry/tag-book.ts";
import type { Tags } from "./registry/tags.ts";
import { accessApi, repositoriesApi } from "./repositories/api.ts";
import { Keeper } from "./repositories/keeper.ts";
import { RepositoryLists } from "./repositories/lists.ts";
import type { Activity } from "./repositories/activity.ts";
import type { Repositories } from "./repositories/repositories.ts";
import { repositoryRoutes } from "./repositories/routes.ts";
import { Stars } from "./repositories/stars.ts";
import { searchApi } from "./search/api.ts";
import { searchRoutes } from "./search/routes.ts";
import { dockerSearchRoutes } from "./search/routes/docker-search.ts";
import type { SearchParts } from "./search-parts.ts";
import type { Log } from "./telemetry/log.ts";

/** What all endpoints say of themselves, for the document at /api/openapi.json. */
export const hubApi = {
  repositories: repositoriesApi,
  ...imagesHubApi,
  access: accessApi,
  ...namespaceHubApi,
  ...accountHubApi,
  ...administrationHubApi,
  ...factorHubApi,
  plans: limitsApi,
  audit: auditApi,
  identities: identitiesApi,
  loginMethods: loginMethodsApi,
  trustRules: trustRulesApi,
  search: searchApi,
  files: filesApi,
} satisfies Api;

export type HubOptions = AdministrationOptions & {
  administration: AdministrationParts;
  config: Config;
  database: Database;
  repositories: Repositories;
  tags: Tags;
  manifests: Manifests;
  blobs: Blobs;
  activity: Activity;
  cache: ContentCache;
  auth: AuthParts;
  organisations: NamespaceParts;
  audit: AuditTrail;
  /** What plans forbid. */
  limits: LimitCheck;
  usage: Usage;
  searching: SearchParts;
  layers: LayersParts;
  log: Log;
};

export async function hubRoutes(options: HubOptions): Promise<Route<Needs, Principal>[]> {
  return [
    ...accountHubRoutes(options),
    ...administrationHubRoutes(options.administration, options),
    ...namespaceHubRoutes(options.organisations, options),
    ...(await factorHubRoutes(options)),
    ...auditRoutes({
      auditLog: new AuditLog(options.database),
      audit: options.audit,
      findNamespace: (name) => options.repositories.findNamespace(options.database, name),
      proxies: options.auth.proxies,
      log: options.log,
    }),
    ...limitsRoutes({ usage: options.usage, proxies: options.auth.proxies }),
    ...identityRoutes({ ...options.auth, publicUrl: options.config.http.publicUrl, log: options.log }),
    ...trustRuleRoutes({ ...options.organisations, ...options.auth, database: options.database }),
    ...contentRoutes(options),
    ...documentRoutes<Needs, Principal>({
      open: PUBLIC,
      document: async () => {
        const { openApiDocument } = await import("./contract/openapi.ts");
        return openApiDocument(hubApi, {
          title: "Berth",
          version: "1",
          description: "The hub API: accounts, organisations, repositories and what may be done with them.",
          sessionCookie: "berth_session",
        });
      },
    }),
  ];
}

/** Of repositories and tags, and Docker's own search for them. */
function contentRoutes(options: HubOptions): Route<Needs, Principal>[] {
  const { config, database, repositories, tags, manifests, cache, audit, limits } = options;
  const { access, accounts } = options.auth;
  const { search, suggestions } = options.searching;
  const lists = new RepositoryLists({ database, repositories, names: search });
  const mayDelete = config.storage.delete.enabled;
  const keeper = new Keeper({ database, repositories, access, audit, limits, cache, mayDelete });
  const tagBook = new TagBook({ database, repositories, accounts, manifests, tags });
  const keepMs = config.bin.keepSeconds * 1_000;
  const stars = new Stars(database);
  return [
    ...repositoryRoutes({ database, repositories, access, accounts, keeper, lists, stars, keepMs }),
    ...hubTagRoutes({ manifests, tags, tagBook }),
    ...imagesHubRoutes({ ...options, accounts, lists }),
    ...filesRoutes({ files: options.layers.files, repositories, database }),
    ...searchRoutes({ search, suggestions }),
    ...dockerSearchRoutes(search),
  ];
}
