/**
 * The configuration: each folder's slice joined, read from flags, environment and file, checked, frozen.
 *
 * Nothing else reads the environment. A higher place overrides a lower one key by key:
 * flags, `BERTH_*`, `REGISTRY_*`, the file, what follows from the data directory, the schema's defaults.
 */
import { join } from "node:path";
import { z } from "zod";
import { accountsConfig } from "./accounts/config.ts";
import { auditConfig } from "./audit/config.ts";
import { authConfig } from "./auth/config.ts";
import { databaseConfig } from "./database/config.ts";
import { httpConfig } from "./http/config.ts";
import { type Environment, readEnvironment, readText } from "./lib/config-environment.ts";
import { readConfigFile } from "./lib/config-file.ts";
import { recordNames } from "./lib/config-records.ts";
import {
  buildTree,
  ConfigError,
  type ConfigProblem,
  type Entry,
  explainIssues,
  flatten,
  flattenAll,
  mergeLayers,
  readSecretFiles,
  restoreWords,
} from "./lib/config-layers.ts";
import { listSettings, type Settings } from "./lib/config-settings.ts";
import { path, secret } from "./lib/config-types.ts";
import { Secret } from "./lib/secret.ts";
import { layersConfig } from "./layers/config.ts";
import { limitsConfig } from "./limits/config.ts";
import { binConfig, gcConfig, scrubConfig, snapshotConfig } from "./lifecycle/config.ts";
import { mailConfig } from "./mail/config.ts";
import { registryConfig } from "./registry/config.ts";
import { isRegistry2File, translateRegistry2 } from "./registry2-config.ts";
import { storageConfig } from "./storage/config.ts";
import { logConfig, metricsConfig } from "./telemetry/config.ts";

export const ENVIRONMENT_PREFIX = "BERTH_";

/** Variables with our prefix that are no configuration keys. */
const RESERVED = /^BERTH_CONFIG$/;

const DEFAULT_DATA_DIRECTORY = "./data";

// The configuration is read once: compiling a parser for each group would take longer than all of the reading.
z.config({ jitless: true });

export const configSchema = z.strictObject({
  data: z
    .strictObject({
      directory: path().default(DEFAULT_DATA_DIRECTORY).describe("Directory that holds everything this server keeps."),
    })
    .prefault({})
    .describe("Where data lies."),
  open: z
    .boolean()
    .default(false)
    .describe("Serve without accounts also where others can reach the server: anyone may then push and pull."),
  admin: z
    .strictObject({
      username: z.string().min(1).max(64).optional().describe("Login name of the first administrator."),
      password: secret().optional().describe("Password of the first administrator."),
    })
    .prefault({})
    .describe("Claims a registry that is nobody's yet when the server starts. Of no effect afterwards."),
  secretKeyFile: path()
    .optional()
    .describe(
      "File with the key that seals secrets in the database. Made when it is not there; `keys/secret.key` in the data directory by default. Keep a copy apart from the backups of the database.",
    ),
  auth: authConfig.prefault({}).describe("Accounts and logins."),
  accounts: accountsConfig.prefault({}).describe("People, robots and organisations."),
  audit: auditConfig.prefault({}).describe("The audit log."),
  http: httpConfig.prefault({}).describe("The listener."),
  mail: mailConfig.optional().describe("The mail server that messages to people go through."),
  storage: storageConfig.describe("Blob bytes."),
  database: databaseConfig.describe("Metadata."),
  registry: registryConfig.prefault({}).describe("Content rules."),
  gc: gcConfig.prefault({}).describe("Garbage collection."),
  bin: binConfig.prefault({}).describe("The recycle bin."),
  scrub: scrubConfig.prefault({}).describe("Background checks of stored bytes."),
  snapshot: snapshotConfig.prefault({}).describe("Copies of the rows in the storage."),
  layers: layersConfig.prefault({}).describe("What is made known of the files in images."),
  limits: limitsConfig.prefault({}).describe("Plans: what accounts and namespaces may have."),
  log: logConfig.prefault({}).describe("The log."),
  metrics: metricsConfig.prefault({}).describe("Metrics."),
});

