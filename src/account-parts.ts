/** Part of the composition root: accounts over the hub API: logins, profiles, sessions, tokens, sign-up, administration. */
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { accountApi, accountSessionsApi, accountTokensApi, sessionApi, setupApi } from "./auth/account-api.ts";
import { accountsApi, emailVerificationApi, passwordResetApi } from "./auth/accounts-api.ts";
import { OwnAccount } from "./auth/own-account.ts";
import { accountRoutes } from "./auth/routes/account.ts";
import { accountsRoutes } from "./auth/routes/accounts.ts";
import { sessionRoutes } from "./auth/routes/session.ts";
import { SignUp } from "./auth/sign-up.ts";
import type { AuthParts } from "./auth-parts.ts";
import type { Config } from "./config.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Database } from "./database/database.ts";
import type { Route } from "./http/router.ts";
import type { NamespaceParts } from "./namespace-parts.ts";

export const accountHubApi = {
  setup: setupApi,
  session: sessionApi,
  account: accountApi,
  accountSessions: accountSessionsApi,
  accountTokens: accountTokensApi,
  accounts: accountsApi,
  emailVerification: emailVerificationApi,
  passwordReset: passwordResetApi,
} satisfies Api;

export type AccountHubOptions = {
  config: Config;
  database: Database;
  auth: AuthParts;
  organisations: Pick<NamespaceParts, "invitations">;
};

export function accountHubRoutes({
  config,
  database,
  auth,
  organisations,
}: AccountHubOptions): Route<Needs, Principal>[] {
  const own = new OwnAccount({ ...auth, database });
  const signUp = new SignUp({ ...auth, ...organisations, database, policy: config.auth.signUp });
  const parts = { ...auth, database, publicUrl: config.http.publicUrl };
  return [
    ...sessionRoutes({ ...parts, signUp: signUp.policy }),
    ...accountRoutes({ ...parts, own }),
    ...accountsRoutes({ ...parts, signUp }),
  ];
}
