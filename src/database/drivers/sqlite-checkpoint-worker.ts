/** Checkpoints the database whose path it is sent, on its own connection, and says so when done. */
import { Database } from "bun:sqlite";

declare const self: Worker;

const connections = new Map<string, Database>();

self.addEventListener("message", (event: MessageEvent<string>) => {
  let connection = connections.get(event.data);
  if (!connection) {
    connection = new Database(event.data, { readwrite: true });
    connection.run("pragma busy_timeout = 0");
    connections.set(event.data, connection);
  }
  connection.run("pragma wal_checkpoint(passive)");
  self.postMessage("done");
});
