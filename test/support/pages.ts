// Every page of the hub, with a server that has something to show on each: for the tests that look at all of them, and for
// `npm run screenshots`, which takes their pictures.

import { Browser } from "./browser.ts";
import type { Berth } from "./berth.ts";
import { pushChart, pushOddities, pushShops } from "./image-samples.ts";
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
  { name: "home-administrator", path: "/", as: ADMINISTRATOR },
  { name: "welcome", path: "/welcome", as: MEMBER },
  { name: "welcome-stranger", path: "/welcome" },
  { name: "explore", path: "/search" },
  { name: "search", path: "/search?q=api&architecture=amd64", as: MEMBER },
  { name: "search-nothing", path: "/search?q=submarine&kind=helm" },
  { name: "user", path: "/n/grace", as: MEMBER },
  { name: "organisation", path: "/n/acme", as: ADMINISTRATOR },
  { name: "organisation-stranger", path: "/n/acme" },
  { name: "organisation-empty", path: "/n/drydock", as: ADMINISTRATOR },
  { name: "organisation-denied", path: "/n/drydock" },
  { name: "members", path: "/n/acme/members", as: ADMINISTRATOR },
  { name: "members-member", path: "/n/acme/members", as: MEMBER },
  { name: "teams", path: "/n/acme/teams", as: ADMINISTRATOR },
  { name: "teams-none", path: "/n/drydock/teams", as: ADMINISTRATOR },
  { name: "team", path: "/n/acme/teams/qa", as: ADMINISTRATOR },
  { name: "grants", path: "/n/acme/grants", as: ADMINISTRATOR },
  { name: "grants-none", path: "/n/drydock/grants", as: ADMINISTRATOR },
  { name: "robots", path: "/n/acme/robots", as: ADMINISTRATOR },
  { name: "robots-none", path: "/n/drydock/robots", as: ADMINISTRATOR },
  { name: "robot", path: "/n/acme/robots/acme.ci", as: ADMINISTRATOR },
  { name: "robot-member", path: "/n/acme/robots/acme.ci", as: MEMBER },
  { name: "namespace-usage", path: "/n/acme/usage", as: ADMINISTRATOR },
  { name: "namespace-audit", path: "/n/acme/audit", as: ADMINISTRATOR },
  { name: "namespace-settings", path: "/n/acme/settings", as: ADMINISTRATOR },
  { name: "namespace-bin", path: "/n/acme/bin", as: ADMINISTRATOR },
  { name: "namespace-bin-empty", path: "/n/drydock/bin", as: ADMINISTRATOR },
  { name: "login", path: "/login" },
  { name: "setup-claimed", path: "/setup" },
  { name: "sign-up-closed", path: "/sign-up" },
  { name: "reset-password", path: "/reset-password" },
  { name: "new-password", path: "/reset-password#a-code-that-is-none" },
  { name: "verify-email", path: "/verify-email#a-code-that-is-none" },
  { name: "invitation-unknown", path: "/invitation#a-code-that-is-none" },
  { name: "settings-profile", path: "/settings", as: MEMBER },
  { name: "settings-security", path: "/settings/security", as: MEMBER },
  { name: "settings-tokens", path: "/settings/tokens", as: MEMBER },
  { name: "settings-sessions", path: "/settings/sessions", as: MEMBER },
  { name: "settings-notifications", path: "/settings/notifications", as: MEMBER },
  { name: "settings-starred", path: "/settings/starred", as: MEMBER },
  { name: "settings-organisations", path: "/settings/organisations", as: MEMBER },
  { name: "settings-stranger", path: "/settings" },
  { name: "repository", path: "/r/acme/api", as: ADMINISTRATOR },
  { name: "repository-anonymous", path: "/r/acme/api" },
  { name: "repository-tags", path: "/r/acme/api/-/tags", as: ADMINISTRATOR },
  { name: "repository-tag", path: "/r/acme/api/-/tags/latest", as: ADMINISTRATOR },
  { name: "repository-bin", path: "/r/acme/api/-/bin", as: ADMINISTRATOR },
  { name: "repository-activity", path: "/r/acme/api/-/activity", as: ADMINISTRATOR },
  { name: "repository-settings", path: "/r/acme/api/-/settings", as: ADMINISTRATOR },
  { name: "repository-private", path: "/r/grace/notes" },
  { name: "image", path: "/r/acme/shop/-/images/1.1" },
  { name: "image-platforms", path: "/r/acme/shop/-/images/multi?platform=linux/arm64/v8" },
  { name: "image-configuration", path: "/r/acme/shop/-/images/1.1?view=configuration" },
  { name: "image-layers", path: "/r/acme/shop/-/images/1.1?view=layers" },
  { name: "image-referrers", path: "/r/acme/shop/-/images/1.1?view=referrers" },
  { name: "image-manifest", path: "/r/acme/shop/-/images/multi?view=manifest" },
  { name: "chart", path: "/r/acme/charts/hello/-/images/1.2.3" },
  { name: "compose-file", path: "/r/acme/stack/-/images/v1" },
  { name: "artifact", path: "/r/acme/model/-/images/v1" },
  { name: "files", path: "/r/acme/shop/-/files/1.1" },
  { name: "files-odd", path: "/r/acme/shop/-/files/1.1?path=odd" },
  { name: "files-found", path: "/r/acme/shop/-/files/1.1?find=s" },
  { name: "file-text", path: "/r/acme/shop/-/files/1.1?file=app/config.yml" },
  { name: "file-binary", path: "/r/acme/shop/-/files/multi?file=bin/su" },
  { name: "diff-to-choose", path: "/r/acme/shop/-/diff/1.0" },
  { name: "diff", path: "/r/acme/shop/-/diff/1.0/1.1" },
  { name: "admin", path: "/admin", as: ADMINISTRATOR },
  { name: "admin-health", path: "/admin/health", as: ADMINISTRATOR },
  { name: "admin-users", path: "/admin/users", as: ADMINISTRATOR },
  { name: "admin-user", path: "/admin/users/grace", as: ADMINISTRATOR },
  { name: "admin-organisations", path: "/admin/organisations", as: ADMINISTRATOR },
  { name: "admin-organisation", path: "/admin/organisations/acme", as: ADMINISTRATOR },
  { name: "admin-plans", path: "/admin/plans", as: ADMINISTRATOR },
  { name: "admin-sources", path: "/admin/sources", as: ADMINISTRATOR },
  { name: "admin-audit", path: "/admin/audit", as: ADMINISTRATOR },
  { name: "admin-storage", path: "/admin/storage", as: ADMINISTRATOR },
  { name: "admin-bin", path: "/admin/bin", as: ADMINISTRATOR },
  { name: "admin-jobs", path: "/admin/jobs", as: ADMINISTRATOR },
  { name: "admin-configuration", path: "/admin/configuration", as: ADMINISTRATOR },
  { name: "admin-refused", path: "/admin", as: MEMBER },
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
  await pushShops(pusher);
  await pushChart(pusher);
  await pushOddities(pusher);
  await pusher.pushImage("grace/notes", "v1", {});
  await fillOrganisations(berth, ada, pusher);
  await ada.call("PATCH", "/api/v1/repositories/acme/api", {
    description: "The service that robots ask where to go.",
    readme: README,
    visibility: "public",
  });
  await fillOwn(berth, ada);
}

