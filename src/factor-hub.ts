/** Part of the composition root: second factors over the hub API. */
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { factorsApi, sessionFactorsApi } from "./auth/factors/api.ts";
import { factorRoutes } from "./auth/factors/routes.ts";
import { factorLoginRoutes } from "./auth/factors/routes/login.ts";
import type { AuthParts } from "./auth-parts.ts";
import type { Config } from "./config.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Database } from "./database/database.ts";
import type { Route } from "./http/router.ts";

export const factorHubApi = { factors: factorsApi, sessionFactors: sessionFactorsApi } satisfies Api;

export type FactorHubOptions = { config: Config; database: Database; auth: AuthParts };

export async function factorHubRoutes({
  config,
  database,
  auth,
}: FactorHubOptions): Promise<Route<Needs, Principal>[]> {
  const parts = { ...auth, ...(await auth.factors()), database, publicUrl: config.http.publicUrl };
  return [...factorRoutes(parts), ...factorLoginRoutes(parts)];
}
