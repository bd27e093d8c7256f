// Every page of the hub, with a server that has something to show on each: for the tests that look at all of them, and for
// `npm run screenshots`, which takes their pictures.

import { Browser } from "./browser.ts";
import type { Berth } from "./berth.ts";
import { digestOf } from "./stored.ts";

export const PASSWORD = "harbour lights at night 7";
export const ADMINISTRATOR = { name: "ada", password: PASSWORD };
export const MEMBER = { name: "grace", password: PASSWORD };

export interface PageOfHub {
  /** Of its picture's file. */
  name: string;
  path: string;
  /** Nobody unless given. */
  as?: { name: string; password: string };
}

/** Every address that shows something of its own. */
export const PAGES: readonly PageOfHub[] = [
  { name: "home", path: "/" },
  { name: "home-signed-in", path: "/", as: MEMBER },
  { name: "welcome", path: "/welcome", as: MEMBER },
  { name: "login", path: "/login" },
  { name: "setup-claimed", path: "/setup" },
  { name: "sign-up-closed", path: "/sign-up" },
  { name: "reset-password", path: "/reset-password" },
  { name: "new-password", path: "/reset-password#a-code-that-is-none" },
  { name: "verify-email", path: "/verify-email#a-code-that-is-none" },
  { name: "invitation-unknown", path: "/invitation#a-code-that-is-none" },
  { name: "not-found", path: "/r/nobody/nothing" },
];

/** A server's environment for `fill`. */
export const FILLED = { BERTH_ADMIN_USERNAME: ADMINISTRATOR.name, BERTH_ADMIN_PASSWORD: PASSWORD };

const OCI = "application/vnd.oci.image";

/** Puts people, an organisation and images into a claimed server. */
export async function fill(berth: Berth): Promise<void> {
  const ada = new Browser(berth.url);
  await ada.call("POST", "/api/v1/session", ADMINISTRATOR);
  await ada.call("PUT", "/api/v1/accounts/grace", { password: PASSWORD, email: "grace@example.test" });
  await ada.call("POST", "/api/v1/namespaces", {
    name: "acme",
    displayName: "Acme Robotics",
    description: "Robots that fetch things.",
    defaultVisibility: "public",
  });
  await ada.call("PUT", "/api/v1/namespaces/acme/members/grace", { role: "member" });
  const pusher = pusherOf(berth, ADMINISTRATOR);
  for (const version of ["1.2.0", "1.10.0", "1.9.3", "2.0.0-rc.1", "latest"]) {
    await pusher.pushImage("acme/api", version, { LABEL_VERSION: version });
  }
  await pusher.pushImage("acme/web", "latest", {});
  await pusher.pushImage("grace/notes", "v1", {});
  await ada.call("PATCH", "/api/v1/repositories/acme/api", {
    description: "The service that robots ask where to go.",
    readme: README,
    visibility: "public",
  });
}

const README = `# acme/api

The service that robots ask **where to go**.

| variable | meaning |
|---|---|
| \`PORT\` | where it listens |

- [x] fast
- [ ] finished

\`\`\`sh
docker run -p 8080:8080 acme/api
\`\`\`

See [the guide](https://example.test/guide) and ![a picture](https://example.test/robot.png).
`;

type Blob = { mediaType: string; digest: string; size: number };

/** Pushes what it makes up, with Basic authentication. */
export function pusherOf(berth: Berth, who: { name: string; password: string }) {
  const headers = { Authorization: `Basic ${btoa(`${who.name}:${who.password}`)}` };
  const ask = async (method: string, path: string, body: Uint8Array | string, type: string) => {
    const response = await fetch(`${berth.url}${path}`, {
      method,
      headers: { ...headers, "Content-Type": type },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const pushBlob = async (repository: string, bytes: Uint8Array, mediaType: string): Promise<Blob> => {
    const digest = digestOf(bytes);
    const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`;
    await ask("POST", path, bytes, "application/octet-stream");
    return { mediaType, digest, size: bytes.length };
  };
  const pushManifest = async (repository: string, reference: string, manifest: { mediaType: string }) => {
    const text = JSON.stringify(manifest);
    await ask("PUT", `/v2/${repository}/manifests/${reference}`, text, manifest.mediaType);
    return { mediaType: manifest.mediaType, digest: digestOf(new TextEncoder().encode(text)), size: text.length };
  };
  const pushImage = async (repository: string, tag: string, labels: Record<string, string>) => {
    const tar = new Bun.Archive({ "etc/app.conf": `tag = ${tag}\n`, "app/main.js": `console.log("${tag}")\n` });
    const layer = Bun.gzipSync(await tar.bytes());
    const config = new TextEncoder().encode(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        created: "2026-05-01T12:00:00Z",
        config: { Env: ["PATH=/usr/bin", "PORT=8080"], Cmd: ["node", "/app/main.js"], Labels: labels },
        rootfs: { type: "layers", diff_ids: [digestOf(await tar.bytes())] },
        history: [
          { created: "2026-05-01T11:59:00Z", created_by: "COPY . /" },
          { created: "2026-05-01T12:00:00Z", created_by: 'CMD ["node" "/app/main.js"]', empty_layer: true },
        ],
      }),
    );
    return await pushManifest(repository, tag, {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: await pushBlob(repository, config, `${OCI}.config.v1+json`),
      layers: [await pushBlob(repository, layer, `${OCI}.layer.v1.tar+gzip`)],
    } as { mediaType: string });
  };
  return { pushBlob, pushManifest, pushImage };
}
