// Pages of very long lists: a million tags, a million repositories, 100,000 referrers. Such data would take an hour to
// push, so they are written into the database of a server that is stopped. Rows run only when they are asked for.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { APP } from "../dataset.ts";
import { percentile } from "../load/client.ts";
import { expectStatus, HttpConnection } from "../load/http-connection.ts";
import { pushImage } from "../load/images.ts";
import { absolute, type Context, type Measure } from "../measure.ts";
import { readCpuSeconds, type Server } from "../peers/process.ts";

const TAG_COUNT = 1_000_000;
const REPOSITORY_COUNT = 1_000_000;
const REFERRER_COUNT = 100_000;
/** The longest page that a client can ask for. */
const PAGE = 1000;
const PAGES = 500;

type Scale = {
  name: string;
  label: string;
  /** Writes the rows; the repository of `APP` and its image are there. */
  insert: (database: Database) => void;
  /** A page that begins at this part (0 to 1) of the list. */
  path: (at: number, subject: string) => string;
};

const scales: Scale[] = [
  {
    name: "scale-tags",
    label: "page of 1,000 of 1,000,000 tags",
    insert: (database) => {
      database
        .query(
          `with recursive n (i) as (select 0 union all select i + 1 from n where i < ? - 1)
           insert into tags (repository_id, name, revision, digest, from_at, actor)
           select m.repository_id, printf('v%07d', n.i), 1, m.digest, 0, 'bench' from n
           cross join (select repository_id, digest from manifests limit 1) m`,
        )
        .run(TAG_COUNT);
    },
    path: (at) => `/v2/${APP}/tags/list?n=${PAGE}&last=v${sevenDigits(at * (TAG_COUNT - PAGE))}`,
  },
  {
    name: "scale-catalog",
    label: "page of 1,000 of 1,000,000 repositories",
    insert: (database) => {
      database
        .query(
          `with recursive n (i) as (select 0 union all select i + 1 from n where i < ? - 1)
           insert into repositories (namespace_id, name, created_at)
           select (select min(id) from namespaces), printf('scale/service-%07d', i), 0 from n`,
        )
        .run(REPOSITORY_COUNT);
    },
    path: (at) => `/v2/_catalog?n=${PAGE}&last=scale/service-${sevenDigits(at * (REPOSITORY_COUNT - PAGE))}`,
  },
  {
    name: "scale-referrers",
    label: "page of 1,000 of 100,000 referrers",
    insert: (database) => {
      database
        .query(
          `with recursive n (i) as (select 0 union all select i + 1 from n where i < ? - 1)
           insert into manifests (repository_id, digest, media_type, artifact_type, subject_digest, annotations,
             size_bytes, created_at, content)
           select m.repository_id, 'sha256:' || lower(hex(randomblob(32))),
             'application/vnd.oci.image.manifest.v1+json', 'application/vnd.example.signature', m.digest,
             '{"org.opencontainers.image.created":"2026-01-01T00:00:00Z"}', 700, 0, randomblob(700) from n
           cross join (select repository_id, digest from manifests limit 1) m`,
        )
        .run(REFERRER_COUNT);
    },
    path: (at, subject) =>
      `/v2/${APP}/referrers/${subject}?n=${PAGE}&last=sha256:${Math.floor(at * 0.98 * 2 ** 32)
        .toString(16)
        .padStart(8, "0")}`,
  },
];

/** One client asks for one page after another, each somewhere else in the list. */
async function timePages(server: Server, { path }: Scale, subject: string): Promise<{ p50: number; p99: number }> {
  const connection = await HttpConnection.open(server.host, server.port);
  const timesMs: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    // Steps by the golden ratio never meet the same place twice.
    const at = (page * 0.618_033_988_75) % 1;
    const request = `GET ${path(at, subject)} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    const startedAt = performance.now();
    const { body } = expectStatus(await connection.request(request), 200);
    timesMs.push(performance.now() - startedAt);
    const list: unknown = JSON.parse(body);
    // Every list is an object with one array.
    const entries = Object.values(list as Record<string, unknown>).find(Array.isArray);
    if (entries?.length !== PAGE) throw new Error(`a page holds ${entries?.length} of ${PAGE} entries`);
  }
  connection.close();
  timesMs.sort((a, b) => a - b);
  return { p50: percentile(timesMs, 0.5), p99: percentile(timesMs, 0.99) };
}

async function pushApp({ host, port }: Server, { dataset }: Context): Promise<void> {
  const connection = await HttpConnection.open(host, port);
  await pushImage(connection, APP, "latest", dataset.app);
  connection.close();
}

export const scaleMeasures: Measure[] = scales.map((scale) => ({
  name: scale.name,
  metrics: [
    {
      key: `${scale.name}-p50`,
      label: `${scale.label}, p50 ms`,
      better: "lower",
      cpuUnit: "us/request",
    },
    { key: `${scale.name}-p99`, label: `${scale.label}, p99 ms`, better: "lower", goal: absolute(25, 10) },
  ],
  needs: [],
  peers: ["berth"],
  isOptional: true,
  run: (peer, context) =>
    peer.withScratchServer(
      async (server) => {
        const cpuBefore = readCpuSeconds(server.pid);
        const { p50, p99 } = await timePages(server, scale, context.dataset.app.manifest.digest);
        const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
        return {
          values: { [`${scale.name}-p50`]: p50, [`${scale.name}-p99`]: p99 },
          cpu: { [`${scale.name}-p50`]: (cpuSeconds / PAGES) * 1e6 },
        };
      },
      {
        prepare: {
          push: (server) => pushApp(server, context),
          fill: (dataDirectory) => {
            const database = new Database(join(dataDirectory, "berth.db"));
            scale.insert(database);
            database.close();
          },
        },
      },
    ),
}));

function sevenDigits(value: number): string {
  return String(Math.floor(value)).padStart(7, "0");
}
