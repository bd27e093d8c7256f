// Lists: tags, catalog and referrers. Latencies are those of one client that asks one request after another.
import { APP, REFERRER_COUNT, REFERRERS, TAG_COUNT, TAGS } from "../dataset.ts";
import { percentile } from "../load/client.ts";
import { expectStatus, HttpConnection } from "../load/http-connection.ts";
import { runWrk } from "../load/wrk.ts";
import { absolute, type Measure, times } from "../measure.ts";
import { readCpuSeconds, type Server } from "../peers/process.ts";

const MAX_PAGES = 100;
const CATALOG_AT_LEAST = 2050;

/** Follows Link from the first page on; the entries that all pages held together. */
async function readPages(connection: HttpConnection, path: string, field: "tags" | "repositories"): Promise<number> {
  let next: string | undefined = path;
  let entries = 0;
  for (let page = 0; next !== undefined && page < MAX_PAGES; page++) {
    const reply = expectStatus(await connection.request(`GET ${next} HTTP/1.1\r\nHost: 127.0.0.1\r\n`), 200);
    const list: unknown = JSON.parse(reply.body);
    // Both lists are objects with an array under a known name; a wrong count fails the row below.
    entries += ((list as Record<string, unknown[] | null>)[field] ?? []).length;
    const link = /\r\nlink: *<([^>]+)>/i.exec(reply.head)?.[1];
    next = link?.replace(/^https?:\/\/[^/]+/, "");
  }
  return entries;
}

type List = { path: string; field: "tags" | "repositories"; atLeast: number };

async function timeList(server: Server, { path, field, atLeast }: List, seconds: number): Promise<number> {
  const connection = await HttpConnection.open(server.host, server.port);
  const timesMs: number[] = [];
  const endsAt = performance.now() + (seconds / 2) * 1000;
  do {
    const startedAt = performance.now();
    const entries = await readPages(connection, path, field);
    timesMs.push(performance.now() - startedAt);
    if (entries < atLeast) throw new Error(`${path} lists ${entries} of ${atLeast}`);
  } while (performance.now() < endsAt);
  connection.close();
  return percentile(
    timesMs.sort((a, b) => a - b),
    0.5,
  );
}

function catalogMeasure(pageSize: number, must: number, ambitious: number): Measure {
  const name = `catalog-n${pageSize}`;
  return {
    name,
    metrics: [
      { key: name, label: `catalog of 2,050, n=${pageSize}, ms`, better: "lower", goal: times(must, ambitious) },
    ],
    needs: ["catalog"],
    run: async ({ server }, { seconds }) => {
      const list: List = { path: `/v2/_catalog?n=${pageSize}`, field: "repositories", atLeast: CATALOG_AT_LEAST };
      return { values: { [name]: await timeList(server, list, seconds) } };
    },
  };
}

export const listMeasures: Measure[] = [
  {
    name: "tags-1000",
    metrics: [
      { key: "tags-1000", label: "tags/list of 1,000, ms", better: "lower", goal: times(4, 10) },
      { key: "tags-1000-rate", label: "tags/list of 1,000, req/s", better: "higher", cpuUnit: "us/request" },
    ],
    needs: ["tags"],
    run: async ({ server }, { seconds }) => {
      // An explicit n: a server may give fewer by default.
      const path = `/v2/${TAGS}/tags/list?n=${TAG_COUNT}`;
      const milliseconds = await timeList(server, { path, field: "tags", atLeast: TAG_COUNT }, seconds);
      const cpuBefore = readCpuSeconds(server.pid);
      const result = await runWrk({ url: `${server.url}${path}`, seconds });
      const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
      return {
        values: { "tags-1000": milliseconds, "tags-1000-rate": result.requests / result.seconds },
        cpu: { "tags-1000-rate": (cpuSeconds / result.requests) * 1e6 },
      };
    },
  },
  {
    name: "tags-paged",
    metrics: [
      {
        key: "tags-paged",
        label: "tags of 1,000 in pages of 100, ms (docker-registry ignores n)",
        better: "lower",
        goal: absolute(2.5, 1.2),
      },
    ],
    needs: ["tags"],
    run: async ({ server }, { seconds }) => {
      const list: List = { path: `/v2/${TAGS}/tags/list?n=100`, field: "tags", atLeast: TAG_COUNT };
      return { values: { "tags-paged": await timeList(server, list, seconds) } };
    },
  },
  catalogMeasure(1000, 30, 60),
  catalogMeasure(100, 100, 200),
  {
    name: "referrers",
    metrics: [
      {
        key: "referrers",
        label: "referrers of one subject, 100 entries, req/s",
        better: "higher",
        goal: absolute(5000, 13_000),
        cpuUnit: "us/request",
      },
    ],
    needs: ["app", "referrers"],
    peers: ["berth"],
    run: async ({ server }, { dataset, seconds }) => {
      const url = `${server.url}/v2/${REFERRERS}/referrers/${dataset.app.manifest.digest}`;
      const list: unknown = await (await fetch(url)).json();
      // The index that the specification defines; anything else fails the count.
      const count = (list as { manifests?: unknown[] }).manifests?.length;
      if (count !== REFERRER_COUNT) throw new Error(`${APP}: ${count} referrers of ${REFERRER_COUNT}`);
      const cpuBefore = readCpuSeconds(server.pid);
      const result = await runWrk({ url, seconds });
      const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
      return {
        values: { referrers: result.requests / result.seconds },
        cpu: { referrers: (cpuSeconds / result.requests) * 1e6 },
      };
    },
  },
];
