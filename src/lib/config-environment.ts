/**
 * Configuration from environment variables.
 *
 * The name of a key is a prefix and its path in capitals: `http.tls.minimumVersion` is `BERTH_HTTP_TLS_MINIMUM_VERSION`,
 * and a dash in a name is an underscore: `auth.ldap.head-office.url` is `BERTH_AUTH_LDAP_HEAD_OFFICE_URL`.
 * A name that is nearly right must not be passed over in silence, so every unknown one with the prefix is a problem,
 * except those that Kubernetes puts into every container beside a Service whose name begins like the prefix.
 */
import { YAML } from "bun";
import { type ConfigProblem, type Entry, flatten } from "./config-layers.ts";
import type { Setting, Settings } from "./config-settings.ts";
import { nearest } from "./nearest.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable of a key. */
export function environmentName(prefix: string, path: readonly string[]): string {
  const words = path.map((name) =>
    name
      .replace(/[A-Z]/g, (letter) => `_${letter}`)
      .replaceAll("-", "_")
      .toUpperCase(),
  );
  return `${prefix}${words.join("_")}`;
}

/** True for what Kubernetes injects for a Service named like the prefix, or `<prefix>-anything`. */
export function isInjectedByKubernetes(prefix: string, name: string, value: string): boolean {
  const rest = name.slice(prefix.length);
  if (/^(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/.test(rest)) return true;
  return /^(\w+_)?PORT$/.test(rest) && /^(tcp|udp|sctp):\/\//.test(value);
}

/** Variables with the prefix that are set, sorted by name; an empty one counts as not set. */
export function listVariables(prefix: string, environment: Environment): { name: string; text: string }[] {
  return Object.entries(environment)
    .flatMap(([name, text]) => (name.startsWith(prefix) && text ? [{ name, text }] : []))
    .filter(({ name, text }) => !isInjectedByKubernetes(prefix, name, text))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Reads the variables of all keys; `isReserved` names those that other parts of the program read. */
export function readEnvironment(
  prefix: string,
  environment: Environment,
  settings: Settings,
  isReserved: (name: string) => boolean,
  problems: ConfigProblem[],
): Entry[] {
  const known = new Map<string, { path: readonly string[]; setting: Setting | null }>();
  for (const setting of settings.list) {
    // A whole group at once: BERTH_HTTP_TLS='{certificate: a.pem, key: a.key}'.
    for (let length = 1; length < setting.path.length; length += 1) {
      const path = setting.path.slice(0, length);
      known.set(environmentName(prefix, path), { path, setting: null });
    }
  }
  for (const setting of settings.list) {
    known.set(environmentName(prefix, setting.path), { path: setting.path, setting });
    if (setting.isSecret) {
      const path = [...setting.path.slice(0, -1), `${setting.path.at(-1) ?? ""}File`];
      known.set(environmentName(prefix, path), { path, setting: { ...setting, isText: true } });
    }
  }
  return listVariables(prefix, environment).flatMap(({ name, text }) => {
    const target = known.get(name);
    if (!target) {
      if (isReserved(name)) return [];
      const suggestion = nearest(name, [...known.keys()]) ?? "";
      problems.push({
        key: name,
        problem: `there is no such setting; did you mean ${suggestion}?`,
        origin: "environment",
      });
      return [];
    }
    const value = readText(target.setting, text);
    if (target.setting) return [{ path: target.path, value, origin: name }];
    return flatten(value, () => name).map((entry) => ({ ...entry, path: [...target.path, ...entry.path] }));
  });
}

/** What text from a variable or a flag means to a key. */
export function readText(setting: Setting | null, text: string): unknown {
  if (setting?.isText && !/^\s*["']/.test(text)) return text.trim();
  const value = readYaml(text);
  return setting?.isList && !Array.isArray(value) ? [value] : value;
}

/** A YAML value; text that is not YAML stands for itself. Bun's parser is enough where no line has to be named. */
export function readYaml(text: string): unknown {
  try {
    return YAML.parse(text);
  } catch {
    return text;
  }
}
