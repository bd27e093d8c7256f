/** One instant of a SQLite database, read in a worker; see `sqlite-snapshot-worker.ts`. */
import { workerUrl } from "../../lib/worker-url.ts";
import type { Queryable } from "../database.ts";
import type { SnapshotReply, SnapshotRequest } from "./sqlite-snapshot-worker.ts";

/** Gives `work` what was committed in the database at `path` when it begins. Ends with it, whatever becomes of it. */
export async function readSnapshot<T>(path: string, work: (snapshot: Queryable) => Promise<T>): Promise<T> {
  const worker = new Worker(workerUrl("database/drivers/sqlite-snapshot-worker.ts"));
  // Answers come in the order of the questions.
  const waiting: { resolve: (rows: unknown[]) => void; reject: (error: Error) => void }[] = [];
  let ended: Error | null = null;
  const end = (error: Error) => {
    ended ??= error;
    for (const it of waiting.splice(0)) it.reject(ended);
  };
  worker.addEventListener("message", (event: MessageEvent<SnapshotReply>) => {
    const next = waiting.shift();
    if ("rows" in event.data) next?.resolve(event.data.rows);
    else next?.reject(new Error(event.data.failure));
  });
  worker.addEventListener("error", (event) => end(new Error(`reading the database failed: ${event.message}`)));
  worker.addEventListener("close", () => end(new Error("the reading of the database ended")));
  const ask = (request: SnapshotRequest): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended);
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  try {
    await ask({ path });
    return await work({
      dialect: "sqlite",
      execute: async <Row>({ sql: text, parameters }: { sql: string; parameters: readonly unknown[] }) => ({
        // Rows have the shape that the statement was typed with.
        rows: (await ask({ text, parameters })) as Row[],
        affected: 0,
      }),
    });
  } finally {
    await ask("end").catch(() => undefined);
    worker.terminate();
  }
}
