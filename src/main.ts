/** The `berth` program. Each command's code is loaded only when it runs. */
import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };

const program = new Command("berth")
  .description("A container registry and hub in one process.")
  .version(packageJson.version)
  .showHelpAfterError("(berth --help lists the commands)");

program
  .command("serve")
  .description("run the server")
  .option("--config <file>", "configuration file (default: $BERTH_CONFIG)")
  .option("--host <address>", "address to listen on (default: 127.0.0.1)")
  .option("--port <number>", "port to listen on, 0 for any free one (default: 5000)")
  .option("--data <directory>", "directory that holds everything this server keeps (default: ./data)")
  .option("--open", "serve without accounts also where others can reach the server")
  .argument("[file]", "configuration file, as registry:2 takes it")
  .action(async (argument: string | undefined, options: ServeOptions) => {
    const { serve } = await import("./cli/serve.ts");
    const { config, ...flags } = options;
    const file = config ?? argument;
    await serve({ environment: process.env, flags, ...(file === undefined ? {} : { file }) });
  });

type ServeOptions = { config?: string; host?: string; port?: string; data?: string; open?: true };

try {
  if (process.argv[2] === "config") program.addCommand((await import("./cli/config.ts")).configCommand());
  else program.command("config").description("show and check the configuration");
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`berth: ${error instanceof Error ? error.message : String(error)}\n`);
  // At once: what had been opened until then, a listener perhaps, would keep the process alive.
  process.exit(1);
}
