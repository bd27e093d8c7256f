/**
 * The configuration of registry:2, its file (`version: 0.1`) and its `REGISTRY_*` variables, read as Berth's own.
 *
 * A key with a counterpart works. A key without one is a warning that names it, unless leaving it out would open what
 * was closed, show what was hidden or put data where nobody keeps it: that stops the start.
 * Spec: distribution 2.8 and 3, "Configuring a registry".
 */
import { type Environment, listVariables, readYaml } from "./lib/config-environment.ts";
import { type ConfigProblem, type Entry, flattenAll } from "./lib/config-layers.ts";
import { parseAddress, parseBoolean, parseDurationSeconds } from "./registry2-values.ts";

const PREFIX = "REGISTRY_";

/** Where podman, skopeo and buildah keep their logins: set on many machines, and nothing of registry:2's. */
const CLIENTS_OWN = "REGISTRY_AUTH_FILE";

/** Where registry:2 keeps its files unless told. */
const DEFAULT_ROOT = "/var/lib/registry";

/** Longer than any upload takes: registry:2 can be told to keep unfinished ones. */
const HUNDRED_YEARS_SECONDS = 100 * 365 * 86_400;

export type Translation = { entries: Entry[]; warnings: string[]; problems: ConfigProblem[] };

export function isRegistry2File(value: unknown): boolean {
  return typeof value === "object" && value !== null && "version" in value && /^0\.\d+$/.test(String(value.version));
}

/** Translates a file's entries (null when the file is not registry:2's) and the environment, which comes first. */
export function translateRegistry2(file: readonly Entry[] | null, environment: Environment): Translation {
  const keys = new Map<string, Entry>();
  for (const entry of file ?? []) put(keys, entry);
  for (const { name, text } of listVariables(PREFIX, environment)) {
    if (name === CLIENTS_OWN) continue;
    const path = name.slice(PREFIX.length).toLowerCase().split("_");
    const values = flattenAll(readYaml(text), () => name);
    // `REGISTRY_STORAGE=s3` replaces the whole group that a file gives.
    if (values.some((it) => it.path.length === 0)) removeBelow(keys, path, file ?? []);
    for (const value of values) put(keys, { ...value, path: [...path, ...value.path] });
  }
  const translation: Translation = { entries: [], warnings: [], problems: [] };
  if (file) {
    // Deleting is off there unless allowed, and what was forbidden stays forbidden.
    add(translation, ["storage", "delete", "enabled"], false, {
      path: [],
      value: false,
      origin: "default of registry:2",
    });
  }
  for (const [name, entry] of keys) translateOne(name, entry, keys, translation);
  return translation;
}

function put(keys: Map<string, Entry>, entry: Entry): void {
  keys.set(entry.path.join(".").toLowerCase(), entry);
}

function removeBelow(keys: Map<string, Entry>, path: readonly string[], file: readonly Entry[]): void {
  for (const entry of file) {
    const name = entry.path.join(".").toLowerCase();
    if (name.startsWith(`${path.join(".")}.`)) keys.delete(name);
  }
}

type Rule = (entry: Entry, out: Translation, keys: ReadonlyMap<string, Entry>) => void;

