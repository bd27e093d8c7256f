// Small images to push: the Debian package busybox-static is all that is in them, so no network is needed,
// and a file of random bytes makes every image new to the registry that gets it.

import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run } from "./process.ts";
import { digestOf } from "./stored.ts";

const APPLETS = ["sh", "cat", "echo", "ls", "sha256sum", "test", "true", "sleep"];

/** The architecture of this machine as image indexes name it. */
export const HOST_ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;
const OTHER_ARCHITECTURE = HOST_ARCHITECTURE === "arm64" ? "amd64" : "arm64";

/** Makes a root file system with a shell in `directory`. */
export async function makeRootFileSystem(directory: string): Promise<void> {
  const bin = join(directory, "bin");
  await mkdir(bin, { recursive: true });
  const busybox = Bun.which("busybox");
  if (busybox === null) throw new Error("busybox is not installed: run npm run test:setup");
  await copyFile(busybox, join(bin, "busybox"));
  await chmod(join(bin, "busybox"), 0o755);
  for (const applet of APPLETS) await symlink("busybox", join(bin, applet));
}

/** Makes a tar of a root file system with a shell; gives its path. */
export async function makeRootArchive(directory: string): Promise<string> {
  const root = join(directory, "root");
  await makeRootFileSystem(root);
  const archive = join(directory, "root.tar");
  await run(["tar", "--numeric-owner", "--owner=0", "--group=0", "-C", root, "-cf", archive, "."]);
  return archive;
}

export interface BuildContextOptions {
  from: string;
  /** What the container prints: the content of its file /line. */
  line: string;
  /** Instructions after the COPY; the classic builder takes up to a second for each. */
  instructions?: string[];
  randomBytes?: number;
}

/** Makes a build context: `FROM`, one layer with the files /line and /random, and the instructions. */
export async function makeBuildContext(directory: string, options: BuildContextOptions): Promise<string> {
  await mkdir(directory, { recursive: true });
  const dockerfile = [`FROM ${options.from}`, "COPY line random /", ...(options.instructions ?? [])];
  await writeFile(join(directory, "Dockerfile"), `${dockerfile.join("\n")}\n`);
  await writeFile(join(directory, "line"), `${options.line}\n`);
  await writeFile(join(directory, "random"), randomBytes(options.randomBytes ?? 100_000));
  return directory;
}

export interface OciLayout {
  directory: string;
  /** The digest of the image index under the tag `multi`. */
  indexDigest: string;
  /** The digest of this machine's manifest, also under the tag `one`. */
  hostDigest: string;
  childDigests: string[];
}

/** Writes an OCI image layout: the tag `multi` is an index of two architectures, `one` the image of this machine's. */
export async function makeOciLayout(directory: string): Promise<OciLayout> {
  await mkdir(join(directory, "layout", "blobs", "sha256"), { recursive: true });
  const layout = join(directory, "layout");
  const put = async (bytes: Uint8Array, mediaType: string) => {
    const digest = digestOf(bytes);
    await writeFile(join(layout, "blobs", "sha256", digest.slice("sha256:".length)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const putJson = (value: object, mediaType: string) => put(new TextEncoder().encode(JSON.stringify(value)), mediaType);
  const base = await Bun.file(await makeRootArchive(directory)).bytes();

  const children = [];
  for (const architecture of [HOST_ARCHITECTURE, OTHER_ARCHITECTURE]) {
    const own = await makeFileArchive(directory, `own-${architecture}`);
    const layers = [];
    for (const tar of [base, own]) layers.push(await put(gzipSync(tar), "application/vnd.oci.image.layer.v1.tar+gzip"));
    const config = await putJson(
      {
        architecture,
        os: "linux",
        config: { Cmd: ["/bin/cat", `/own-${architecture}`] },
        rootfs: { type: "layers", diff_ids: [digestOf(base), digestOf(own)] },
      },
      "application/vnd.oci.image.config.v1+json",
    );
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = await putJson({ schemaVersion: 2, mediaType, config, layers }, mediaType);
    children.push({ ...manifest, platform: { os: "linux", architecture } });
  }
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const index = await putJson({ schemaVersion: 2, mediaType, manifests: children }, mediaType);
  const [host] = children;
  if (host === undefined) throw new Error("no image was made");
  const named = [
    { ...index, annotations: { "org.opencontainers.image.ref.name": "multi" } },
    { ...host, annotations: { "org.opencontainers.image.ref.name": "one" } },
  ];
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, mediaType, manifests: named }));
  await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  return {
    directory: layout,
    indexDigest: index.digest,
    hostDigest: host.digest,
    childDigests: children.map((child) => child.digest),
  };
}

async function makeFileArchive(directory: string, name: string): Promise<Uint8Array> {
  const archive = join(directory, `${name}.tar`);
  await writeFile(join(directory, name), `${name} ${randomBytes(60_000).toString("base64")}\n`);
  await run(["tar", "--numeric-owner", "--owner=0", "--group=0", "-C", directory, "-cf", archive, name]);
  return await Bun.file(archive).bytes();
}
