// Limit: nginx serving the same blobs as static files with sendfile, at the same paths.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./peer.ts";
import { findFreePort, startServer } from "./process.ts";

const PROGRAM = "/usr/sbin/nginx";

function configuration(port: number, directory: string, root: string): string {
  return `daemon off;
worker_processes auto;
pid ${directory}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=1h;
  client_body_temp_path ${directory}/nginx-body;
  proxy_temp_path ${directory}/nginx-proxy;
  fastcgi_temp_path ${directory}/nginx-fastcgi;
  uwsgi_temp_path ${directory}/nginx-uwsgi;
  scgi_temp_path ${directory}/nginx-scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    location = /v2/ { return 200 "{}"; }
  }
}
`;
}

export function createNginx(directory: string): Program {
  return {
    name: "nginx",
    async start({ dataDirectory }) {
      const port = await findFreePort();
      const configFile = join(directory, "nginx.conf");
      mkdirSync(dataDirectory, { recursive: true });
      writeFileSync(configFile, configuration(port, directory, dataDirectory));
      return startServer({
        // Run as root its workers would change to a user who cannot read a temporary directory.
        command: [PROGRAM, "-c", configFile, ...(process.getuid?.() === 0 ? ["-g", "user root;"] : [])],
        port,
        logFile: join(directory, "nginx.log"),
      });
    },
  };
}
