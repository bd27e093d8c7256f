/**
 * Reads a database as it was when the first message came, on a connection of its own: a page of rows a message, so that
 * neither the event loop nor a writer waits for a reader of everything.
 */
import { Database, type SQLQueryBindings } from "bun:sqlite";

declare const self: Worker;

export type SnapshotRequest = { path: string } | { text: string; parameters: readonly unknown[] } | "end";
export type SnapshotReply = { rows: unknown[] } | { failure: string };

let connection: Database | null = null;

self.addEventListener("message", (event: MessageEvent<SnapshotRequest>) => {
  let reply: SnapshotReply;
  try {
    reply = { rows: answer(event.data) };
  } catch (error) {
    reply = { failure: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(reply);
});

function answer(request: SnapshotRequest): unknown[] {
  if (request === "end") {
    // Not left to the end of the thread: while it is open, the log cannot start over.
    connection?.close();
    connection = null;
    return [];
  }
  if ("path" in request) {
    connection = new Database(request.path, { readonly: true });
    connection.run("pragma busy_timeout = 5000");
    connection.run("begin");
    // What a transaction sees is settled by its first read.
    return connection.query("select 1 from sqlite_schema limit 1").all();
  }
  if (connection === null) throw new Error("no database was opened");
  // Every parameter of our statements is a text, number, byte array or null.
  return connection.query(request.text).all(...(request.parameters as SQLQueryBindings[]));
}
