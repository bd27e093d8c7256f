// The program of `crashing.ts`: `berth serve` with numbered steps, at one of which it kills itself.
//   CRASH_POINTS=DIRECTORY   where the steps are written down and the number of the last one is looked for
//   CRASH_CONTROL=true       acknowledges each change before it is made: what the tests must notice

import type { WrapPorts } from "../../../src/ports.ts";
import { run } from "../../../src/cli/serve.ts";
import type { Database, Transaction } from "../../../src/database/database.ts";
import { delegate, numberPorts, numberStatements, Points } from "./points.ts";

const LATE_MS = 30;

class NotYet extends Error {}

/** Finds out what the answer would be, gives it, and makes the change only then. */
function acknowledgeFirst(database: Database): Database["write"] {
  return async <T>(work: (trx: Transaction) => Promise<T>): Promise<T> => {
    let answer: { value: T } | null = null;
    await database
      .write(async (trx) => {
        // A hook of what is rolled back is never called.
        answer = { value: await work(trx) };
        throw new NotYet();
      })
      .catch((error: unknown) => {
        if (!(error instanceof NotYet)) throw error;
      });
    setTimeout(() => void database.write(work).catch(() => undefined), LATE_MS);
    // Set by the work: else it threw, and so did the write.
    return answer!.value;
  };
}

const points = new Points(process.env["CRASH_POINTS"] ?? ".");
const wrap: WrapPorts = (ports) => {
  const numbered = numberPorts(points, ports);
  if (process.env["CRASH_CONTROL"] !== "true") return numbered;
  const { storage, database } = numbered;
  const write = acknowledgeFirst(database);
  return { storage, database: delegate(database, (name) => (name === "write" ? write : null)) };
};
numberStatements(points);
await run(process.argv.slice(3), wrap);
