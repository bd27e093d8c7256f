// Tags are linearizable: 32 clients put, read and delete a few tags at once, on SQLite and on two servers that share one
// PostgreSQL and one storage directory; every tag's history must have an order that explains each answer.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { checkByFsck } from "./support/checker.ts";
import { judge, type Call, type Step, type Value } from "./support/history.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

/** Over both databases together. */
const OPERATIONS = amount("TAG_OPERATIONS", { short: 8_000, ci: 80_000, full: 160_000 });
const CLIENTS = 32;
const TAGS = 8;
/** After each round all is quiet, and each tag's value is known again. */
const OPERATIONS_PER_ROUND = 2_000;
const REPOSITORY = "linear/app";
const INDEX = "application/vnd.oci.image.index.v1+json";
const LIMIT_MS = 20_000;

interface Clients {
  urls: readonly string[];
  random: Random;
  writes: number;
}

async function ask(url: string, method: string, tag: string, body: string | null): Promise<Response> {
  const headers: Record<string, string> = body === null ? {} : { "content-type": INDEX };
  const signal = AbortSignal.timeout(LIMIT_MS);
  return await fetch(`${url}/v2/${REPOSITORY}/manifests/${tag}`, { method, body, headers, signal });
}

/** A manifest that nothing else has written: its digest tells which put a read saw. */
function newManifest(clients: Clients): string {
  clients.writes += 1;
  const mark = `${clients.random.seed}-${clients.writes}`;
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { mark } });
}

async function readTag(url: string, tag: string, method = "HEAD"): Promise<Value> {
  const response = await ask(url, method, tag, null);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status === 404) return null;
  if (response.status !== 200) throw new Error(`${method} of ${tag}: ${response.status}`);
  const digest = response.headers.get("docker-content-digest");
  if (method === "GET") expect(digestOf(bytes)).toBe(digest ?? "");
  return digest;
}

/** One operation at a server of its choice, with the time before it was sent and after its answer had come. */
async function operate(clients: Clients, random: Random, tag: string): Promise<Call> {
  const url = random.pick(clients.urls);
  const draw = random.next();
  const body = draw < 0.35 ? newManifest(clients) : null;
  const digest = body === null ? "" : digestOf(new TextEncoder().encode(body));
  const begunAt = performance.now();
  let step: Step;
  if (body !== null) {
    const { status } = await ask(url, "PUT", tag, body);
    if (status !== 201) throw new Error(`PUT of ${tag}: ${status}`);
    step = { kind: "write", value: digest };
  } else if (draw < 0.42) {
    const { status } = await ask(url, "DELETE", tag, null);
    if (status !== 202 && status !== 404) throw new Error(`DELETE of ${tag}: ${status}`);
    step = { kind: status === 202 ? "remove" : "miss" };
  } else {
    step = { kind: "read", value: await readTag(url, tag, draw < 0.7 ? "GET" : "HEAD") };
  }
  return { ...step, begunAt, endedAt: performance.now() };
}

async function runRound(
  clients: Clients,
  round: number,
  operations: number,
  initial: Map<string, Value>,
  where: string,
) {
  const histories = new Map<string, Call[]>(Array.from({ length: TAGS }, (_, number) => [`t${number}`, []]));
  const tags = [...histories.keys()];
  let left = operations;
  const work = async (random: Random) => {
    while (left > 0) {
      left -= 1;
      const tag = random.pick(tags);
      histories.get(tag)?.push(await operate(clients, random, tag));
    }
  };
  await Promise.all(
    Array.from({ length: CLIENTS }, (_, number) => work(clients.random.fork(round * CLIENTS + number))),
  );
  for (const [tag, calls] of histories) {
    const final = await readTag(clients.urls[round % clients.urls.length] ?? "", tag);
    const now = performance.now();
    calls.push({ kind: "read", value: final, begunAt: now, endedAt: now });
    const verdict = judge(calls, initial.get(tag) ?? null);
    if (verdict.isOpen) throw new Error(`${where}, round ${round}: the history of ${tag} is too tangled to judge`);
    const shown = calls
      .sort((a, b) => a.begunAt - b.begunAt)
      .slice(Math.max(0, verdict.longest - 10), verdict.longest + 20);
    expect(verdict.isLinearizable, `${where}, round ${round}, tag ${tag}: ${JSON.stringify(shown)}`).toBe(true);
    initial.set(tag, final);
  }
}

async function runAll(nodes: readonly Berth[], name: string, operations: number): Promise<void> {
  const urls = nodes.map((it) => it.url);
  const random = startRandom(`linearizable tags on ${name}`);
  const clients: Clients = { urls, random, writes: 0 };
  const initial = new Map<string, Value>();
  // So that the repository exists: until then a missing tag is answered otherwise.
  const made = await ask(urls[0] ?? "", "PUT", "first", newManifest(clients));
  expect(made.status).toBe(201);
  for (let done = 0; done < operations; done += OPERATIONS_PER_ROUND) {
    const count = Math.min(OPERATIONS_PER_ROUND, operations - done);
    await runRound(clients, done / OPERATIONS_PER_ROUND, count, initial, `seed ${random.seed}`);
  }
  for (const { dataDirectory } of nodes) {
    expect(await checkByFsck(dataDirectory, true), `seed ${random.seed}, at the end`).toEqual([]);
  }
  console.error(`${name}: ${operations} operations, ${clients.writes} of them puts`);
}

test(
  `${OPERATIONS / 2} operations on SQLite`,
  async () => {
    const berth = await startBerth({ env: { BERTH_LOG_ACCESS: "false" } });
    try {
      await runAll([berth], "SQLite", OPERATIONS / 2);
      expect(await berth.stop()).toBe(0);
    } finally {
      await berth.kill();
    }
  },
  60_000 + OPERATIONS * 10,
);

const reason = lackingPostgres();
if (reason !== null) console.error(`skip: two servers on PostgreSQL: ${reason}`);
describe.skipIf(reason !== null)("two servers on PostgreSQL", () => {
  let postgres: Postgres | null = null;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await postgres?.stop();
  });

  test(
    `${OPERATIONS / 2} operations`,
    async () => {
      const directory = await makeTemporaryDirectory("linear");
      const url = (await postgres?.createDatabase()) ?? "";
      const env = {
        BERTH_DATABASE_DRIVER: "postgres",
        BERTH_DATABASE_URL: url,
        BERTH_STORAGE_DIRECTORY: directory.join("storage"),
        BERTH_LOG_ACCESS: "false",
      };
      const nodes: Berth[] = [];
      try {
        for (const name of ["one", "two"]) nodes.push(await startBerth({ dataDirectory: directory.join(name), env }));
        await runAll(nodes, "two servers on PostgreSQL", OPERATIONS / 2);
        for (const node of nodes) expect(await node.stop()).toBe(0);
      } finally {
        for (const node of nodes) await node.kill();
        await directory.remove();
      }
    },
    60_000 + OPERATIONS * 20,
  );
});