type DeepReadonly<T> = T extends Secret ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export type Config = DeepReadonly<z.output<typeof configSchema>>;

/** What the command line says; text is read as it is from the environment. */
export type ConfigFlags = { host?: string; port?: string | number; data?: string; open?: boolean };

export type ConfigSources = { file?: string; environment?: Environment; flags?: ConfigFlags };

export type LoadedConfig = {
  config: Config;
  /** What was understood but has no effect, or less than one may think; one sentence each. */
  warnings: readonly string[];
  /** Where each key's value came from; a key that is not here has its default. */
  origins: ReadonlyMap<string, string>;
};

/** Reads the whole configuration. Throws ConfigError with every problem that was found. */
export function loadConfig({ file, environment = {}, flags = {} }: ConfigSources): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];

  const fileName = file ?? (environment["BERTH_CONFIG"] || undefined);
  const source = fileName === undefined ? null : readConfigFile(fileName);
  const isForeign = isRegistry2File(source?.value);
  const unnamed = listSettings(configSchema, () => []);
  const names = recordNames(isForeign ? null : source?.value, ENVIRONMENT_PREFIX, environment, unnamed);
  const settings = unnamed.records.some((it) => names(it).length > 0) ? listSettings(configSchema, names) : unnamed;
  const foreignEntries = source && isForeign ? flattenAll(source.value, source.originAt) : null;
  const translated = translateRegistry2(foreignEntries, environment);
  problems.push(...translated.problems);
  warnings.push(...translated.warnings);

  const layers = [
    source && !isForeign ? flatten(source.value, source.originAt) : [],
    translated.entries,
    readEnvironment(ENVIRONMENT_PREFIX, environment, settings, (name) => RESERVED.test(name), problems),
    readFlags(flags, settings),
  ].map((layer) => readSecretFiles(restoreWords(layer, settings), settings, problems));
  const given = mergeLayers(layers, settings);
  const entries = mergeLayers([deriveDefaults(given, settings), [...given.values()]], settings);

  const parsed = configSchema.safeParse(buildTree(entries.values()));
  if (!parsed.success) problems.push(...explainIssues(parsed.error.issues, entries, settings));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const config = deepFreeze(parsed.data);
  if (config.storage.driver === "memory") {
    warnings.push("storage.driver is memory: everything that is pushed is lost when this process ends");
  }
  return { config, warnings, origins: new Map([...given].map(([key, entry]) => [key, entry.origin])) };
}

function readFlags(flags: ConfigFlags, settings: Settings): Entry[] {
  const targets = { host: "http.host", port: "http.port", data: "data.directory", open: "open" } as const;
  return Object.entries(targets).flatMap(([flag, key]) => {
    // Object.entries forgets which names a literal has.
    const value = flags[flag as keyof ConfigFlags];
    const setting = settings.list.find((it) => it.key === key);
    if (value === undefined || !setting) return [];
    return [
      { path: setting.path, value: typeof value === "string" ? readText(setting, value) : value, origin: `--${flag}` },
    ];
  });
}

/** The first driver of each group, and the places below the data directory. */
function deriveDefaults(given: ReadonlyMap<string, Entry>, settings: Settings): Entry[] {
  const drivers = settings.choices.map(({ path, names }) => ({ path: [...path, "driver"], value: names[0] }));
  const directory = given.get("data.directory")?.value ?? DEFAULT_DATA_DIRECTORY;
  const places: { path: string[]; value: unknown }[] = [];
  if (typeof directory === "string") {
    places.push({ path: ["storage", "directory"], value: directory });
    places.push({ path: ["database", "path"], value: withDirectory(directory, "berth.db") });
  }
  return [...drivers, ...places].map((it) => ({ ...it, origin: "default" }));
}

/** Joins like `join`, but keeps the `./` that shows a path to be relative. */
function withDirectory(directory: string, name: string): string {
  const joined = join(directory, name);
  return directory.startsWith("./") ? `./${joined}` : joined;
}

function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === "object" && value !== null && !(value instanceof Secret)) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  // Freezing changes what may be done with a value, not its type.
  return value as DeepReadonly<T>;
}
