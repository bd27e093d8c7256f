// Berth as a user runs it, everything on: access log (to a file, through stdout), metrics, validation, durability.
// Run by the Bun that runs this benchmark, without the shell wrapper, so that the pid and the start time are its own.
import { join } from "node:path";
import type { Program } from "./peer.ts";
import { findFreePort, startServer } from "./process.ts";

export function createBerth(directory: string): Program {
  const main = join(import.meta.dir, "..", "..", "src", "main.ts");
  return {
    name: "berth",
    async start({ dataDirectory, htpasswdFile }) {
      const port = await findFreePort();
      const authentication: Record<string, string> =
        htpasswdFile === undefined
          ? {}
          : {
              REGISTRY_AUTH: "htpasswd",
              REGISTRY_AUTH_HTPASSWD_REALM: "basic-realm",
              REGISTRY_AUTH_HTPASSWD_PATH: htpasswdFile,
            };
      return startServer({
        command: [
          process.execPath,
          main,
          "serve",
          "--host",
          "127.0.0.1",
          "--port",
          String(port),
          "--data",
          dataDirectory,
        ],
        port,
        logFile: join(directory, "berth.log"),
        environment: { BERTH_LOG_FORMAT: "json", ...authentication },
      });
    },
  };
}
