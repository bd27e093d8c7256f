// Limit: a Bun.serve handler that does nothing, the floor under every request that Berth answers.
// Started as a program of its own (`bun empty-handler.ts --port N`) by the Program that this file exports.
import { join } from "node:path";
import type { Program } from "./peer.ts";
import { findFreePort, startServer } from "./process.ts";

export function createEmptyHandler(directory: string): Program {
  return {
    name: "empty handler",
    async start() {
      const port = await findFreePort();
      return startServer({
        command: [process.execPath, import.meta.path, "--port", String(port)],
        port,
        logFile: join(directory, "empty-handler.log"),
      });
    },
  };
}

if (import.meta.main) {
  Bun.serve({
    hostname: "127.0.0.1",
    port: Number(process.argv[3]),
    reusePort: false,
    fetch: () => new Response("{}"),
  });
}
