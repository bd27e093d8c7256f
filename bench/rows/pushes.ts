// Many small writes: image pushes, mounts, and the re-push of an image that is already there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LAYERS20 } from "../dataset.ts";
import { percentile, runClient } from "../load/client.ts";
import { expectStatus, HttpConnection } from "../load/http-connection.ts";
import { createImageMaker, mountBlob, pushBlob, putManifest } from "../load/images.ts";
import type { PushOptions, PushResult } from "../load/push-client.ts";
import { runWrk } from "../load/wrk.ts";
import { absolute, type Measure, times } from "../measure.ts";
import { readCpuSeconds, type Server } from "../peers/process.ts";

const SMALL_LAYERS_BYTES = [4096, 4096];
const MOUNT_BLOBS = 32;
const FSYNC_IMAGES = 200;
/** Half a second of pushes by two clients is too little for a compiler at run time to see what is called often. */
const WARM_UP = { images: 500, seconds: 5 };

type Push = Pick<PushOptions, "clients" | "seconds" | "layerSizesBytes" | "images">;

function push(server: Server, options: Push): Promise<PushResult> {
  return runClient<PushResult>("push-client", { host: server.host, port: server.port, ...options });
}

function pushMeasure(name: string, label: string, load: Omit<Push, "seconds">, goals: [number, number]): Measure {
  return {
    name,
    metrics: [
      { key: name, label: `${label}, images/s`, better: "higher", goal: times(...goals), cpuUnit: "ms/image" },
      { key: `${name}-p50`, label: `${label}, p50 ms`, better: "lower" },
    ],
    needs: [],
    run: (peer, { seconds }) =>
      peer.withScratchServer(async (server) => {
        await push(server, { ...load, ...WARM_UP });
        const cpuBefore = readCpuSeconds(server.pid);
        const result = await push(server, { ...load, seconds });
        const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
        return {
          values: { [name]: result.images / result.seconds, [`${name}-p50`]: result.p50Ms },
          cpu: { [name]: (cpuSeconds / result.images) * 1000 },
        };
      }),
  };
}

async function countSyncs(server: Server, directory: string): Promise<number> {
  const output = mkdtempSync(join(directory, "strace-"));
  const file = join(output, "trace");
  const calls = "trace=fsync,fdatasync,sync_file_range,syncfs,msync";
  const tracer = Bun.spawn(["strace", "-f", "-q", "-e", calls, "-o", file, "-p", String(server.pid)], {
    stderr: "ignore",
  });
  await Bun.sleep(500);
  if (tracer.exitCode !== null) throw new Error("strace cannot attach here");
  const result = await push(server, {
    clients: 32,
    seconds: 30,
    images: FSYNC_IMAGES,
    layerSizesBytes: SMALL_LAYERS_BYTES,
  });
  tracer.kill("SIGINT");
  await tracer.exited;
  const count = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => /^\d+ +(fsync|fdatasync|sync_file_range|syncfs|msync)\(/.test(line)).length;
  rmSync(output, { recursive: true });
  return count / result.images;
}

/** The checks and the manifest of an image of 20 layers that the registry holds already, one after another. */
async function repush(
  server: Server,
  seconds: number,
  digests: string[],
  manifest: { digest: string; bytes: Uint8Array },
): Promise<number> {
  const connection = await HttpConnection.open(server.host, server.port);
  const timesMs: number[] = [];
  const endsAt = performance.now() + (seconds / 2) * 1000;
  while (performance.now() < endsAt) {
    const startedAt = performance.now();
    for (const digest of digests) {
      expectStatus(
        await connection.request(`HEAD /v2/${LAYERS20}/blobs/${digest} HTTP/1.1\r\nHost: 127.0.0.1\r\n`),
        200,
      );
    }
    await putManifest(connection, LAYERS20, "latest", manifest);
    timesMs.push(performance.now() - startedAt);
  }
  connection.close();
  return percentile(
    timesMs.sort((a, b) => a - b),
    0.5,
  );
}

const mountMeasure: Measure = {
  name: "mounts",
  metrics: [
    { key: "mounts", label: "cross-repository mounts/s", better: "higher", goal: times(15, 35), cpuUnit: "us/request" },
  ],
  needs: [],
  run: (peer, { seconds }) =>
    peer.withScratchServer(async (server) => {
      const connection = await HttpConnection.open(server.host, server.port);
      const { layers } = createImageMaker(Array.from({ length: MOUNT_BLOBS }, () => 4096))();
      for (const layer of layers) await pushBlob(connection, "mount/source", layer);
      const digests = layers.map((layer) => layer.digest);
      // A mount that is refused answers 202, which wrk would count: one is checked by hand before and one after.
      await mountBlob(connection, "mount/checked", digests[0] ?? "", "mount/source");
      const cpuBefore = readCpuSeconds(server.pid);
      const result = await runWrk({ url: server.url, seconds, script: ["mount", "mount/source", ...digests] });
      const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
      if (result.errors > 0) throw new Error(`${result.errors} mounts failed`);
      const sampled = Math.max(0, Math.floor(result.requests / MOUNT_BLOBS) - 2);
      const head = `HEAD /v2/mount/target-${sampled}/blobs/${digests[0]} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
      expectStatus(await connection.request(head), 200);
      connection.close();
      return {
        values: { mounts: result.requests / result.seconds },
        cpu: { mounts: (cpuSeconds / result.requests) * 1e6 },
      };
    }),
};

export const pushMeasures: Measure[] = [
  pushMeasure(
    "push-small",
    "push of small images, 32 clients",
    { clients: 32, layerSizesBytes: SMALL_LAYERS_BYTES },
    [15, 30],
  ),
  pushMeasure("push-1m", "push of 1 MiB images, 2 clients", { clients: 2, layerSizesBytes: [1024 * 1024] }, [4, 6]),
  mountMeasure,
  {
    name: "repush-20",
    metrics: [{ key: "repush-20", label: "re-push of 20 layers, ms", better: "lower", goal: times(7, 15) }],
    needs: ["layers20"],
    run: async ({ server }, { dataset, seconds }) => {
      const { config, layers, manifest } = dataset.layered;
      const digests = [config, ...layers].map((blob) => blob.digest);
      return { values: { "repush-20": await repush(server, seconds, digests, manifest) } };
    },
  },
  {
    name: "fsyncs",
    metrics: [
      { key: "fsyncs", label: "fsyncs for one small image, 32 clients", better: "lower", goal: absolute(8, 1) },
    ],
    needs: [],
    run: async (peer, { directory }) => {
      if (Bun.which("strace") === null) return { skipped: "strace is not installed" };
      return peer.withScratchServer(async (server) => ({ values: { fsyncs: await countSyncs(server, directory) } }));
    },
  },
];
