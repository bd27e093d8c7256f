// Manifest requests with a login: Basic on both peers over one htpasswd file (bcrypt cost 5, htpasswd's default), and with the
// token that Berth gives for it. What they cost is to be compared with `manifest-get-tag`, which nobody logs in for.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_MEDIA_TYPE } from "../load/images.ts";
import { type Context, type Measure, type Sample, times } from "../measure.ts";
import type { Peer } from "../peers/peer.ts";
import { type Server, StartError } from "../peers/process.ts";
import { loadRequests } from "./requests.ts";

const USERNAME = "bench";
const PASSWORD = "correct horse battery staple";
const REPOSITORY = "bench/private";

async function putManifestOverBasic(url: string, authorization: string, bytes: Uint8Array): Promise<Response> {
  const headers = { Authorization: authorization, "Content-Type": MANIFEST_MEDIA_TYPE };
  return fetch(`${url}/v2/${REPOSITORY}/manifests/latest`, { method: "PUT", headers, body: bytes });
}

async function pushBlobOverBasic(url: string, authorization: string, digest: string, bytes: Uint8Array): Promise<void> {
  const headers = { Authorization: authorization };
  const started = await fetch(`${url}/v2/${REPOSITORY}/blobs/uploads/`, { method: "POST", headers });
  const location = new URL(started.headers.get("location") ?? "", url);
  location.searchParams.set("digest", digest);
  const finished = await fetch(location, { method: "PUT", headers, body: bytes });
  if (finished.status !== 201) throw new Error(`push with Basic authentication: ${finished.status}`);
}

/** Loads a server that asks for a login with requests for one manifest, under the header that `authorize` gives. */
async function measureLogin(
  peer: Peer,
  { dataset, directory, seconds }: Context,
  name: string,
  authorize: (server: Server, basic: string) => Promise<string>,
): Promise<Sample> {
  const htpasswdFile = join(directory, "htpasswd");
  const hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 5 });
  // Apache's name for the same algorithm, which docker-registry expects.
  writeFileSync(htpasswdFile, `${USERNAME}:${hash.replace(/^\$2b\$/, "$2y$")}\n`);
  const basic = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString("base64")}`;
  const measured = peer.withScratchServer<Sample>(
    async (server) => {
      const anonymous = await fetch(`${server.url}/v2/`);
      if (anonymous.status !== 401) return { skipped: "does not ask for the htpasswd file's credentials" };
      const { config, layers, manifest } = dataset.app;
      for (const blob of [config, ...layers]) await pushBlobOverBasic(server.url, basic, blob.digest, blob.bytes);
      const put = await putManifestOverBasic(server.url, basic, manifest.bytes);
      if (put.status !== 201) throw new Error(`PUT manifest with Basic authentication: ${put.status}`);
      const path = `/v2/${REPOSITORY}/manifests/latest`;
      const headers = { Accept: MANIFEST_MEDIA_TYPE, Authorization: await authorize(server, basic) };
      const request = { method: "GET", path, headers } as const;
      // As the main server is when its rows begin.
      await loadRequests(server, name, request, 1);
      return loadRequests(server, name, request, seconds);
    },
    { htpasswdFile },
  );
  return measured.catch((error: unknown) => {
    if (error instanceof StartError) return { skipped: "refuses an htpasswd file" };
    throw error;
  });
}

async function fetchToken(server: Server, basic: string): Promise<string> {
  const query = new URLSearchParams({ service: "berth", scope: `repository:${REPOSITORY}:pull` });
  const response = await fetch(`${server.url}/token?${query.toString()}`, { headers: { Authorization: basic } });
  if (response.status !== 200) throw new Error(`GET /token: ${response.status}`);
  return `Bearer ${((await response.json()) as { token: string }).token}`;
}

export const authenticationMeasures: Measure[] = [
  {
    name: "manifest-get-basic",
    metrics: [
      {
        key: "manifest-get-basic",
        label: "GET manifest by tag with Basic authentication, req/s",
        better: "higher",
        goal: times(60, 120),
        cpuUnit: "us/request",
      },
    ],
    needs: [],
    run: (peer, context) => measureLogin(peer, context, "manifest-get-basic", async (_, basic) => basic),
  },
  {
    name: "manifest-get-token",
    metrics: [
      {
        key: "manifest-get-token",
        label: "GET manifest by tag with a token, req/s",
        better: "higher",
        cpuUnit: "us/request",
      },
    ],
    needs: [],
    // The other has no token service of its own.
    peers: ["berth"],
    run: (peer, context) => measureLogin(peer, context, "manifest-get-token", fetchToken),
  },
];