/** Every key with a counterpart. */
const RULES: Record<string, Rule> = {
  version: () => {},
  "storage.filesystem.rootdirectory": (entry, out) => {
    add(out, ["storage", "driver"], "filesystem", entry);
    add(out, ["data", "directory"], entry.value, entry);
  },
  "storage.delete.enabled": boolean(["storage", "delete", "enabled"]),
  "storage.maintenance.readonly.enabled": boolean(["storage", "readonly"]),
  "storage.maintenance.uploadpurging.enabled": (entry, out, keys) => {
    const isEnabled = readBoolean(entry, out);
    const age = keys.get("storage.maintenance.uploadpurging.age");
    if (isEnabled === false) add(out, ["registry", "uploads", "expireAfterSeconds"], HUNDRED_YEARS_SECONDS, entry);
    if (isEnabled === false && age) out.warnings.push(`${where(age)} has no effect while uploads are not purged`);
  },
  "storage.maintenance.uploadpurging.age": (entry, out, keys) => {
    const enabled = keys.get("storage.maintenance.uploadpurging.enabled");
    if (enabled && parseBoolean(enabled.value) === false) return;
    duration(["registry", "uploads", "expireAfterSeconds"])(entry, out, keys);
  },
  "http.addr": (entry, out) => {
    const address = parseAddress(entry.value);
    if (!address) return reject(entry, "expected an address such as :5000 or 127.0.0.1:5000", out);
    add(out, ["http", "host"], address.host, entry);
    add(out, ["http", "port"], address.port, entry);
  },
  "http.host": (entry, out) => add(out, ["http", "publicUrl"], entry.value, entry),
  "http.tls.certificate": (entry, out) => add(out, ["http", "tls", "certificate"], entry.value, entry),
  "http.tls.key": (entry, out) => add(out, ["http", "tls", "key"], entry.value, entry),
  "http.tls.minimumtls": (entry, out) => {
    const version = /^tls(1\.[0-3])$/.exec(String(entry.value))?.[1];
    if (!version) return reject(entry, "expected tls1.2 or tls1.3", out);
    if (version < "1.2")
      out.warnings.push(`${where(entry)} is ${String(entry.value)}, but TLS 1.2 is the lowest served`);
    add(out, ["http", "tls", "minimumVersion"], version < "1.2" ? "1.2" : version, entry);
  },
  "http.draintimeout": duration(["http", "drain", "timeoutSeconds"]),
  "http.relativeurls": () => {},
  "http.secret": () => {},
  "http.debug.addr": (entry, out, keys) => {
    const prometheus = keys.get("http.debug.prometheus.enabled");
    if (!prometheus || parseBoolean(prometheus.value) !== true) {
      out.warnings.push(`${where(entry)} is ignored: without prometheus there is nothing to serve on it`);
      return;
    }
    const address = parseAddress(entry.value);
    if (!address) return reject(entry, "expected an address such as :5001 or 127.0.0.1:5001", out);
    add(out, ["metrics", "host"], address.host, entry);
    add(out, ["metrics", "port"], address.port, entry);
  },
  "http.debug.prometheus.enabled": (entry, out) => void readBoolean(entry, out),
  "http.debug.prometheus.path": (entry, out) => {
    if (entry.value !== "/metrics") out.warnings.push(`${where(entry)} is ignored: metrics are served at /metrics`);
  },
  "auth.htpasswd.realm": (entry, out, keys) => {
    if (!keys.has("auth.htpasswd.path")) return refuse("auth.htpasswd", NO_FILE, entry, out);
    out.warnings.push(`${where(entry)} is ignored: the realm that clients are told is Berth`);
  },
  "auth.htpasswd.path": (entry, out) => {
    if (isEmpty(entry.value)) return reject(entry, "expected the path of an htpasswd file", out);
    add(out, ["auth", "htpasswd", "file"], entry.value, entry);
    // There every user of the file may push and pull everything, and nobody else anything.
    add(out, ["auth", "htpasswd", "role"], "write", entry);
    add(out, ["auth", "public"], false, entry);
  },
  loglevel: level,
  "log.level": level,
  "log.formatter": (entry, out) => {
    const isLogstash = entry.value === "logstash";
    if (isLogstash) out.warnings.push(`${where(entry)} is logstash, which is written as json`);
    add(out, ["log", "format"], isLogstash ? "json" : entry.value, entry);
  },
  "log.accesslog.disabled": (entry, out) => {
    const isDisabled = readBoolean(entry, out);
    if (isDisabled !== null) add(out, ["log", "access"], !isDisabled, entry);
  },
};

const NO_FILE = "needs path: registry:2 makes a file with one user of its own when there is none, Berth does not";
const NO_AUTH = "is not supported yet, and without it anyone could push and pull";

/** Beginnings of keys that must not be passed over, and what would happen if they were. */
const REFUSED: readonly (readonly [start: string, reason: string])[] = [
  ["auth.", NO_AUTH],
  ["proxy.remoteurl", "is not supported yet, and without it pushes would be accepted that a cache refuses"],
  ["http.tls.clientcas", "is not supported yet, and without it clients would need no certificate"],
  ["http.tls.letsencrypt", "is not supported yet, and without it the registry would not serve TLS"],
  ["http.net", "is not supported yet, and without it the registry would listen elsewhere"],
];

const STORAGE_DRIVERS = [
  "filesystem",
  "inmemory",
  "s3",
  "s3aws",
  "s3goamz",
  "gcs",
  "azure",
  "oss",
  "swift",
  "cos",
  "testdriver",
];

