/** `npm run check`: format, lint, types, architecture and unit tests, each told by name; the first failure ends it. */
import { spawn } from "bun";

const bun = process.execPath;

const STEPS: [name: string, command: string[]][] = [
  ["format", ["node_modules/.bin/oxfmt", "--check"]],
  ["lint", ["node_modules/.bin/oxlint", "--type-aware", "--deny-warnings"]],
  ["types", ["node_modules/.bin/tsc", "-p", "."]],
  ["types of the pages", ["node_modules/.bin/tsc", "-p", "web"]],
  ["types of the pages' tests", ["node_modules/.bin/tsc", "-p", "test/e2e/pages"]],
  ["architecture and unit tests", [bun, "test", "--only-failures", "./src/", "./web/", "./test/architecture.test.ts"]],
];

for (const [name, command] of STEPS) {
  const start = performance.now();
  const child = spawn(command, { stdout: "inherit", stderr: "inherit" });
  const code = await child.exited;
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (code !== 0) process.exit(1);
}
