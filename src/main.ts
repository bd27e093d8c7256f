/**
 * The `berth` program. Each command's code is loaded only when it runs.
 *
 * Arguments are read by the runtime's own parser: a library for it would cost an idle server more than a MiB.
 */
import packageJson from "../package.json" with { type: "json" };

type Command = { HELP: string; run: (args: string[]) => Promise<void> };

const COMMANDS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  serve: { summary: "run the server", load: () => import("./cli/serve.ts") },
  config: { summary: "show and check the configuration", load: () => import("./cli/config.ts") },
  admin: { summary: "make administrators, reset passwords, disable accounts", load: () => import("./cli/admin.ts") },
  user: { summary: "list and change accounts", load: () => import("./cli/user.ts") },
  org: { summary: "list, make and staff organisations", load: () => import("./cli/org.ts") },
  token: { summary: "make, list and revoke access tokens", load: () => import("./cli/token.ts") },
  gc: { summary: "collect what nothing needs any more, or say what would go", load: () => import("./cli/gc.ts") },
  bin: { summary: "list, restore or empty what was deleted", load: () => import("./cli/bin.ts") },
  fsck: { summary: "compare rows, stored bytes and digests, and repair", load: () => import("./cli/fsck.ts") },
  backup: { summary: "copy everything into a directory", load: () => import("./cli/backup.ts") },
  search: { summary: "make the index of the search anew", load: () => import("./cli/search.ts") },
  restore: { summary: "bring back what a backup holds", load: () => import("./cli/restore.ts") },
};

const LINES = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`);

const HELP = `usage: berth COMMAND [arguments]

A container registry and hub in one process.

${LINES.join("\n")}

berth COMMAND --help says more; berth --version prints the version.
`;

async function main([name = "", ...args]: string[]): Promise<void> {
  if (name === "--version" || name === "-V") return void process.stdout.write(`${packageJson.version}\n`);
  // What the server starts for itself to read archives of strangers in: no command for people.
  if (name === "layers-child") return await (await import("./layers/child/main.ts")).runChild(args[0] ?? "{}");
  if (name === "" || name === "--help" || name === "-h" || name === "help") return void process.stdout.write(HELP);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new TypeError(`there is no command '${name}'; berth --help lists them`);
  const { HELP: help, run } = await command.load();
  if (args.includes("--help") || args.includes("-h")) return void process.stdout.write(help);
  await run(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`berth: ${error instanceof Error ? error.message : String(error)}\n`);
  // At once: what had been opened until then, a listener perhaps, would keep the process alive.
  process.exit(1);
}
