/** How the configurations of two images differ. Spec: image-spec 1.1, config.md. What is no such configuration has nothing. */
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from "../oci/json.ts";

export type ConfigField =
  | "env"
  | "label"
  | "port"
  | "volume"
  | "entrypoint"
  | "cmd"
  | "user"
  | "workdir"
  | "stopSignal"
  | "platform";

export type ConfigChange = { field: ConfigField; key: string | null; from: string | null; to: string | null };

const MAX_CHANGES = 1_000;
const MAX_TEXT = 16_384;
const KEYED = ["env", "label", "port", "volume"] as const;
const WHOLE = ["platform", "user", "workdir", "entrypoint", "cmd", "stopSignal"] as const;

type Read = Record<(typeof KEYED)[number], Map<string, string>> & Record<(typeof WHOLE)[number], string | null>;

/** Of two configurations as stored; null for one that is missing or too large. At most 1,000 changes. */
export function compareConfigs(from: Uint8Array | null, to: Uint8Array | null): ConfigChange[] {
  const [before, after] = [read(from), read(to)];
  const changes: ConfigChange[] = [];
  for (const field of WHOLE) {
    if (before[field] !== after[field]) changes.push({ field, key: null, from: before[field], to: after[field] });
  }
  for (const field of KEYED) {
    for (const key of [...new Set([...before[field].keys(), ...after[field].keys()])].sort()) {
      const [old, now] = [before[field].get(key) ?? null, after[field].get(key) ?? null];
      if (old !== now) changes.push({ field, key, from: old, to: now });
    }
  }
  return changes.slice(0, MAX_CHANGES);
}

function read(bytes: Uint8Array | null): Read {
  const document = bytes === null ? {} : parse(bytes);
  const config = isJsonObject(document["config"]) ? document["config"] : {};
  const platform = [document["os"], document["architecture"], document["variant"]].filter(
    (it) => typeof it === "string",
  );
  return {
    env: new Map(textsOf(config["Env"]).map(splitVariable)),
    label: new Map(
      Object.entries(objectOf(config["Labels"])).map(([key, value]) => [
        cut(key),
        typeof value === "string" ? cut(value) : "",
      ]),
    ),
    port: namesOf(config["ExposedPorts"]),
    volume: namesOf(config["Volumes"]),
    entrypoint: listOf(config["Entrypoint"]),
    cmd: listOf(config["Cmd"]),
    user: textOf(config["User"]),
    workdir: textOf(config["WorkingDir"]),
    stopSignal: textOf(config["StopSignal"]),
    platform: platform.length === 0 ? null : cut(platform.join("/")),
  };
}

function parse(bytes: Uint8Array): JsonObject {
  try {
    const document = parseJson(bytes);
    return isJsonObject(document) ? document : {};
  } catch {
    return {};
  }
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function namesOf(value: JsonValue | undefined): Map<string, string> {
  return new Map(Object.keys(objectOf(value)).map((key) => [cut(key), cut(key)]));
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.flatMap((it) => (typeof it === "string" ? [cut(it)] : [])) : [];
}

function listOf(value: JsonValue | undefined): string | null {
  const texts = textsOf(value);
  return texts.length === 0 ? null : cut(JSON.stringify(texts));
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? cut(value) : null;
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT);
}
