/**
 * `/api/v1/` as operators have it over the server's Unix socket: whoever may open the socket is an administrator, so
 * these routes need nothing else, and must never be among those of a listener on the network. `api.ts` has the bodies.
 */
import { OPERATOR, type Principal } from "../access/principal.ts";
import { backupBody, fsckBody, gcBody, restoreBody, type Progress } from "./api.ts";
import type { BackingUp, Checking, Collecting, OperatorParts, Restoring } from "./parts.ts";
import type { RegistryError } from "../errors.ts";
import { TrustedProxies } from "../http/client-address.ts";
import { createHandler, type Handler } from "../http/handler.ts";
import { Router } from "../http/router.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { binRoutes } from "./routes/bin.ts";
import { orgRoutes } from "./routes/orgs.ts";
import { createDesk, type Desk, type OperatorRoute } from "./routes/desk.ts";
import type { Emit } from "./routes/json-lines.ts";
import { readJson } from "./routes/json.ts";

type Handle = OperatorRoute["handle"];

const PROGRESS_MS = 200;

function operatorRoutes(parts: OperatorParts): OperatorRoute[] {
  const { collector, bin, fsck, backup, restore, accounts, organisations } = parts;
  const desk = createDesk(parts);
  const post = (id: string, handle: Handle): OperatorRoute => {
    return { id, method: "POST", path: `/api/v1/${id}`, needs: null, handle };
  };
  return [
    ...(collector ? [post("gc", collect(desk, collector))] : []),
    ...(bin ? binRoutes(desk, bin) : []),
    ...(fsck ? [post("fsck", check(desk, fsck))] : []),
    ...(backup ? [post("backup", backUp(desk, backup))] : []),
    ...(restore ? [post("restore", restoreFrom(desk, restore))] : []),
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
    trustedProxies: new TrustedProxies([]),
    log: parts.log,
    // Apart from the network's: these requests take as long as their works do.
    metrics: new Metrics(),
    ...options,
  });
}

function collect(desk: Desk, collector: Collecting): Handle {
  return async (context, principal) => {
    const { dryRun, now } = await readJson(context, gcBody);
    const options = now ? { graceMs: 0 } : {};
    if (dryRun) return desk.follow(context, "plan of a garbage collection", () => collector.plan(options));
    desk.assertWritable();
    return desk.follow(context, "garbage collection", async () => {
      await desk.record(principal, "registry.gc", { now });
      return await collector.run(options);
    });
  };
}

function check(desk: Desk, fsck: Checking): Handle {
  return async (context, principal) => {
    const options = await readJson(context, fsckBody);
    if (options.repair) desk.assertWritable();
    return desk.follow(context, "check", async (signal, emit) => {
      if (options.repair) await desk.record(principal, "registry.repair", options);
      return await fsck.run({ ...options, signal, onFinding: (finding) => emit({ event: "finding", finding }) });
    });
  };
}

function backUp(desk: Desk, backup: BackingUp): Handle {
  return async (context, principal) => {
    const options = await readJson(context, backupBody);
    return desk.follow(context, "backup", async (signal, emit) => {
      await desk.record(principal, "registry.backup", options);
      return await backup.run({ ...options, signal, onProgress: throttled(emit) });
    });
  };
}

function restoreFrom(desk: Desk, restore: Restoring): Handle {
  return async (context, principal) => {
    const { directory, archive, snapshot = "", repository, overwriteTags } = await readJson(context, restoreBody);
    desk.assertWritable();
    const from = directory === undefined ? { snapshot } : { directory, ...(archive === undefined ? {} : { archive }) };
    const only = repository === undefined ? {} : { repository: parseRepositoryName(repository) };
    return desk.follow(context, "restore", async (signal, emit) => {
      await desk.record(principal, "registry.restore", { ...from, repository, overwriteTags });
      return await restore.run({ from, principal, ...only, overwriteTags, signal, onProgress: throttled(emit) });
    });
  };
}

/** Parts tell every step; a reader needs no more than some lines a second. */
function throttled(emit: Emit): (progress: Progress) => void {
  let last = 0;
  return (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    void emit({ event: "progress", progress });
  };
}
