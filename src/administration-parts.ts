/** Part of the composition root: what administrators see and begin. Opened with the hub API, or when the first count is due. */
import { join } from "node:path";
import type { ShownConfiguration } from "./administration/configuration.ts";
import { Counts } from "./administration/counts.ts";
import { checkHealth, type HealthSettings } from "./administration/health.ts";
import { IdentitySources, type TestableSource } from "./administration/sources.ts";
import { Starter } from "./administration/starter.ts";
import type { AuthParts } from "./auth-parts.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { configSchema, type Config, ENVIRONMENT_PREFIX, type LoadedConfig } from "./config.ts";
import type { Database } from "./database/database.ts";
import { isLoopbackAddress } from "./http/client-address.ts";
import type { JobRuns } from "./jobs/job-runs.ts";
import type { JobKind } from "./jobs/kinds.ts";
import { environmentName } from "./lib/config-environment.ts";
import { listSettings } from "./lib/config-settings.ts";
import { Secret } from "./lib/secret.ts";
import type { Bin } from "./lifecycle/bin.ts";
import type { Collector } from "./lifecycle/collector.ts";
import { Fsck } from "./lifecycle/fsck.ts";
import type { Holds } from "./lifecycle/holds.ts";
import type { Orphans } from "./lifecycle/orphans.ts";
import type { Scrub } from "./lifecycle/scrub.ts";
import type { Snapshots } from "./lifecycle/snapshots.ts";
import type { StoredBlobs } from "./lifecycle/stored-blobs.ts";
import type { Works } from "./operator/works.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { ContentCache } from "./registry/content-cache.ts";
import type { Room } from "./registry/room.ts";
import type { Sessions } from "./registry/sessions.ts";
import type { Storage } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";
import { Deletions } from "./usage/deletions.ts";
import { Keepers } from "./usage/keepers.ts";
import { NamespaceCounts } from "./usage/namespace-counts.ts";
import type { StorageCount } from "./usage/storage-count.ts";

export type AdministrationOptions = {
  config: Config;
  /** Where the configuration came from; null where nobody knows. */
  loaded: Pick<LoadedConfig, "origins" | "warnings"> | null;
  database: Database;
  storage: Storage;
  auth: AuthParts;
  audit: AuditTrail;
  jobs: JobRuns;
  works: Works;
  bin: Bin;
  blobs: Blobs;
  cache: ContentCache;
  collector: Collector;
  holds: Holds;
  orphans: Orphans;
  room: Room;
  scrub: Scrub;
  sessions: Sessions;
  snapshots: Snapshots;
  storedBlobs: StoredBlobs;
  storageCount: StorageCount;
  recount: { run(): Promise<number> } | null;
  isSnapshotting: boolean;
  node: string;
  log: Log;
};

export type AdministrationParts = ReturnType<typeof openAdministration>;

export function openAdministration(options: AdministrationOptions) {
  const { config, auth, database, log, jobs } = options;
  const settings = healthSettings(options);
  return {
    counts: new Counts(database),
    namespaceCounts: new NamespaceCounts({ database, log }),
    keepers: new Keepers(database),
    deletions: new Deletions({
      database,
      keepMs: config.bin.keepSeconds * 1_000,
      graceMs: config.gc.graceSeconds * 1_000,
    }),
    starter: new Starter({
      ...options,
      fsck: async () => new Fsck(options),
      readonly: config.storage.readonly,
    }),
    sources: new IdentitySources(testableSources(config, auth, log)),
    configuration: () => shownConfiguration(options),
    health: () =>
      checkHealth({
        ...options,
        accounts: auth.accounts,
        uploads: options.sessions,
        damaged: () => options.scrub.countDamaged(),
        settings,
      }),
    isEnabled: (kind: JobKind) => isEnabled(options, kind),
    jobs,
  };
}

function healthSettings({ config, auth, isSnapshotting }: AdministrationOptions): HealthSettings {
  const { http, storage } = config;
  return {
    isReadOnly: storage.readonly,
    isHttps: http.tls !== undefined || http.publicUrl?.startsWith("https:") === true,
    isLoopback: isLoopbackAddress(http.host),
    hasInsecureSessions: http.insecureSessions,
    isPublicUrlSet: http.publicUrl !== undefined,
    isOpenToEveryone: auth.openTo === "everyone",
    hasMail: auth.mailer.isConfigured,
    isGcEnabled: config.gc.enabled,
    isScrubEnabled: config.scrub.enabled,
    isAuditEnabled: config.audit.enabled,
    snapshotIntervalMs: isSnapshotting ? config.snapshot.intervalSeconds * 1_000 : null,
    isStorageLasting: storage.driver !== "memory",
    secretKeyFile: config.secretKeyFile ?? join(config.data.directory, "keys/secret.key"),
  };
}

