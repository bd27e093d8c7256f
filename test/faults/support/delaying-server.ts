// `berth serve` whose ports take their time now and then, before they begin and before they answer: what otherwise
// takes turns too quickly to meet, such as a look and the change that follows upon it, comes apart here. On PostgreSQL
// so do the statements of a transaction; on SQLite nothing may be waited for within one.
//   DELAY_SEED=N   makes the delays

import type { Ports, WrapPorts } from "../../../src/ports.ts";
import { run } from "../../../src/cli/serve.ts";
import type { Transaction } from "../../../src/database/database.ts";
import { delegate, type Method } from "./points.ts";
import { randomFrom } from "./scale.ts";

const SHARE = 0.2;
const LONGEST_MS = 25;
const STORAGE_CALLS = new Set(["delete", "put", "stat", "openWriter"]);

const random = randomFrom(Number(process.env["DELAY_SEED"] ?? 1));

async function dawdle(): Promise<void> {
  if (random.next() < SHARE) await Bun.sleep(random.below(LONGEST_MS));
}

/** For methods that give promises. */
function delayed<T extends object>(target: T, method: Method): Method {
  return async (...args) => {
    await dawdle();
    const result: unknown = await Reflect.apply(method, target, args);
    await dawdle();
    return result;
  };
}

const wrap: WrapPorts = ({ storage, database }): Ports => {
  const write: typeof database.write = async (work) => {
    await dawdle();
    const slowly = (trx: Transaction) =>
      work(delegate(trx, (name, method) => (name === "execute" ? delayed(trx, method) : null)));
    const result = await database.write(database.dialect === "postgres" ? slowly : work);
    await dawdle();
    return result;
  };
  return {
    storage: delegate(storage, (name, method) => (STORAGE_CALLS.has(name) ? delayed(storage, method) : null)),
    database: delegate(database, (name, method) => {
      if (name === "write") return write;
      return name === "execute" ? delayed(database, method) : null;
    }),
  };
};
await run(process.argv.slice(3), wrap);
