/**
 * The names in records of the configuration: which directories and login providers there are is for the operator to say, in
 * the file or by the name of a variable, and every other part of the configuration wants to know it beforehand.
 */
import { type Environment, environmentName, listVariables, readYaml } from "./config-environment.ts";
import type { SettingRecord, Settings } from "./config-settings.ts";

/**
 * What `listSettings` takes. A variable gives its record the name that the file has, or else its first word:
 * `BERTH_AUTH_LDAP_CORP_BASE_DN` is about `corp`, or about `corp-base` where the file has such a directory.
 */
export function recordNames(
  tree: unknown,
  prefix: string,
  environment: Environment,
  { records }: Settings,
): (record: SettingRecord) => readonly string[] {
  const found = new Map(records.map((record) => [record.key, new Set(namesIn(tree, record.path))]));
  for (const { key, path } of records) {
    const names = found.get(key) ?? new Set<string>();
    const start = environmentName(prefix, path);
    for (const { name, text } of listVariables(prefix, environment)) {
      if (name === start) for (const it of namesIn(readYaml(text), [])) names.add(it);
      if (!name.startsWith(`${start}_`)) continue;
      const isKnown = [...names].some((it) => `${name}_`.startsWith(`${environmentName(prefix, [...path, it])}_`));
      const word = name.slice(start.length + 1).split("_", 1)[0] ?? "";
      if (!isKnown && word !== "") names.add(word.toLowerCase());
    }
  }
  return ({ key }) => [...(found.get(key) ?? [])];
}

function namesIn(tree: unknown, path: readonly string[]): string[] {
  let value = tree;
  for (const name of path) {
    if (!isGroup(value) || !Object.hasOwn(value, name)) return [];
    value = value[name];
  }
  return isGroup(value) ? Object.keys(value) : [];
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
