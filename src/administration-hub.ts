/** Part of the composition root: the instance, its administration, usage, background work and the recycle bin over the hub API. */
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { administrationApi, instanceApi } from "./administration/api.ts";
import { administrationRoutes } from "./administration/routes/administration.ts";
import { instanceRoutes } from "./administration/routes/instance.ts";
import type { AdministrationOptions, AdministrationParts } from "./administration-parts.ts";
import { credentialsApi } from "./auth/credentials-api.ts";
import { credentialRoutes } from "./auth/routes/credentials.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Route } from "./http/router.ts";
import { jobsApi } from "./jobs/api.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { recycleBinApi } from "./lifecycle/bin-api.ts";
import { binRoutes } from "./lifecycle/routes.ts";
import type { Repositories } from "./repositories/repositories.ts";
import { storageUsageApi, usageApi } from "./usage/api.ts";
import { storageRoutes } from "./usage/routes/storage.ts";
import { usageRoutes } from "./usage/routes/usage.ts";

export const administrationHubApi = {
  instance: instanceApi,
  administration: administrationApi,
  credentials: credentialsApi,
  jobs: jobsApi,
  usage: usageApi,
  storage: storageUsageApi,
  recycleBin: recycleBinApi,
} satisfies Api;

export function administrationHubRoutes(
  parts: AdministrationParts,
  options: AdministrationOptions & { repositories: Repositories },
): Route<Needs, Principal>[] {
  const { config, auth } = options;
  const shared = { ...options, accounts: auth.accounts };
  return [
    ...instanceRoutes({
      accounts: auth.accounts,
      openTo: auth.openTo,
      publicUrl: config.http.publicUrl,
      proxies: auth.proxies,
      insecureSessions: auth.insecureSessions,
      settings: {
        isPublic: config.auth.public,
        isReadOnly: config.storage.readonly,
        canDelete: config.storage.delete.enabled,
        binKeepSeconds: config.bin.keepSeconds,
        signUp: config.auth.signUp,
        organisationCreation: config.accounts.organisationCreation,
        hasMail: auth.mail.isConfigured,
        hasProviders: auth.providers.size > 0,
        hasDirectories: auth.passwordSources.length > 0,
      },
    }),
    ...administrationRoutes({ ...shared, ...parts }),
    ...credentialRoutes({ ...shared, ...auth }),
    ...jobRoutes({
      jobs: parts.jobs,
      isEnabled: parts.isEnabled,
      start: (by, asked) => parts.starter.start(by, asked),
    }),
    ...usageRoutes({ ...shared, ...parts, counts: parts.namespaceCounts }),
    ...storageRoutes(shared),
    ...binRoutes({ ...shared, mayDelete: config.storage.delete.enabled }),
  ];
}