/** What a person has of their own, for the pages of settings. */
async function fillOwn(berth: Berth, ada: Browser): Promise<void> {
  const grace = new Browser(berth.url);
  await grace.call("POST", "/api/v1/session", MEMBER);
  await grace.call("PUT", "/api/v1/repositories/acme/api/-/star");
  await grace.call("POST", "/api/v1/account/tokens", { name: "laptop", scopes: null, expiresAt: null });
  await grace.call("POST", "/api/v1/account/tokens", {
    name: "CI of the robots that fetch things",
    scopes: [
      { actions: ["pull"], pattern: "*" },
      { actions: ["pull", "push"], pattern: "acme/web-*" },
    ],
    expiresAt: "2031-01-01T00:00:00Z",
  });
  const asked = "service=berth&client_id=docker&offline_token=true";
  await fetch(`${berth.url}/token?${asked}`, {
    headers: { Authorization: `Basic ${btoa(`${MEMBER.name}:${PASSWORD}`)}`, "User-Agent": "docker/28.0.0" },
  });
  await ada.call("POST", "/api/v1/namespaces", { name: "orrery", displayName: "The Orrery" });
  await ada.call("POST", "/api/v1/namespaces/orrery/invitations", { to: { account: "grace" }, role: "member" });
}

/** Teams, grants, robots and invitations of acme, what it deleted, and an organisation without anything. */
async function fillOrganisations(berth: Berth, ada: Browser, pusher: ReturnType<typeof pusherOf>): Promise<void> {
  const acme = "/api/v1/namespaces/acme";
  await ada.call("PUT", "/api/v1/accounts/margaret-hamilton", {
    password: PASSWORD,
    email: "margaret@example.test",
  });
  await ada.call("PUT", `${acme}/members/margaret-hamilton`, { role: "owner" });
  await ada.call("POST", `${acme}/teams`, { name: "qa", description: "They break it before others do." });
  await ada.call("POST", `${acme}/teams`, { name: "on-call", description: "" });
  await ada.call("PUT", `${acme}/teams/qa/members/grace`);
  await ada.call("POST", `${acme}/robots`, { name: "ci", description: "Builds every branch." });
  await ada.call("POST", `${acme}/robots/acme.ci/tokens`, { name: "build machine", expiresInDays: 90 });
  await ada.call("POST", `${acme}/robots`, { name: "mirror", description: "", repository: "acme/web" });
  await ada.call("PATCH", `${acme}/robots/acme.mirror`, { isDisabled: true });
  for (const grant of [
    { subject: { kind: "team", name: "qa" }, role: "write", on: { kind: "pattern", pattern: "acme/*" } },
    { subject: { kind: "robot", name: "acme.ci" }, role: "write", on: { kind: "namespace" } },
    { subject: { kind: "account", name: "grace" }, role: "admin", on: { kind: "repository", name: "acme/api" } },
  ]) {
    await ada.call("POST", `${acme}/grants`, grant);
  }
  await ada.call("PUT", "/api/v1/accounts/katherine", { password: PASSWORD, email: "katherine@example.test" });
  await ada.call("POST", `${acme}/invitations`, { to: { account: "katherine" }, team: "qa" });
  await ada.call("POST", `${acme}/invitations`, { to: { email: "dorothy.vaughan@example.test" }, role: "owner" });
  await pusher.pushImage("acme/old-site", "2019", {});
  await ada.call("DELETE", "/api/v1/repositories/acme/old-site");
  await pusher.pushImage("acme/machine-vision/object-detection-for-small-embedded-cameras", "v0.1.0", {});
  await ada.call("PUT", "/api/v1/repositories/acme/web/-/official", { isOfficial: true });
  await ada.call("POST", "/api/v1/namespaces", { name: "drydock", displayName: "", defaultVisibility: "private" });
  const grace = new Browser(berth.url);
  await grace.call("POST", "/api/v1/session", MEMBER);
  await grace.call("PUT", "/api/v1/repositories/acme/api/-/star");
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
      body: typeof body === "string" ? body : new Uint8Array(body),
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
