// The reference registry as Debian packages and configures it: in-memory blob descriptor cache, delete enabled,
// without its authentication; log level error, which is kinder to it than the default.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./peer.ts";
import { findFreePort, startServer } from "./process.ts";

const PROGRAM = "/usr/bin/docker-registry";

function configuration(port: number, dataDirectory: string, htpasswdFile: string | undefined): string {
  const lines = [
    "version: 0.1",
    "log:",
    "  level: error",
    "storage:",
    "  cache:",
    "    blobdescriptor: inmemory",
    "  filesystem:",
    `    rootdirectory: ${dataDirectory}`,
    "  delete:",
    "    enabled: true",
    "http:",
    `  addr: 127.0.0.1:${port}`,
    "  headers:",
    "    X-Content-Type-Options: [nosniff]",
    "health:",
    "  storagedriver:",
    "    enabled: true",
    "    interval: 10s",
    "    threshold: 3",
  ];
  if (htpasswdFile !== undefined) {
    lines.push("auth:", "  htpasswd:", "    realm: basic-realm", `    path: ${htpasswdFile}`);
  }
  return `${lines.join("\n")}\n`;
}

export function createDockerRegistry(directory: string): Program {
  return {
    name: "docker-registry",
    async start({ dataDirectory, htpasswdFile }) {
      const port = await findFreePort();
      const configFile = join(directory, `docker-registry-${port}.yml`);
      writeFileSync(configFile, configuration(port, dataDirectory, htpasswdFile));
      return startServer({
        command: [PROGRAM, "serve", configFile],
        port,
        logFile: join(directory, "docker-registry.log"),
        // The client library of its tracing looks for these; none may send it elsewhere.
        environment: { OTEL_TRACES_EXPORTER: "none" },
      });
    },
  };
}
