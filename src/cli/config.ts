/** `berth config print|check|schema`: what is in force and why, whether it is right, and what there is to set. */
import { Command } from "commander";
import { type ConfigSources, configSchema, loadConfig, type LoadedConfig } from "../config.ts";
import { ConfigError } from "../lib/config-layers.ts";
import { listSettings } from "../lib/config-settings.ts";
import { configJsonSchema, formatYaml } from "../config-docs.ts";

type FlagOptions = { config?: string; host?: string; port?: string; data?: string; open?: true };

export function configCommand(): Command {
  const command = new Command("config").description("show and check the configuration");
  withFlags(command.command("print"))
    .description("print the configuration in force, each key with where its value comes from")
    .action((options: FlagOptions) => report(options, (loaded) => write(process.stdout, printConfig(loaded))));
  withFlags(command.command("check"))
    .description("check the configuration; exits with 1 and lists the problems when it is wrong")
    .action((options: FlagOptions) => report(options, () => write(process.stdout, "the configuration is right\n")));
  command
    .command("schema")
    .description("print the JSON Schema of the configuration file")
    .action(() => write(process.stdout, `${JSON.stringify(configJsonSchema(), null, 2)}\n`));
  return command;
}

/** The flags that `serve` takes too, so that its configuration can be looked at before it starts. */
function withFlags(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (default: $BERTH_CONFIG)")
    .option("--host <address>", "address to listen on")
    .option("--port <number>", "port to listen on")
    .option("--data <directory>", "directory that holds everything this server keeps")
    .option("--open", "serve without accounts also where others can reach the server");
}

/** The configuration in force as a file, each line with its origin, secrets masked. */
export function printConfig({ config, origins }: LoadedConfig): string {
  return formatYaml(listSettings(configSchema), ({ key, path }) => {
    const value = getIn(config, path);
    if (value === undefined) return null;
    const origin = origins.get(key) ?? "default";
    return { value, comment: origin };
  });
}

function report({ config: file, ...flags }: FlagOptions, show: (loaded: LoadedConfig) => void): void {
  const sources: ConfigSources = { environment: process.env, flags, ...(file === undefined ? {} : { file }) };
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
