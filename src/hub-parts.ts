/** Part of the composition root: the hub API below /api/v1, every endpoint of every folder. */
import { PUBLIC, type Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import type { AuthParts } from "./auth-parts.ts";
import type { Config } from "./config.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Database } from "./database/database.ts";
import { documentRoutes } from "./http/document-routes.ts";
import type { Route } from "./http/router.ts";
import type { Repositories } from "./repositories/repositories.ts";
import type { Log } from "./telemetry/log.ts";

/** What all endpoints say of themselves, for the document at /api/openapi.json. */
export const hubApi = {} satisfies Api;

export type HubOptions = {
  config: Config;
  database: Database;
  repositories: Repositories;
  auth: AuthParts;
  log: Log;
};

export function hubRoutes(_options: HubOptions): Route<Needs, Principal>[] {
  return [
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
