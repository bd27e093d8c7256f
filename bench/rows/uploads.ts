// Large uploads, each on a fresh server over an empty data directory that is removed afterwards.
import { BIG_BYTES } from "../dataset.ts";
import { runClient } from "../load/client.ts";
import { download } from "../load/download.ts";
import type { UploadOptions, UploadResult } from "../load/upload-client.ts";
import { absolute, type Context, fraction, type Measure, type Metric, type Sample, times } from "../measure.ts";
import type { Peer } from "../peers/peer.ts";
import { readCpuSeconds, readPeakRssMiB, readRssMiB, resetPeakRss, type Server } from "../peers/process.ts";

const BYTES_PER_GB = 1e9;
const REPOSITORY = "bench/upload";
const WARM_UP_BYTES = 4 * 1024 * 1024;
/** Time that a pull leaves after a push: what a pipeline needs to schedule the next step. */
const PULL_DELAY_MS = 2000;

type Upload = Pick<UploadOptions, "mode" | "streams" | "sizeBytes">;

function upload(server: Server, options: Upload): Promise<UploadResult> {
  return runClient<UploadResult>("upload-client", {
    host: server.host,
    port: server.port,
    repository: REPOSITORY,
    ...options,
  });
}

/** Fresh and warmed: neither peer pays its first-request costs inside the clock. */
function onWarmServer<T>(peer: Peer, work: (server: Server) => Promise<T>): Promise<T> {
  return peer.withScratchServer(async (server) => {
    for (const mode of ["put", "patch"] as const) await upload(server, { mode, streams: 2, sizeBytes: WARM_UP_BYTES });
    return work(server);
  });
}

async function opensslDigest({ dataset }: Context, key: string): Promise<Sample> {
  const startedAt = performance.now();
  const child = Bun.spawn(["openssl", "dgst", "-sha256", dataset.bigFile], { stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error("openssl dgst failed");
  return { values: { [key]: BIG_BYTES / BYTES_PER_GB / ((performance.now() - startedAt) / 1000) } };
}

function cpuMetric(key: string, label: string): Metric {
  return { key, label: `${label}, server CPU-s/GB`, better: "lower", goal: fraction(0.4, 0.25) };
}

function streamMeasure(mode: "put" | "patch", streams: 1 | 4): Measure {
  const name = streams === 1 ? mode : `${mode}-x${streams}`;
  const label = `${mode.toUpperCase()} 512 MiB${streams === 1 ? "" : ` x${streams}`}`;
  const single = streams === 1;
  return {
    name,
    metrics: [
      {
        key: name,
        label: `${label}, GB/s`,

        better: "higher",
        goal: single ? times(3, 5.5) : times(3, 3.7),
        ...(single ? { limit: { name: "openssl" as const, part: 0.55 } } : {}),
      },
      cpuMetric(`${name}-cpu`, label),
    ],
    needs: single ? ["big"] : [],
    run: (peer) =>
      onWarmServer(peer, async (server) => {
        const cpuBefore = readCpuSeconds(server.pid);
        const result = await upload(server, { mode, streams, sizeBytes: BIG_BYTES });
        const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
        const gigabytes = result.sentBytes / BYTES_PER_GB;
        return { values: { [name]: gigabytes / result.seconds, [`${name}-cpu`]: cpuSeconds / gigabytes } };
      }),
    ...(single ? { runLimit: (context: Context) => opensslDigest(context, name) } : {}),
  };
}

export const uploadMeasures: Measure[] = [
  streamMeasure("put", 1),
  streamMeasure("patch", 1),
  streamMeasure("patch", 4),
  {
    name: "upload-rss",
    metrics: [
      {
        key: "upload-rss",
        label: "8 uploads at once, growth of memory, MiB",
        better: "lower",
        goal: absolute(128, 64),
      },
    ],
    needs: [],
    run: (peer, { quick }) =>
      onWarmServer(peer, async (server) => {
        const before = readRssMiB(server.pid);
        resetPeakRss(server.pid);
        await upload(server, { mode: "patch", streams: 8, sizeBytes: quick ? BIG_BYTES / 8 : BIG_BYTES / 2 });
        return { values: { "upload-rss": Math.max(0, readPeakRssMiB(server.pid) - before) } };
      }),
  },
  {
    name: "first-pull",
    metrics: [{ key: "first-pull", label: "first pull 2 s after push, GB/s", better: "higher", goal: times(0.5, 1) }],
    needs: [],
    run: (peer) =>
      onWarmServer(peer, async (server) => {
        const { digests } = await upload(server, { mode: "patch", streams: 1, sizeBytes: BIG_BYTES });
        await Bun.sleep(PULL_DELAY_MS);
        const url = `${server.url}/v2/${REPOSITORY}/blobs/${digests[0]}`;
        const result = await download({ url, readers: 1, transfers: 1 });
        return { values: { "first-pull": result.bytes / BYTES_PER_GB / result.seconds } };
      }),
  },
];
