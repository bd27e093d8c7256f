/**
 * A YAML configuration file whose every key can be traced to its line.
 *
 * The parser is loaded when there is a file to read: it takes as long as all of the rest of the configuration.
 */
import { readFileSync } from "node:fs";
import type { LineCounter } from "yaml";
import { ConfigError } from "./config-layers.ts";

export type ConfigFile = {
  /** What the file says, as plain values. */
  value: unknown;
  /** `FILE:LINE` of a key; of the innermost part of it that the file spells out. */
  originAt: (path: readonly string[]) => string;
};

/** Reads a file. Throws ConfigError when it cannot be read or is not YAML. */
export function readConfigFile(name: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(name, "utf8");
  } catch (error) {
    const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError([{ key: "configuration file", problem, origin: name }]);
  }
  return parseConfigFile(text, name);
}

/** Parses a file's text; the name is only for origins. Throws ConfigError. */
export function parseConfigFile(text: string, name: string): ConfigFile {
  const { LineCounter, parseDocument } = loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return {
          key: "configuration file",
          problem: `is not valid YAML: ${error.message}`,
          origin: `${name}:${line}:${col}`,
        };
      }),
    );
  }
  const value: unknown = document.toJS();
  if (value !== null && value !== undefined && (typeof value !== "object" || Array.isArray(value))) {
    throw new ConfigError([{ key: "configuration file", problem: "must be a map of keys", origin: `${name}:1` }]);
  }
  return { value, originAt: (path) => `${name}:${findLine(document.contents, path, lines)}` };
}

function loadYaml(): typeof import("yaml") {
  // Synchronous on purpose: the configuration is complete before anything else begins.
  return require("yaml");
}

function findLine(contents: unknown, path: readonly string[], lines: LineCounter): number {
  const { isMap, isScalar } = loadYaml();
  let node = contents;
  let line = 1;
  for (const name of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((it) => isScalar(it.key) && String(it.key.value) === name);
    if (!pair || !isScalar(pair.key) || !pair.key.range) break;
    line = lines.linePos(pair.key.range[0]).line;
    node = pair.value;
  }
  return line;
}