function translateOne(name: string, entry: Entry, keys: ReadonlyMap<string, Entry>, out: Translation): void {
  const rule = RULES[name];
  const [first, second = ""] = name.split(".");
  if (first === "auth") return translateAuth(name, entry, keys, out);
  if (isEmpty(entry.value) && (first !== "storage" || name === "storage")) return;
  if (rule) return rule(entry, out, keys);
  if (name === "storage") return chooseStorage(String(entry.value), entry, keys, out);
  if (name === "http.net" && entry.value === "tcp") return;
  if (first === "storage" && STORAGE_DRIVERS.includes(second)) {
    chooseStorage(second, entry, keys, out);
    if (name === `storage.${second}` || second !== "filesystem") return;
  }
  const refused = REFUSED.find(([start]) => name.startsWith(start));
  if (refused) return refuse(name, refused[1], entry, out);
  if (!isEmpty(entry.value)) out.warnings.push(`${where(entry)} has no counterpart here and is ignored`);
}

function translateAuth(name: string, entry: Entry, keys: ReadonlyMap<string, Entry>, out: Translation): void {
  const rule = RULES[name];
  if (rule) return rule(entry, out, keys);
  if (name === "auth.htpasswd" && isEmpty(entry.value)) return refuse(name, NO_FILE, entry, out);
  if (name !== "auth") return refuse(name, NO_AUTH, entry, out);
  const kind = typeof entry.value === "string" ? entry.value.toLowerCase() : "";
  if (kind === "" || kind === "none") return;
  // The options of the chosen kind say the same.
  const hasOptions = [...keys.keys()].some((other) => other.startsWith(`auth.${kind}.`));
  if (kind === "htpasswd" && !keys.has("auth.htpasswd.path")) refuse("auth.htpasswd", NO_FILE, entry, out);
  else if (!hasOptions) refuse(`auth.${kind}`, NO_AUTH, entry, out);
}

function chooseStorage(driver: string, entry: Entry, keys: ReadonlyMap<string, Entry>, out: Translation): void {
  if (driver === "inmemory") return add(out, ["storage", "driver"], "memory", entry);
  if (driver === "filesystem") {
    add(out, ["storage", "driver"], "filesystem", entry);
    const isPlaced = keys.has("storage.filesystem.rootdirectory");
    if (!isPlaced) add(out, ["data", "directory"], DEFAULT_ROOT, entry);
    return;
  }
  refuse(
    `storage.${driver}`,
    "is not supported yet, and without it what is pushed would be kept elsewhere",
    entry,
    out,
  );
}

/** One problem for a group says it all, however many keys the group has. */
function refuse(name: string, reason: string, entry: Entry, out: Translation): void {
  const key = name.startsWith("http.") ? name : name.split(".").slice(0, 2).join(".");
  if (!out.problems.some((it) => it.key === key)) out.problems.push({ key, problem: reason, origin: entry.origin });
}

function reject(entry: Entry, allowed: string, out: Translation): void {
  const key = entry.path.join(".");
  out.problems.push({ key, value: JSON.stringify(entry.value), problem: allowed, origin: entry.origin });
}

function add(out: Translation, path: readonly string[], value: unknown, from: Entry): void {
  const key = from.path.join(".");
  const isVariable = from.origin.startsWith(PREFIX);
  out.entries.push({ path, value, origin: isVariable || key === "" ? from.origin : `${from.origin}, ${key}` });
}

function boolean(path: readonly string[]): Rule {
  return (entry, out) => {
    const value = readBoolean(entry, out);
    if (value !== null) add(out, path, value, entry);
  };
}

function readBoolean(entry: Entry, out: Translation): boolean | null {
  const value = parseBoolean(entry.value);
  if (value === null) reject(entry, "expected true or false", out);
  return value;
}

function duration(path: readonly string[]): Rule {
  return (entry, out) => {
    const seconds = parseDurationSeconds(entry.value);
    if (seconds === null) return reject(entry, "expected a duration such as 60s or 168h", out);
    add(out, path, seconds, entry);
  };
}

function level(entry: Entry, out: Translation): void {
  const value = String(entry.value).toLowerCase();
  const same: Record<string, string> = { trace: "debug", warning: "warn", fatal: "error", panic: "error" };
  add(out, ["log", "level"], same[value] ?? value, entry);
}

function where({ path, origin }: Entry): string {
  return origin.startsWith(PREFIX) ? origin : `${path.join(".")} (${origin})`;
}

/** Written, but saying nothing: `hosts: []`, `email: ""`, `headers:`. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
