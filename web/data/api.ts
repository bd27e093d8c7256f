/** The endpoints that the pages use, by group; each from the folder that it belongs to. */
import { grantsApi } from "../../src/accounts/api/grants.ts";
import { invitationsApi } from "../../src/accounts/api/invitations.ts";
import { membersApi } from "../../src/accounts/api/members.ts";
import { namespacesApi } from "../../src/accounts/api/namespaces.ts";
import { robotsApi } from "../../src/accounts/api/robots.ts";
import { teamsApi } from "../../src/accounts/api/teams.ts";
import { auditApi } from "../../src/audit/api.ts";
import { accountApi, accountSessionsApi, accountTokensApi, sessionApi, setupApi } from "../../src/auth/account-api.ts";
import { accountsApi, emailVerificationApi, passwordResetApi } from "../../src/auth/accounts-api.ts";
import { factorsApi, sessionFactorsApi } from "../../src/auth/factors/api.ts";
import { identitiesApi, loginMethodsApi } from "../../src/auth/identities-api.ts";
import { trustRulesApi } from "../../src/auth/trust-rules-api.ts";
import { credentialsApi } from "../../src/auth/credentials-api.ts";
import { jobsApi } from "../../src/jobs/api.ts";
import { storageUsageApi, usageApi } from "../../src/usage/api.ts";
import type { Api } from "../../src/contract/endpoint.ts";
import { administrationApi, instanceApi } from "../../src/administration/api.ts";
import { activityApi, manifestsApi, tagListApi } from "../../src/images/api.ts";
import { recycleBinApi } from "../../src/lifecycle/bin-api.ts";
import { filesApi } from "../../src/layers/api.ts";
import { limitsApi } from "../../src/limits/api.ts";
import { searchApi } from "../../src/search/api.ts";
import { manifestDeletionApi, tagsApi } from "../../src/registry/api.ts";
import { accessApi, repositoriesApi } from "../../src/repositories/api.ts";

export const pagesApi = {
  access: accessApi,
  account: accountApi,
  accountSessions: accountSessionsApi,
  accountTokens: accountTokensApi,
  accounts: accountsApi,
  activity: activityApi,
  audit: auditApi,
  emailVerification: emailVerificationApi,
  factors: factorsApi,
  files: filesApi,
  grants: grantsApi,
  identities: identitiesApi,
  instance: instanceApi,
  invitations: invitationsApi,
  loginMethods: loginMethodsApi,
  manifests: { ...manifestsApi, ...manifestDeletionApi },
  members: membersApi,
  namespaces: namespacesApi,
  passwordReset: passwordResetApi,
  plans: limitsApi,
  recycleBin: recycleBinApi,
  repositories: repositoriesApi,
  robots: robotsApi,
  search: searchApi,
  session: sessionApi,
  sessionFactors: sessionFactorsApi,
  setup: setupApi,
  tags: { ...tagsApi, ...tagListApi },
  teams: teamsApi,
  usage: usageApi,
  trustRules: trustRulesApi,
  credentials: credentialsApi,
  jobs: jobsApi,
  storage: storageUsageApi,
  administration: administrationApi,
} satisfies Api;
