// Small reads at 32 connections: version check, manifests, blobs and ranges.
import { APP, BIG, BIG_BYTES } from "../dataset.ts";
import { runClient } from "../load/client.ts";
import type { HeadResult } from "../load/head-client.ts";
import { MANIFEST_MEDIA_TYPE } from "../load/images.ts";
import { runWrk } from "../load/wrk.ts";
import { absolute, type Context, type Measure, type Metric, type Sample, times } from "../measure.ts";
import type { LimitName } from "../peers/names.ts";
import { readCpuSeconds, type Server } from "../peers/process.ts";

const CONNECTIONS = 32;
const RANGE_BYTES = 64 * 1024;
const ACCEPT_MANIFEST = { Accept: MANIFEST_MEDIA_TYPE };

type Request = { method: "GET" | "HEAD"; path: string; headers?: Record<string, string>; script?: string[] };

/** Requests a second, latencies and the server's CPU for one kind of request. */
export async function loadRequests(server: Server, name: string, request: Request, seconds: number): Promise<Sample> {
  const { method, path, headers = {}, script = [] } = request;
  const cpuBefore = readCpuSeconds(server.pid);
  const result =
    method === "GET"
      ? await runWrk({ url: `${server.url}${path}`, seconds, connections: CONNECTIONS, headers, script })
      : await runClient<HeadResult>("head-client", {
          host: server.host,
          port: server.port,
          path,
          headers,
          connections: CONNECTIONS,
          seconds,
        });
  const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
  if (result.requests === 0 || result.errors > 0) {
    throw new Error(`${method} ${path}: ${result.requests} requests, ${result.errors} errors`);
  }
  return {
    values: { [name]: result.requests / result.seconds, [`${name}-p50`]: result.p50Ms, [`${name}-p99`]: result.p99Ms },
    cpu: { [name]: (cpuSeconds / result.requests) * 1e6 },
  };
}

function rateMetric(key: string, label: string, must: number, ambitious: number): Metric {
  return { key, label: `${label}, req/s`, better: "higher", goal: times(must, ambitious), cpuUnit: "us/request" };
}

function latencyMetrics(key: string, label: string): Metric[] {
  return [
    { key: `${key}-p50`, label: `${label}, p50 ms`, better: "lower" },
    { key: `${key}-p99`, label: `${label}, p99 ms`, better: "lower", goal: times(12, 25) },
  ];
}

function withLimit(metric: Metric, name: LimitName, part: number): Metric {
  return { ...metric, limit: { name, part } };
}

function manifestMeasure(name: string, method: "GET" | "HEAD", by: "tag" | "digest"): Measure {
  const label = `${method} manifest by ${by}`;
  const rate = { ...rateMetric(name, label, 20, 38), cpuAtMost: 15 };
  return {
    name,
    metrics: [withLimit(rate, "empty handler", 0.65), ...latencyMetrics(name, label)],
    needs: ["app"],
    limits: ["empty handler"],
    run: ({ server }, { dataset, seconds }) => {
      const reference = by === "tag" ? "latest" : dataset.app.manifest.digest;
      const path = `/v2/${APP}/manifests/${reference}`;
      return loadRequests(server, name, { method, path, headers: ACCEPT_MANIFEST }, seconds);
    },
  };
}

function blobPath({ dataset }: Context): string {
  return `/v2/${APP}/blobs/${dataset.smallBlob.digest}`;
}

export const requestMeasures: Measure[] = [
  {
    name: "v2",
    metrics: [withLimit(rateMetric("v2", "GET /v2/", 20, 35), "empty handler", 0.8)],
    needs: [],
    limits: ["empty handler"],
    run: ({ server }, { seconds }) => loadRequests(server, "v2", { method: "GET", path: "/v2/" }, seconds),
  },
  manifestMeasure("manifest-get-tag", "GET", "tag"),
  manifestMeasure("manifest-get-digest", "GET", "digest"),
  manifestMeasure("manifest-head-tag", "HEAD", "tag"),
  manifestMeasure("manifest-head-digest", "HEAD", "digest"),
  {
    name: "blob-head",
    metrics: [rateMetric("blob-head", "HEAD blob", 18, 35)],
    needs: ["app"],
    run: ({ server }, context) =>
      loadRequests(server, "blob-head", { method: "HEAD", path: blobPath(context) }, context.seconds),
  },
  {
    name: "blob-get-4k",
    metrics: [
      withLimit(rateMetric("blob-get-4k", "GET blob of 4 KiB", 40, 75), "nginx", 0.8),
      { key: "blob-get-4k-p99", label: "GET blob of 4 KiB, p99 ms", better: "lower" },
    ],
    needs: ["app"],
    limits: ["nginx"],
    run: ({ server }, context) =>
      loadRequests(server, "blob-get-4k", { method: "GET", path: blobPath(context) }, context.seconds),
  },
  {
    name: "blob-range-64k",
    metrics: [
      withLimit(rateMetric("blob-range-64k", "GET range of 64 KiB", 20, 36), "nginx", 1),
      { key: "blob-range-64k-p99", label: "GET range of 64 KiB, p99 ms", better: "lower" },
    ],
    needs: ["big"],
    limits: ["nginx"],
    run: ({ server }, { dataset, seconds }) =>
      loadRequests(
        server,
        "blob-range-64k",
        {
          method: "GET",
          path: `/v2/${BIG}/blobs/${dataset.bigDigest}`,
          script: ["range", String(BIG_BYTES), String(RANGE_BYTES)],
        },
        seconds,
      ),
  },
  {
    name: "connections-1000",
    metrics: [
      {
        key: "rate",
        label: "1,000 connections, GET manifest, req/s",
        better: "higher",
        goal: times(15, 30),
        cpuUnit: "us/request",
      },
      { key: "errors", label: "1,000 connections, errors and timeouts", better: "lower", goal: absolute(0, 0) },
      { key: "p99", label: "1,000 connections, p99 ms", better: "lower" },
    ],
    needs: ["app"],
    run: async ({ server }, { seconds }) => {
      const cpuBefore = readCpuSeconds(server.pid);
      const url = `${server.url}/v2/${APP}/manifests/latest`;
      const result = await runWrk({ url, seconds, connections: 1000, headers: ACCEPT_MANIFEST });
      const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
      return {
        values: { rate: result.requests / result.seconds, errors: result.errors + result.timeouts, p99: result.p99Ms },
        cpu: { rate: (cpuSeconds / result.requests) * 1e6 },
      };
    },
  },
];
