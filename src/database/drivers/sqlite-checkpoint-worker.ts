/**
 * Checkpoints the database whose path it is sent, on its own connection, and says so when done. A failure (a full
 * disk, say) loses nothing: the log keeps what was not moved, and the next checkpoint tries again.
 */
import { Database } from "bun:sqlite";

declare const self: Worker;

const connections = new Map<string, Database>();

self.addEventListener("message", (event: MessageEvent<string>) => {
  try {
    checkpoint(event.data);
    self.postMessage("done");
  } catch (error) {
    self.postMessage(`failed: ${error instanceof Error ? error.message : String(error)}`);
  }
});

function checkpoint(path: string): void {
  let connection = connections.get(path);
  if (!connection) {
    connection = new Database(path, { readwrite: true });
    connection.run("pragma busy_timeout = 0");
    connections.set(path, connection);
  }
  connection.run("pragma wal_checkpoint(passive)");
}
