// `npm run test:faults`: the fault suite alone, as much of it as continuous integration runs.
//   npm run test:faults -- [--full] [--seed=N] [PATH...]   --full does all of it, which takes hours
// A single amount is set by its own variable, such as BERTH_TEST_KILLS=500.

import { resolve } from "node:path";

const USAGE = "usage: npm run test:faults -- [--full] [--seed=N] [PATH...]";
const ROOT = resolve(import.meta.dir, "..");

const args = process.argv.slice(2);
const seed = args.find((it) => it.startsWith("--seed="))?.slice("--seed=".length);
const unknown = args.find((it) => it.startsWith("-") && it !== "--full" && !it.startsWith("--seed="));
if (unknown !== undefined || (seed !== undefined && !/^\d{1,10}$/.test(seed))) {
  console.error(USAGE);
  process.exit(2);
}
const paths = args.filter((it) => !it.startsWith("-"));

const child = Bun.spawn(
  [process.execPath, "scripts/test.ts", "--strict", ...(paths.length > 0 ? paths : ["test/faults"])],
  {
    cwd: ROOT,
    env: {
      ...process.env,
      BERTH_TEST_FULL: "true",
      ...(args.includes("--full") ? { BERTH_TEST_FAULTS: "full" } : {}),
      ...(seed === undefined ? {} : { BERTH_TEST_SEED: seed }),
    },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  },
);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
process.exitCode = await child.exited;
