/**
 * `/api/v1/` as operators have it over the server's Unix socket: whoever may open the socket is an administrator, so
 * these routes need nothing else, and must never be among those of a listener on the network. `api.ts` declares them.
 */
import { OPERATOR, type Principal } from "../access/principal.ts";
import type { OperatorParts } from "./parts.ts";
import type { RegistryError } from "../errors.ts";
import { TrustedProxies } from "../http/client-address.ts";
import { createHandler, type Handler } from "../http/handler.ts";
import { Router } from "../http/router.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { binRoutes } from "./routes/bin.ts";
import { orgRoutes } from "./routes/orgs.ts";
import { createDesk, type OperatorRoute } from "./routes/desk.ts";
import { backUpRoute, checkRoute, collectRoute, reindexRoute, restoreRoute } from "./routes/works.ts";

function operatorRoutes(parts: OperatorParts): OperatorRoute[] {
  const { collector, bin, fsck, backup, restore, indexer, accounts, organisations } = parts;
  const desk = createDesk(parts);
  return [
    ...(collector ? [collectRoute(desk, collector)] : []),
    ...(bin ? binRoutes(desk, bin) : []),
    ...(fsck ? [checkRoute(desk, fsck)] : []),
    ...(backup ? [backUpRoute(desk, backup)] : []),
    ...(restore ? [restoreRoute(desk, restore)] : []),
    ...(indexer ? [reindexRoute(desk, indexer)] : []),
    ...(accounts ? accountRoutes(accounts) : []),
    ...(organisations ? orgRoutes(organisations) : []),
  ];
}

/** What the socket's listener, or a command in the same process, hands its requests to. */
export function operatorHandler(
  parts: OperatorParts,
  options: { logAccess: boolean; translate: (error: unknown) => RegistryError | null },
): Handler {
  return createHandler<null, Principal>({
    router: new Router(operatorRoutes(parts)),
    // The socket's mode has decided already.
    guard: () => OPERATOR,
    nameOf: ({ name }) => name,
    problemsUnder: "/",
    trustedProxies: new TrustedProxies([]),
    log: parts.log,
    // Apart from the network's: these requests take as long as their works do.
    metrics: new Metrics(),
    ...options,
  });
}
