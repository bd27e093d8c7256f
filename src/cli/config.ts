/** `berth config print|check|schema`: what is in force and why, whether it is right, and what there is to set. */
import { configSchema, loadConfig, type LoadedConfig } from "../config.ts";
import { ConfigError } from "../lib/config-layers.ts";
import { listSettings } from "../lib/config-settings.ts";
import { configJsonSchema, formatYaml } from "../config-docs.ts";
import { FLAGS_HELP, parseFlags } from "./flags.ts";

export const HELP = `usage: berth config print|check|schema [flags]

  print    print the configuration in force, each key with where its value comes from
  check    check the configuration; exits with 1 and lists the problems when it is wrong
  schema   print the JSON Schema of the configuration file

${FLAGS_HELP}`;

/** Throws a TypeError for a part or a flag that there is not. */
export async function run([part = "", ...args]: string[]): Promise<void> {
  if (part === "print") report(args, (loaded) => write(process.stdout, printConfig(loaded)));
  else if (part === "check") report(args, () => write(process.stdout, "the configuration is right\n"));
  else if (part === "schema") write(process.stdout, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  else throw new TypeError(`berth config has no part '${part}': print, check and schema are there`);
}

/** The configuration in force as a file, each line with its origin, secrets masked. */
export function printConfig({ config, origins }: LoadedConfig): string {
  const settings = listSettings(configSchema, ({ path }) => Object.keys(getIn(config, path) ?? {}));
  return formatYaml(settings, ({ key, path }) => {
    const value = getIn(config, path);
    if (value === undefined) return null;
    const origin = origins.get(key) ?? "default";
    return { value, comment: origin };
  });
}

function report(args: string[], show: (loaded: LoadedConfig) => void): void {
  const sources = parseFlags(args);
  try {
    const loaded = loadConfig(sources);
    for (const warning of loaded.warnings) write(process.stderr, `warning: ${warning}\n`);
    show(loaded);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    write(process.stderr, `berth: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function write(stream: NodeJS.WriteStream, text: string): void {
  stream.write(text);
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
