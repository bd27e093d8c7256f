// The data that both peers hold: made once, then loaded into each over HTTP, so that the servers store the same bytes.
import { mkdirSync, writeFileSync } from "node:fs";
import { closeSync, openSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { runClient } from "./load/client.ts";
import { HttpConnection } from "./load/http-connection.ts";
import {
  type Blob,
  composeImage,
  digestOf,
  type Image,
  jsonBlob,
  mountBlob,
  pushBlob,
  pushImage,
  putManifest,
} from "./load/images.ts";
import {
  BLOCK_BYTES,
  digestOfBlocks,
  makeBlocks,
  type UploadOptions,
  type UploadResult,
} from "./load/upload-client.ts";
import type { Server } from "./peers/process.ts";

export type DatasetPart = "app" | "big" | "tags" | "catalog" | "layers20" | "referrers";

export const APP = "bench/app";
export const BIG = "bench/big";
export const TAGS = "bench/tags";
export const LAYERS20 = "bench/layers20";
export const REFERRERS = "bench/referrers";
export const BIG_BYTES = 512 * BLOCK_BYTES;
export const SMALL_BLOB_BYTES = 4096;
export const TAG_COUNT = 1000;
export const REFERRER_COUNT = 100;
const CATALOG_COUNT = 2050;
const BIG_SEED = 20_26;
const LOADERS = 16;
const EMPTY_MEDIA_TYPE = "application/vnd.oci.empty.v1+json";

export type Dataset = {
  app: Image;
  /** 20 layers. */
  layered: Image;
  smallBlob: Blob;
  bigDigest: string;
  /** The 512 MiB blob as a file, for openssl and nginx. */
  bigFile: string;
};

function randomLayer(): Blob {
  const bytes = randomBytes(SMALL_BLOB_BYTES);
  return { digest: digestOf(bytes), bytes };
}

/** Also writes the static files that nginx serves, at the paths of the registry API. */
export function createDataset(nginxRoot: string, parts: Set<DatasetPart>): Dataset {
  const app = composeImage(Array.from({ length: 5 }, randomLayer), "app");
  const smallBlob = app.layers[0];
  if (smallBlob === undefined) throw new Error("the image has no layer");
  const layered = composeImage(Array.from({ length: 20 }, randomLayer), "layers20");

  const appBlobs = join(nginxRoot, "v2", APP, "blobs");
  mkdirSync(appBlobs, { recursive: true });
  writeFileSync(join(appBlobs, smallBlob.digest), smallBlob.bytes);

  const { first, rest } = makeBlocks(BIG_SEED);
  const bigDigest = parts.has("big") ? digestOfBlocks(first, rest, BIG_BYTES) : "";
  const bigBlobs = join(nginxRoot, "v2", BIG, "blobs");
  const bigFile = join(bigBlobs, bigDigest);
  if (parts.has("big")) {
    mkdirSync(bigBlobs, { recursive: true });
    const file = openSync(bigFile, "w");
    for (let done = 0; done < BIG_BYTES; done += BLOCK_BYTES) writeSync(file, done === 0 ? first : rest);
    closeSync(file);
  }
  return { app, layered, smallBlob, bigDigest, bigFile };
}

export async function loadDataset(server: Server, dataset: Dataset, parts: Set<DatasetPart>): Promise<void> {
  const connections = await Promise.all(
    Array.from({ length: LOADERS }, () => HttpConnection.open(server.host, server.port)),
  );
  const [connection] = connections;
  if (connection === undefined) throw new Error("no connection");
  const { app, layered } = dataset;
  try {
    await pushImage(connection, APP, "latest", app);
    if (parts.has("layers20")) await pushImage(connection, LAYERS20, "latest", layered);
    if (parts.has("big")) await uploadBig(server);
    if (parts.has("tags")) {
      await pushImage(connection, TAGS, "latest", app);
      const tags = Array.from({ length: TAG_COUNT - 1 }, (_, index) => `v1.${index}.0`);
      await forEach(connections, tags, (each, tag) => putManifest(each, TAGS, tag, app.manifest));
    }
    if (parts.has("catalog")) {
      const minimal = composeImage([], "catalog");
      await pushBlob(connection, APP, minimal.config);
      const names = Array.from({ length: CATALOG_COUNT }, (_, index) => `team-${index % 40}/service-${index}`);
      await forEach(connections, names, async (each, name) => {
        await mountBlob(each, name, minimal.config.digest, APP);
        await putManifest(each, name, "latest", minimal.manifest);
      });
    }
    if (parts.has("referrers")) await loadReferrers(connections, connection, app);
  } finally {
    for (const each of connections) each.close();
  }
}

async function uploadBig(server: Server): Promise<void> {
  const options: UploadOptions = {
    host: server.host,
    port: server.port,
    repository: BIG,
    streams: 1,
    sizeBytes: BIG_BYTES,
    mode: "put",
    seed: BIG_SEED,
  };
  await runClient<UploadResult>("upload-client", options);
}

async function loadReferrers(connections: HttpConnection[], first: HttpConnection, app: Image): Promise<void> {
  const empty = jsonBlob({});
  await pushImage(first, REFERRERS, "latest", app);
  await pushBlob(first, REFERRERS, empty);
  const manifests = Array.from({ length: REFERRER_COUNT }, (_, index) =>
    jsonBlob({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.example.signature",
      config: { mediaType: EMPTY_MEDIA_TYPE, digest: empty.digest, size: empty.bytes.length },
      layers: [{ mediaType: EMPTY_MEDIA_TYPE, digest: empty.digest, size: empty.bytes.length }],
      subject: {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: app.manifest.digest,
        size: app.manifest.bytes.length,
      },
      annotations: { number: String(index) },
    }),
  );
  await forEach(connections, manifests, (each, manifest) => putManifest(each, REFERRERS, manifest.digest, manifest));
}

async function forEach<T>(
  connections: HttpConnection[],
  items: T[],
  work: (connection: HttpConnection, item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      for (let index = next++; index < items.length; index = next++) {
        const item = items[index];
        if (item !== undefined) await work(connection, item);
      }
    }),
  );
}
