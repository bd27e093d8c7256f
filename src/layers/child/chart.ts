/** A Helm chart among the files of a layer, and what its Chart.yaml says. */
import { parse } from "yaml";
import type { ChartResult } from "../entry.ts";
import { locationOf, type Tree, walk } from "./tree.ts";

const MAX_FILES = 1_000;
const MAX_TEXT = 2_000;
const MAX_ITEMS = 100;
/** A document may say the same thing again by name: this often. */
const MAX_ALIASES = 20;
const SHOWN = ["Chart.yaml", "values.yaml", "values.schema.json", "README.md"];

/** The chart lies in a directory of its own name: the one that has a Chart.yaml. */
export function chartOf(tree: Tree): ChartResult {
  const directory = [...(tree.root.children?.values() ?? [])].find((it) => it.children?.has("Chart.yaml"));
  if (!directory) return { directory: null, files: [], locations: {} };
  const prefix = `${directory.name}/`;
  const files: ChartResult["files"] = [];
  for (const [path, node] of walk(directory, directory.name)) {
    if (node.type !== "file") continue;
    const own = path.slice(prefix.length);
    files.push({ path: own, sizeBytes: node.sizeBytes, isTemplate: own.startsWith("templates/") });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const locations: ChartResult["locations"] = {};
  for (const name of SHOWN) {
    const node = directory.children?.get(name);
    const location = node ? locationOf(node, tree) : null;
    if (location !== null) locations[name] = location;
  }
  return { directory: directory.name, files: files.slice(0, MAX_FILES), locations };
}

export type Chart = NonNullable<ReturnType<typeof readChart>>;

/** What a Chart.yaml says, cut to what is shown; null when it is none. Throws what the parser throws. */
export function readChart(text: string) {
  const document: unknown = parse(text, { maxAliasCount: MAX_ALIASES, schema: "core", logLevel: "silent" });
  if (!isRecord(document)) return null;
  const name = textOf(document["name"]);
  if (name === null) return null;
  return {
    name,
    version: textOf(document["version"]) ?? "",
    appVersion: textOf(document["appVersion"]),
    description: textOf(document["description"]),
    type: textOf(document["type"]),
    kubeVersion: textOf(document["kubeVersion"]),
    home: textOf(document["home"]),
    icon: textOf(document["icon"]),
    isDeprecated: document["deprecated"] === true,
    keywords: textsOf(document["keywords"]),
    sources: textsOf(document["sources"]),
    maintainers: recordsOf(document["maintainers"]).map((it) => ({
      name: textOf(it["name"]) ?? "",
      email: textOf(it["email"]),
      url: textOf(it["url"]),
    })),
    dependencies: recordsOf(document["dependencies"]).map((it) => ({
      name: textOf(it["name"]) ?? "",
      version: textOf(it["version"]),
      repository: textOf(it["repository"]),
      condition: textOf(it["condition"]),
    })),
    annotations: Object.entries(isRecord(document["annotations"]) ? document["annotations"] : {})
      .slice(0, MAX_ITEMS)
      .map(([key, value]) => ({ key: key.slice(0, MAX_TEXT), value: textOf(value) ?? "" })),
  };
}

function textOf(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : null;
}

function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((it) => textOf(it) ?? []);
}

function recordsOf(value: unknown): Record<string, unknown>[] {
  return listOf(value).filter(isRecord);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
