// A registry of a million blobs: how long its start takes, and whether deleting an image, and collecting what only that
// image had, holds anyone else up. The rows are written into the database of a stopped server, as in `scale.ts`.
import { Database } from "bun:sqlite";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP } from "../dataset.ts";
import { percentile } from "../load/client.ts";
import { expectStatus, HttpConnection } from "../load/http-connection.ts";
import { pushImage } from "../load/images.ts";
import { absolute, type Context, type Measure } from "../measure.ts";
import type { Server } from "../peers/process.ts";

const BLOB_COUNT = 1_000_000;
const LAYERS = 100;
/** One after another, so that each is a collection of its own. */
const DELETIONS = 20;
const PROBE_EVERY_MS = 1;
const NUMBERS = "with recursive n (i) as (select 0 union all select i + 1 from n where i < ? - 1)";

/** Images of 100 layers each that share nothing; the files of those that will be deleted are there too. */
function fill(dataDirectory: string): void {
  const database = new Database(join(dataDirectory, "berth.db"));
  const repository = "(select id from repositories limit 1)";
  const firstBlob = "(select max(id) from blobs where size_bytes <> 1)";
  const firstManifest = "(select min(id) from manifests)";
  database.transaction(() => {
    database
      .query(
        `${NUMBERS} insert into blobs (digest, size_bytes, state, created_at, verified_at, storage_key)
         select 'sha256:' || printf('%064x', i), 1, 'live', 0, ?, 'blobs/00/' || printf('%032x', i) from n`,
      )
      .run(BLOB_COUNT, Date.now());
    database
      .query(
        `${NUMBERS} insert into repository_blobs (blob_id, repository_id, created_at)
         select ${firstBlob} + 1 + i, ${repository}, 0 from n`,
      )
      .run(BLOB_COUNT);
    database
      .query(
        `${NUMBERS} insert into manifests (repository_id, digest, media_type, size_bytes, created_at, content)
         select ${repository}, 'sha256:' || printf('%064x', i), 'application/vnd.oci.image.manifest.v1+json', 2, 0, '{}' from n`,
      )
      .run(BLOB_COUNT / LAYERS);
    database
      .query(
        `${NUMBERS} insert into manifest_references (manifest_id, digest, repository_id, kind)
         select ${firstManifest} + 1 + i / ${LAYERS}, 'sha256:' || printf('%064x', i), ${repository}, 'layer' from n`,
      )
      .run(BLOB_COUNT);
  })();
  database.close();
  for (let index = 0; index < DELETIONS * LAYERS; index++) {
    writeFileSync(join(dataDirectory, "blobs/00", hex(index, 32)), "x");
  }
}

/** Asks for a manifest again and again until it is stopped; how long each answer took, in ms. */
async function probe(server: Server, signal: AbortSignal): Promise<number[]> {
  const connection = await HttpConnection.open(server.host, server.port);
  const timesMs: number[] = [];
  while (!signal.aborted) {
    const startedAt = performance.now();
    expectStatus(await connection.request(`GET /v2/${APP}/manifests/latest HTTP/1.1\r\nHost: 127.0.0.1\r\n`), 200);
    timesMs.push(performance.now() - startedAt);
    await Bun.sleep(PROBE_EVERY_MS);
  }
  connection.close();
  return timesMs;
}

/** What an operator's command asks of the server, over the socket in its data directory; the result on its last line. */
async function operate(dataDirectory: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(`http://berth/api/v1/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    unix: join(dataDirectory, "berth.sock"),
  });
  const lines = (await response.text()).trim().split("\n");
  const last: unknown = JSON.parse(lines.at(-1) ?? "null");
  if (typeof last !== "object" || last === null || !("result" in last)) {
    throw new Error(`${path} ended with ${JSON.stringify(last)}`);
  }
  return last.result;
}

/** Deletes an image and everything that only it had; how long that took, in ms. */
async function deleteAndCollect(connection: HttpConnection, dataDirectory: string, index: number): Promise<number> {
  const startedAt = performance.now();
  const head = `DELETE /v2/${APP}/manifests/sha256:${hex(index, 64)} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  expectStatus(await connection.request(head), 202);
  await operate(dataDirectory, "bin/empty", { all: true });
  const report = await operate(dataDirectory, "gc", { now: true });
  const durationMs = performance.now() - startedAt;
  // A GcReport; anything else fails the count.
  const { blobs } = report as { blobs?: number };
  if (blobs !== LAYERS) throw new Error(`${blobs} of ${LAYERS} blobs were collected`);
  return durationMs;
}

async function pushApp({ host, port }: Server, { dataset }: Context): Promise<void> {
  const connection = await HttpConnection.open(host, port);
  await pushImage(connection, APP, "latest", dataset.app);
  connection.close();
}

export const collectionMeasure: Measure = {
  name: "scale-collection",
  metrics: [
    {
      key: "scale-start",
      label: "cold start over 1,000,000 blobs, ms",
      better: "lower",
      goal: absolute(100, 40),
    },
    {
      key: "scale-stall",
      label: "longest wait while images of 1,000,000 blobs are deleted and collected, ms",
      better: "lower",
      goal: absolute(50, 25),
    },
    { key: "scale-collection", label: "delete and collection of an image of 100 layers, p50 ms", better: "lower" },
  ],
  needs: [],
  peers: ["berth"],
  isOptional: true,
  run: (peer, context) =>
    peer.withScratchServer(
      async (server, dataDirectory) => {
        const stop = new AbortController();
        const probing = probe(server, stop.signal);
        const connection = await HttpConnection.open(server.host, server.port);
        const timesMs: number[] = [];
        for (let index = 0; index < DELETIONS; index++) {
          timesMs.push(await deleteAndCollect(connection, dataDirectory, index));
        }
        connection.close();
        stop.abort();
        const waitsMs = await probing;
        timesMs.sort((a, b) => a - b);
        return {
          values: {
            "scale-start": server.startMs,
            "scale-stall": Math.max(...waitsMs),
            "scale-collection": percentile(timesMs, 0.5),
          },
        };
      },
      { prepare: { push: (server) => pushApp(server, context), fill } },
    ),
};

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