function isEnabled({ config, isSnapshotting, recount }: AdministrationOptions, kind: JobKind): boolean {
  const { readonly } = config.storage;
  switch (kind) {
    case "gc":
      return config.gc.enabled && !readonly;
    case "scrub":
      return config.scrub.enabled;
    case "snapshot":
      return isSnapshotting;
    case "usage-recount":
      return recount !== null;
    case "audit-rotation":
      return config.audit.enabled;
    case "organisation-purge":
      return !readonly;
    case "upload-expiry":
    case "storage-count":
    case "search-index":
    case "layer-index":
      return true;
    default:
      return false;
  }
}

function shownConfiguration({ config, loaded }: AdministrationOptions): ShownConfiguration {
  const { list } = listSettings(configSchema, ({ path }) => Object.keys(getIn(config, path) ?? {}));
  const items = list.flatMap(({ key, path, description, isSecret, defaultValue, drivers }) => {
    const value = getIn(config, path);
    // Of another driver than the one in force.
    if (value === undefined && drivers !== null) return [];
    const origin = loaded?.origins.get(key) ?? "default";
    return [
      {
        key,
        variable: environmentName(ENVIRONMENT_PREFIX, path),
        description,
        value: value === undefined ? null : isSecret || value instanceof Secret ? "set" : JSON.stringify(value),
        defaultValue: defaultValue === undefined || isSecret ? null : JSON.stringify(defaultValue),
        isSecret,
        isDefault: origin === "default",
        origin,
      },
    ];
  });
  return { warnings: loaded?.warnings ?? [], items };
}

function testableSources(config: Config, auth: AuthParts, log: Log): TestableSource[] {
  const { htpasswd, ldap, oidc } = config.auth;
  const tests = () => import("./auth/source-tests.ts");
  const origin = config.http.publicUrl ?? "http://localhost";
  const sources: TestableSource[] = [
    {
      name: "local",
      kind: "local",
      displayName: "Accounts of this registry",
      address: null,
      takesLogin: false,
      test: null,
    },
  ];
  const { file } = htpasswd;
  const password = auth.passwordSources.find((it) => it.name === "htpasswd");
  if (file !== undefined && password !== undefined) {
    sources.push({
      name: "htpasswd",
      kind: "htpasswd",
      displayName: "htpasswd file",
      address: file,
      takesLogin: true,
      test: async (input, take) => await (await tests()).testHtpasswd(file, password, input, take),
    });
  }
  for (const [name, options] of Object.entries(ldap)) {
    sources.push({
      name: `ldap:${name}`,
      kind: "ldap",
      displayName: name,
      address: options.url,
      takesLogin: true,
      test: async (input, take) => await (await tests()).testLdap({ ...options, name, log }, input, take),
    });
  }
  for (const [name, options] of Object.entries(oidc)) {
    sources.push({
      name: `oidc:${name}`,
      kind: "oidc",
      displayName: options.displayName ?? name,
      address: options.issuer,
      takesLogin: false,
      test: async (_, take) => await (await tests()).testOidc({ ...options, name }, origin, take),
    });
  }
  if (config.mail !== undefined) {
    sources.push({
      name: "mail",
      kind: "mail",
      displayName: "Mail server",
      address: config.mail.host,
      takesLogin: false,
      test: async ({ ownAddress }, take) => {
        await take("Send a message", async () => {
          if (ownAddress === null) throw new Error("your account has no e-mail address that it could go to");
          const text = "Somebody tested this registry's mail server from its administration page. It works.\n";
          await auth.mailer.send({ to: ownAddress, subject: "Test of the registry's mail server", text });
          return { message: `the mail server took it, for ${ownAddress}`, value: true };
        });
        return null;
      },
    });
  }
  return sources;
}

function getIn(tree: unknown, path: readonly string[]): unknown {
  let value = tree;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    // Which names a value has is what this looks up.
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
