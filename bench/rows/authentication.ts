// Manifest requests with Basic authentication, both peers over one htpasswd file (bcrypt cost 5, htpasswd's default).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_MEDIA_TYPE } from "../load/images.ts";
import { type Measure, type Sample, times } from "../measure.ts";
import { StartError } from "../peers/process.ts";
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

export const authenticationMeasure: Measure = {
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
  run: async (peer, { dataset, directory, seconds }): Promise<Sample> => {
    const htpasswdFile = join(directory, "htpasswd");
    const hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 5 });
    // Apache's name for the same algorithm, which docker-registry expects.
    writeFileSync(htpasswdFile, `${USERNAME}:${hash.replace(/^\$2b\$/, "$2y$")}\n`);
    const authorization = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString("base64")}`;
    const measured = peer.withScratchServer<Sample>(
      async (server) => {
        const anonymous = await fetch(`${server.url}/v2/`);
        if (anonymous.status !== 401) return { skipped: "does not ask for the htpasswd file's credentials" };
        const { config, layers, manifest } = dataset.app;
        for (const blob of [config, ...layers])
          await pushBlobOverBasic(server.url, authorization, blob.digest, blob.bytes);
        const put = await putManifestOverBasic(server.url, authorization, manifest.bytes);
        if (put.status !== 201) throw new Error(`PUT manifest with Basic authentication: ${put.status}`);
        const path = `/v2/${REPOSITORY}/manifests/latest`;
        const headers = { Accept: MANIFEST_MEDIA_TYPE, Authorization: authorization };
        return loadRequests(server, "manifest-get-basic", { method: "GET", path, headers }, seconds);
      },
      { htpasswdFile },
    );
    return measured.catch((error: unknown) => {
      if (error instanceof StartError) return { skipped: "refuses an htpasswd file" };
      throw error;
    });
  },
};
