/**
 * Checkpoints the database whose path it is sent, on its own connection, and says so when done. A failure (a full
 * disk, say) loses nothing: the log keeps what was not moved, and the next checkpoint tries again.
 */
import { Database } from "bun:sqlite";

declare const self: Worker;

/** Pages that a checkpoint may leave to the next one. */
const FEW_PAGES = 256;
/** However much is written meanwhile, or whoever reads what is in the log, it ends. */
const MAX_ROUNDS = 8;

const connections = new Map<string, Database>();

self.addEventListener("message", (event: MessageEvent<string>) => {
  try {
    checkpoint(event.data);
    self.postMessage("done");
  } catch (error) {
    self.postMessage(`failed: ${error instanceof Error ? error.message : String(error)}`);
  }
});

/** While it works the writer goes on, so it looks again until only little has come. */
function checkpoint(path: string): void {
  let connection = connections.get(path);
  if (!connection) {
    connection = new Database(path, { readwrite: true });
    connection.run("pragma busy_timeout = 0");
    connections.set(path, connection);
  }
  const passive = connection.query<{ log: number; checkpointed: number }, []>("pragma wal_checkpoint(passive)");
  for (let round = 1, moved = 0; round <= MAX_ROUNDS; round += 1) {
    const { log, checkpointed } = passive.get() ?? { log: 0, checkpointed: 0 };
    if (log - moved <= FEW_PAGES || checkpointed <= moved) return;
    moved = checkpointed;
  }
}
