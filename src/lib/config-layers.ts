/**
 * Configuration from several places, laid over each other.
 *
 * Every place (file, environment, flags) is turned into the same flat entries, each of which remembers where it came
 * from. The layers are joined key by key, so that an error or `config print` can always name the origin.
 */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import type { Settings } from "./config-settings.ts";
import { nearest } from "./nearest.ts";
import { SECRET_MASK } from "./secret.ts";

export type Entry = {
  path: readonly string[];
  value: unknown;
  /** A file and line, the name of a variable, or a flag. */
  origin: string;
};

export type ConfigProblem = {
  key: string;
  /** The value as given; absent when there is none or it must not be shown. */
  value?: string;
  /** What is wrong and what is allowed. */
  problem: string;
  origin: string;
};

/** Everything that is wrong with the configuration, in one error. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(["the configuration is wrong", ...problems.map((it) => `  ${formatProblem(it)}`)].join("\n"));
    this.problems = problems;
  }
}

/** `http.port: 70000: expected … (berth.yml:3)` */
export function formatProblem({ key, value, problem, origin }: ConfigProblem): string {
  return `${key}: ${value === undefined ? "" : `${value}: `}${problem} (${origin})`;
}

/** The leaves of a tree of plain objects; what is null or an empty group counts as not set. */
export function flatten(tree: unknown, originAt: (path: readonly string[]) => string): Entry[] {
  return flattenAll(tree, originAt).filter(({ value }) => value !== null && !isTree(value));
}

/** The leaves of a tree, also null and empty groups, for formats in which their mere presence says something. */
export function flattenAll(tree: unknown, originAt: (path: readonly string[]) => string): Entry[] {
  const entries: Entry[] = [];
  visit(tree, []);
  return entries;

  function visit(value: unknown, path: readonly string[]): void {
    const children = isTree(value) ? Object.entries(value) : [];
    for (const [name, child] of children) visit(child, [...path, name]);
    if (children.length === 0 && value !== undefined) entries.push({ path, value, origin: originAt(path) });
  }
}

/** Replaces each `xFile` beside a secret `x` by the text in that file, without the line break at its end. */
export function readSecretFiles(layer: readonly Entry[], settings: Settings, problems: ConfigProblem[]): Entry[] {
  const secrets = new Map(settings.list.filter((it) => it.isSecret).map((it) => [`${it.key}File`, it]));
  return layer.map((entry) => {
    const key = entry.path.join(".");
    const setting = secrets.get(key);
    if (!setting) return entry;
    if (layer.some((other) => other.path.join(".") === setting.key)) {
      problems.push({ key, problem: `give either ${setting.key} or ${key}, not both`, origin: entry.origin });
    }
    try {
      const text = readFileSync(String(entry.value), "utf8").replace(/\r?\n$/, "");
      return { path: setting.path, value: text, origin: `${entry.origin}, file ${String(entry.value)}` };
    } catch (error) {
      const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ key, value: show(entry.value), problem, origin: entry.origin });
      return { ...entry, path: setting.path };
    }
  });
}

/** Words that YAML takes for numbers (`minimumVersion: 1.3`) become words again. */
export function restoreWords(layer: readonly Entry[], settings: Settings): Entry[] {
  const words = new Set(settings.list.filter((it) => it.isChoice).map((it) => it.key));
  return layer.map((entry) => {
    const isWord = typeof entry.value === "number" && words.has(entry.path.join("."));
    return isWord ? { ...entry, value: String(entry.value) } : entry;
  });
}

/** Joins layers, lowest first. A layer that chooses another driver drops what lower ones said to the old driver. */
export function mergeLayers(layers: readonly (readonly Entry[])[], settings: Settings): Map<string, Entry> {
  const merged = new Map<string, Entry>();
  for (const layer of layers) {
    for (const entry of layer) {
      const choice = settings.choices.find((it) => it.key === entry.path.join("."));
      if (choice && merged.get(choice.key)?.value !== entry.value) {
        for (const { key, drivers } of settings.list) {
          if (drivers?.key === choice.key && !drivers.names.includes(String(entry.value))) merged.delete(key);
        }
      }
    }
    for (const entry of layer) merged.set(entry.path.join("."), entry);
  }
  return merged;
}

/** Entries as the tree that the schema describes. */
export function buildTree(entries: Iterable<Entry>): Record<string, unknown> {
  const root = newTree();
  for (const { path, value } of entries) {
    let tree: unknown = root;
    for (const name of path.slice(0, -1)) {
      if (!isTree(tree)) break;
      tree = tree[name] ??= newTree();
    }
    const last = path.at(-1);
    // Where a scalar stands in the way, the schema complains about that one.
    if (isTree(tree) && last !== undefined) tree[last] ??= value;
  }
  return root;
}

/** What the schema found, with the value that was given and where. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  entries: ReadonlyMap<string, Entry>,
  settings: Settings,
): ConfigProblem[] {
  const tree = buildTree(entries.values());
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((name) => explainUnknown([...issue.path.map(String), name], entries, settings));
    }
    const key = issue.path.join(".");
    const value = getIn(tree, issue.path);
    const origin = findOrigin(issue.path.map(String), entries);
    if (value === undefined) return [{ key, problem: "is required here", origin }];
    const isSecret = settings.list.some((it) => it.isSecret && it.key === key) || mayHoldSecrets(issue.path, settings);
    // Of a name that may not be one, the reason is inside.
    const message = (issue.code === "invalid_key" ? issue.issues[0]?.message : undefined) ?? issue.message;
    return [{ key, value: isSecret ? SECRET_MASK : show(value), problem: lowerFirst(message), origin }];
  });
}

function explainUnknown(
  path: readonly string[],
  entries: ReadonlyMap<string, Entry>,
  settings: Settings,
): ConfigProblem {
  const key = path.join(".");
  const origin = findOrigin(path, entries);
  const elsewhere = settings.list.find((it) => it.key === key)?.drivers;
  if (elsewhere) {
    const problem = `belongs to ${elsewhere.key} ${elsewhere.names.join(" or ")}, which is not chosen`;
    return { key, problem, origin };
  }
  const suggestion = nearest(
    key,
    settings.list.map((it) => it.key),
  );
  return { key, problem: `there is no such key; did you mean ${suggestion}?`, origin };
}

/** Whether a record stands there, or what one of its names has: whatever is in place of a group may hold the group's secrets. */
function mayHoldSecrets(path: readonly PropertyKey[], { records }: Settings): boolean {
  return records.some(
    (it) => it.hasSecrets && path.length - it.path.length <= 1 && it.path.every((name, index) => path[index] === name),
  );
}

/** The origin of a key, else of something below it, else of something beside it. */
function findOrigin(path: readonly string[], entries: ReadonlyMap<string, Entry>): string {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path.slice(0, length).join(".");
    const found = entries.get(key) ?? [...entries.values()].find((it) => it.path.join(".").startsWith(`${key}.`));
    if (found) return found.origin;
  }
  return "default";
}

function getIn(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = tree;
  for (const name of path) {
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isTree(value)) value = value[String(name)];
    else return undefined;
  }
  return value;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Without a prototype, so that no key of a file can mean more than itself. */
function newTree(): Record<string, unknown> {
  // Object.create is typed as any.
  return Object.create(null) as Record<string, unknown>;
}

function isTree(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
