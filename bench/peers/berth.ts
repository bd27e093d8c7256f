// Berth as a user runs it, everything on: access log (to a file, through stdout), metrics, validation, durability.
// It is the executable of `npm run build`, which container images and packages hold, as its peers are what Debian ships.
import { join } from "node:path";
import { buildExecutable } from "../../scripts/build.ts";
import type { Program } from "./peer.ts";
import { findFreePort, startServer } from "./process.ts";

export function createBerth(directory: string): Program {
  const executable = join(directory, "berth");
  let built: Promise<void> | null = null;
  return {
    name: "berth",
    async start({ dataDirectory, htpasswdFile }) {
      await (built ??= buildExecutable({ outfile: executable }));
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
        command: [executable, "serve", "--host", "127.0.0.1", "--port", String(port), "--data", dataDirectory],
        port,
        logFile: join(directory, "berth.log"),
        environment: { BERTH_LOG_FORMAT: "json", ...authentication },
      });
    },
  };
}
