/** The composition root: the only file that knows every concrete part, and the order in which they are put together. */
import type { Config, LoadedConfig } from "./config.ts";
import { NO_LIMITS } from "./access/limit-check.ts";
import { PUBLIC, type Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { AuditTrail } from "./audit/audit-trail.ts";
import { Rotation } from "./audit/rotation.ts";
import {
  laterHandler,
  meter,
  nodeName,
  startCounting,
  startExpiry,
  startIndexing,
  startPurge,
  startRecheck,
} from "./app-background.ts";
import { LayersLater } from "./layers-later.ts";
import { once } from "./lib/once.ts";
import { assertRowsOrClose, isSnapshotting, openSnapshots, startSnapshots } from "./app-snapshots.ts";
import { openAuth, type AuthParts } from "./auth-parts.ts";
import { DatabaseFullError, DatabaseUnavailableError } from "./database/database.ts";
import { RegistryError } from "./errors.ts";
import { createHandler, type Handler } from "./http/handler.ts";
import { operationsRoutes } from "./http/operations.ts";
import { Router, type Route } from "./http/router.ts";
import { PullTally } from "./images/pull-tally.ts";
import { JobRuns } from "./jobs/job-runs.ts";
import { Bin } from "./lifecycle/bin.ts";
import { Collector } from "./lifecycle/collector.ts";
import { Holds } from "./lifecycle/holds.ts";
import { Orphans } from "./lifecycle/orphans.ts";
import { Scrub } from "./lifecycle/scrub.ts";
import { StoredBlobs } from "./lifecycle/stored-blobs.ts";
import { Works } from "./operator/works.ts";
import { plainHome } from "./pages/routes/plain-home.ts";
import { pageRoutes } from "./pages/routes.ts";
import { Site } from "./pages/site.ts";
import { openPorts, type WrapPorts } from "./ports.ts";
import { Blobs } from "./registry/blobs.ts";
import { ContentCache } from "./registry/content-cache.ts";
import { notesPushes } from "./registry/activity-gates.ts";
import { audited } from "./registry/audited.ts";
import { deletesDisabled, type Gate } from "./registry/gates.ts";
import { Manifests } from "./registry/manifests.ts";
import { Referrers } from "./registry/referrers.ts";
import { Room } from "./registry/room.ts";
import { registryRoutes } from "./registry/routes.ts";
import { Sessions } from "./registry/sessions.ts";
import { Tags } from "./registry/tags.ts";
import { Uploads } from "./registry/uploads.ts";
import { Activity } from "./repositories/activity.ts";
import { Repositories } from "./repositories/repositories.ts";
import { StorageError } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";
import { Metrics } from "./telemetry/metrics.ts";

const READY_WITHIN_MS = 5_000;
const LOOK_FOR_ROOM_MS = 10_000;
const DAY_MS = 86_400_000;
const CONTENT_CACHE_BYTES = 64 * 1024 * 1024;

export type AppOptions = {
  config: Config;
  /** Where the configuration came from, for those who look at it. */
  loaded?: Pick<LoadedConfig, "origins" | "warnings">;
  log: Log;
  /** Ends the process: the disk did not keep what it was given. */
  onSyncFailure: (error: Error) => void;
  /** Gives what the application uses in place of the two ports that were opened; they themselves unless given. */
  wrap?: WrapPorts | undefined;
  /** False for an operator's command without a server: nothing is done that was not asked for. */
  isServing?: boolean;
};

export type App = {
  handler: Handler;
  /** All that the handler answers: every one of them is in the tests' table of who may do what. */
  router: Router<Needs, Principal>;
  /** Parts that tests change rights with, where a request would not do. */
  auth: AuthParts;
  repositories: Repositories;
  /** For the Unix socket alone: it lets everyone do everything. */
  operator: Handler;
  metrics: Metrics;
  /** From now on /readyz answers 503. */
  startDraining: () => void;
  /** Throws, saying why, when the server cannot do its work. */
  checkReady: () => Promise<void>;
  close: () => Promise<void>;
};

export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, onSyncFailure, wrap = (ports) => ports, isServing = true } = options;
  const metrics = new Metrics();
  const { storage, database } = wrap(await openPorts({ config, log, onSyncFailure }));
  await assertRowsOrClose(database, storage);
  // Loaded only where plans limit anything.
  const plans = config.limits.enabled ? new (await import("./limits/plans.ts")).Plans(config.limits) : null;
  const quotas = plans && new (await import("./limits/quotas.ts")).Quotas(plans);
  const repositories = new Repositories(database, quotas ?? NO_LIMITS);
  const cache = new ContentCache({ limitBytes: CONTENT_CACHE_BYTES, isShared: database.isShared });
  const audit = new AuditTrail({
    database,
    log,
    metrics,
    enabled: config.audit.enabled,
    findRepository: (name) => repositories.find(database, name),
  });
  const node = nodeName();
  const jobs = new JobRuns({ database, log, node });
  const rotation = new Rotation({ database, log, metrics, jobs, ...config.audit });
  const auth = await openAuth({ config, database, repositories, audit, limits: quotas ?? NO_LIMITS, log, isServing });
  const { access, accounts, proxies } = auth;
  const recountMs = config.limits.recountSeconds * 1_000;
  const limits =
    plans &&
    quotas &&
    new (await import("./limits/limits.ts")).Limits({ database, access, plans, quotas, jobs, log, recountMs });
  const limitCheck = quotas ?? NO_LIMITS;
  const organisations = once(async () => {
    const { openNamespaces } = await import("./namespace-parts.ts");
    return openNamespaces({ config, database, repositories, auth, audit, limits: limitCheck });
  });
  const layers = new LayersLater({ config, database, storage, log, isServing });
  const closing: { close: () => Promise<void> }[] = [layers];
  const searching = once(async () => {
    const { openSearch } = await import("./search-parts.ts");
    const opened = openSearch({ database, repositories, log, readonly: config.storage.readonly });
    closing.push(opened.indexer);
    return opened;
  });
  const activity = new Activity({ database, repositories, log });
  const pullTally = new PullTally({ database, repositories, log });
  const gates: Gate[] = [
    ...(config.storage.delete.enabled ? [] : [deletesDisabled]),
    ...(limits ? [limits.gate] : []),
    // These last: what another refuses was not done.
    notesPushes(activity),
    layers.gate,
    ...(config.audit.enabled ? [audited(audit)] : []),
  ];

  const room = new Room(storage, config.storage.driver === "filesystem" ? config.storage.minimumFreeBytes : 0);
  const tags = new Tags({ database, repositories, cache, gates });
  const manifests = new Manifests({ database, repositories, tags, cache, room, gates, log });
  const referrers = new Referrers({ database, repositories, cache });
  const leaseMs = config.gc.leaseSeconds * 1_000;
  const blobs = new Blobs({ database, storage, repositories, cache, gates, log, leaseMs });
  const sessions = new Sessions({ database, limitPerPrincipal: config.registry.uploads.perPrincipal });
  const maxBlobBytes = config.registry.blob.maxBytes ?? Infinity;
  const uploads = new Uploads({ sessions, blobs, storage, room, maxBlobBytes });
  const bin = new Bin({ database, repositories, access, manifests, tags, keepMs: config.bin.keepSeconds * 1_000 });
  const holds = new Holds(database);
  const collector = new Collector({
    database,
    storage,
    cache,
    room,
    holds,
    bin,
    jobs,
    log,
    metrics,
    gc: config.gc,
    keeping: config.bin,
    readonly: config.storage.readonly,
  });
  const storedBlobs = new StoredBlobs({ database, storage, cache });
  const minimumAgeMs = config.registry.uploads.expireAfterSeconds * 1_000;
  const orphans = new Orphans({ database, storage, holds, log, minimumAgeMs });
  const scrub = new Scrub({
    database,
    storedBlobs,
    jobs,
    log,
    metrics,
    enabled: config.scrub.enabled,
    everyMs: config.scrub.everyDays * DAY_MS,
    bytesPerSecond: config.scrub.bytesPerSecond,
  });
  const snapshots = openSnapshots(config, { database, storage, jobs, log });
  const storageCount = once(async () => {
    const { StorageCount } = await import("./usage/storage-count.ts");
    const opened = new StorageCount({ database, storage, jobs, log });
    closing.push(opened);
    return opened;
  });
  await room.look();

  let isDraining = false;
  const checkReady = async () => {
    if (isDraining) throw new Error("the server is stopping");
    try {
      await Promise.race([Promise.all([database.check(), storage.space()]), rejectAfter(READY_WITHIN_MS)]);
    } catch (error) {
      log.warn("not ready", { error });
      // Addresses and paths are for the log alone.
      throw new Error("the database or the storage does not answer", { cause: error });
    }
  };
  const routes: Route<Needs, Principal>[] = [
    ...registryRoutes({
      blobs,
      manifests,
      uploads,
      tags,
      referrers,
      repositories,
      pace: config.registry.uploads,
      maxManifestBytes: config.registry.manifest.maxBytes,
      pullGates: limits ? [limits.pullGate] : [],
      proxies,
      onPull: (principal, repository, digest) => {
        audit.pulled(principal, repository);
        activity.pulled(repository);
        pullTally.pulled(repository, digest);
      },
    }),
    ...auth.routes,
    ...operationsRoutes<Needs, Principal>({
      open: PUBLIC,
      metrics: config.metrics.enabled && config.metrics.port === undefined ? metrics : null,
      checkReady,
    }),
    ...pageRoutes<Needs, Principal>({
      open: PUBLIC,
      site: new Site(),
      plainHome: (context) => plainHome(context, config.http.publicUrl),
    }),
  ];
  // Made when somebody first asks: a registry that only pushes and pulls pass through does without their memory.
  const router = new Router(routes, {
    prefixes: ["/api", "/auth/", "/v1/"],
    load: async () => {
      const { hubRoutes } = await import("./hub-parts.ts");
      const { Usage } = await import("./limits/usage.ts");
      const shown = plans ?? new (await import("./limits/plans.ts")).Plans(config.limits);
      const usage = new Usage({ database, access, accounts, repositories, audit, plans: shown, limits });
      const shared = {
        tags,
        manifests,
        blobs,
        activity,
        cache,
        config,
        database,
        repositories,
        auth,
        audit,
        usage,
        log,
      };
      const later = { organisations: await organisations(), searching: await searching(), layers: await layers.open() };
      const { openAdministration } = await import("./administration-parts.ts");
      const work = {
        jobs,
        works,
        bin,
        collector,
        holds,
        orphans,
        room,
        scrub,
        sessions,
        snapshots,
        storedBlobs,
        storage,
      };
      const administering = {
        ...shared,
        ...work,
        node,
        loaded: options.loaded ?? null,
        storageCount: await storageCount(),
        recount: limits?.recount ?? null,
        isSnapshotting: isSnapshotting(config),
      };
      const administration = openAdministration(administering);
      closing.push(administration.namespaceCounts);
      return await hubRoutes({ ...administering, ...later, administration, limits: limitCheck });
    },
  });
  const handler = createHandler<Needs, Principal>({
    router,
    guard: auth.guard,
    nameOf: (principal) => principal.name,
    translate,
    trustedProxies: auth.proxies,
    problemsUnder: "/api/",
    log,
    logAccess: config.log.access,
    metrics,
  });
  layers.bind({ manifests, blobs, inFlight: () => handler.inFlight() });
  const works = new Works();
  const { readonly } = config.storage;
  const operator = laterHandler(async () => {
    const { openOperator } = await import("./operator-parts.ts");
    const content = { repositories, blobs, manifests, tags, cache, room, storedBlobs, orphans, holds, collector, bin };
    const shared = { config, database, storage, accounts: auth.administration, audit, jobs, works, log, readonly };
    return openOperator(
      {
        ...shared,
        ...content,
        onSyncFailure,
        organisations: await organisations(),
        indexer: (await searching()).indexer,
      },
      { logAccess: config.log.access, translate },
    );
  });
  meter(metrics, { sessions, room, log });
  const looking = setInterval(() => void room.look().catch(() => undefined), LOOK_FOR_ROOM_MS).unref();
  const expiry = isServing
    ? startExpiry(uploads, config.registry.uploads.expireAfterSeconds, { jobs, log })
    : undefined;
  const recheck = isServing ? startRecheck(blobs, log) : undefined;
  if (isServing) for (const part of [collector, scrub, audit, rotation]) part.start();
  if (isServing) limits?.start();
  if (isServing) startSnapshots(snapshots, config, log);
  if (isServing && !config.storage.readonly) orphans.start();
  const indexing = isServing && !readonly ? startIndexing(searching, log) : undefined;
  const purging = isServing && !readonly ? startPurge(organisations, config.bin.keepSeconds, { jobs, log }) : undefined;
  const counting = isServing ? startCounting(storageCount, { jobs, log }) : undefined;

  return {
    handler,
    router,
    auth,
    repositories,
    operator,
    metrics,
    startDraining: () => {
      isDraining = true;
      works.stop();
    },
    checkReady,
    close: async () => {
      clearInterval(expiry);
      clearInterval(looking);
      clearInterval(recheck);
      clearInterval(purging);
      clearTimeout(indexing);
      clearTimeout(counting);
      for (const part of [
        works,
        ...closing,
        collector,
        scrub,
        orphans,
        sessions,
        snapshots,
        auth,
        rotation,
        audit,
        activity,
        pullTally,
        ...(limits ? [limits] : []),
        jobs,
        database,
        storage,
      ]) {
        // What one cannot finish, on a full disk say, must not keep the others from it.
        await part.close().catch((error: unknown) => log.error("a part did not close in order", { error }));
      }
    },
  };
}

function translate(error: unknown): RegistryError | null {
  if (error instanceof DatabaseUnavailableError) {
    return new RegistryError("UNAVAILABLE", {
      message: "the registry's database does not answer at the moment: try again shortly",
      headers: { "Retry-After": "5" },
      cause: error,
    });
  }
  const isFull = error instanceof DatabaseFullError || (error instanceof StorageError && error.full);
  if (!isFull) return null;
  return new RegistryError("STORAGE_FULL", {
    message: "the registry's disk is full: nothing was stored; its operator must make room, pulls and deletes go on",
    cause: error,
  });
}

async function rejectAfter(milliseconds: number): Promise<never> {
  await Bun.sleep(milliseconds);
  throw new Error(`no answer within ${milliseconds} ms`);
}
