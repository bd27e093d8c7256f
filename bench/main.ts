// `npm run bench`: starts docker-registry and Berth on this machine, loads the same data into both, measures them in
// turn for some rounds and prints the medians, the ratios, the servers' CPU and which goals are met.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createDataset, type DatasetPart, loadDataset } from "./dataset.ts";
import type { Context, Measure } from "./measure.ts";
import { isNoisy } from "./noise.ts";
import { createBerth } from "./peers/berth.ts";
import { createDockerRegistry } from "./peers/docker-registry.ts";
import { createEmptyHandler } from "./peers/empty-handler.ts";
import { createNginx } from "./peers/nginx.ts";
import { Peer } from "./peers/peer.ts";
import { Results } from "./results.ts";
import { authenticationMeasures } from "./rows/authentication.ts";
import { downloadMeasures } from "./rows/downloads.ts";
import { collectionMeasure } from "./rows/collection.ts";
import { coldStartMeasure, rssAfterLoadMeasure, warmUp } from "./rows/lifetime.ts";
import { listMeasures } from "./rows/lists.ts";
import { mixMeasures } from "./rows/mixes.ts";
import { pushMeasures } from "./rows/pushes.ts";
import { requestMeasures } from "./rows/requests.ts";
import { scaleMeasures } from "./rows/scale.ts";
import { uploadMeasures } from "./rows/uploads.ts";
import { formatNumber, formatSummary, formatTable } from "./table.ts";

const HELP = `usage: npm run bench -- [options]

  --rounds N        rounds of every row (3)
  --seconds S       length of one timed load (2)
  --only ROWS       rows by name or beginning of a name, separated by commas: --only manifest,put
  --peers NAMES     docker-registry,berth (both)
  --quick           one round of one second
  --list            print the names of the rows
  --directory DIR   where the data directories are made (the system's temporary directory); needs 12 GB
  --json FILE       also write every sample to FILE
  --keep            leave the directory, with the logs of the servers, when done
`;

/** In the order of a round: cold start restarts the servers, and memory after load looks back on the rows before it. */
const MEASURES: Measure[] = [
  coldStartMeasure,
  ...requestMeasures,
  ...authenticationMeasures,
  ...downloadMeasures,
  ...listMeasures,
  ...mixMeasures,
  rssAfterLoadMeasure,
  ...uploadMeasures,
  ...pushMeasures,
  ...scaleMeasures,
  collectionMeasure,
];

function parseOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      peers: { type: "string", default: "docker-registry,berth" },
      quick: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      directory: { type: "string", default: tmpdir() },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const prefixes = values.only?.split(",").map((prefix) => prefix.trim());
  const measures = MEASURES.filter(({ name, isOptional }) =>
    prefixes === undefined ? isOptional !== true : prefixes.some((prefix) => name.startsWith(prefix)),
  );
  if (measures.length === 0) throw new Error(`no row is called ${values.only}; --list prints the names`);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  const seconds = Number(values.seconds ?? (values.quick ? 1 : 2));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number from 1");
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error("--seconds takes a whole number from 1");
  return { ...values, peers: values.peers.split(","), measures, rounds, seconds };
}

type Options = ReturnType<typeof parseOptions>;

function assertPrograms(): void {
  const missing = ["docker-registry", "nginx", "wrk", "curl", "openssl"].filter(
    (program) => Bun.which(program, { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` }) === null,
  );
  if (missing.length > 0)
    throw new Error(
      `not installed: ${missing.join(", ")}; on Debian: apt-get install docker-registry nginx-light wrk curl openssl`,
    );
}

/** One measure on both peers, in an order that changes from measure to measure and from round to round. */
async function runMeasure(
  measure: Measure,
  turn: number,
  peers: Peer[],
  limits: Peer[],
  context: Context,
  results: Results,
): Promise<void> {
  const ordered = turn % 2 === 0 ? peers : peers.toReversed();
  const able = ordered.filter(({ name }) => measure.peers === undefined || measure.peers.some((each) => each === name));
  const limiting = limits.filter(({ name }) => measure.limits?.some((each) => each === name) ?? false);
  for (const peer of [...able, ...limiting]) {
    try {
      results.add(peer.name, measure, await measure.run(peer, context));
    } catch (error) {
      // A row that fails is said in the table; the others still count.
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`${measure.name} on ${peer.name} failed: ${reason}`);
      results.add(peer.name, measure, { skipped: "failed" });
    }
  }
  if (measure.runLimit !== undefined) results.add("openssl", measure, await measure.runLimit(context));
}

async function runRounds(options: Options, peers: Peer[], limits: Peer[], context: Context): Promise<Results> {
  const results = new Results();
  for (let round = 0; round < options.rounds; round++) {
    const startedAt = performance.now();
    const noisy: string[] = [];
    let turn = round;
    for (const measure of options.measures) {
      if (isNoisy()) noisy.push(measure.name);
      await runMeasure(measure, turn++, peers, limits, context, results);
    }
    const seconds = formatNumber((performance.now() - startedAt) / 1000);
    const note =
      noisy.length === 0 ? "quiet" : `NOISY before ${noisy.join(", ")}: trust CPU figures there, not the clock`;
    console.error(`round ${round + 1} of ${options.rounds}: ${seconds} s, ${note}`);
  }
  return results;
}

async function loadPeers(peers: Peer[], context: Context, parts: Set<DatasetPart>): Promise<void> {
  for (const peer of peers) {
    const server = await peer.start();
    const startedAt = performance.now();
    await loadDataset(server, context.dataset, parts);
    await warmUp(server.url);
    console.error(`${peer.name}: data loaded in ${formatNumber((performance.now() - startedAt) / 1000)} s`);
  }
}

async function main(options: Options): Promise<number> {
  assertPrograms();
  const startedAt = performance.now();
  const directory = mkdtempSync(join(options.directory, "berth-bench-"));
  const nginx = new Peer(createNginx(directory), directory);
  const limits = [nginx, new Peer(createEmptyHandler(directory), directory)];
  const peers = [
    new Peer(createDockerRegistry(directory), directory),
    new Peer(createBerth(directory), directory),
  ].filter(({ name }) => options.peers.includes(name));
  const finish = async (): Promise<void> => {
    await Promise.all([...peers, ...limits].map((peer) => peer.stop()));
    if (!options.keep) rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void finish().then(() => process.exit(130)));
  try {
    const parts = new Set(options.measures.flatMap((measure) => measure.needs));
    const dataset = createDataset(nginx.dataDirectory, parts);
    const context: Context = { seconds: options.seconds, quick: options.quick, directory, dataset };
    for (const limit of limits) await limit.start();
    await loadPeers(peers, context, parts);
    const results = await runRounds(options, peers, limits, context);
    console.log(formatTable(options.measures, results));
    console.log(`\n${formatSummary(options.measures, results)}`);
    console.log(
      `${options.rounds} rounds of ${options.seconds} s loads, ${formatNumber((performance.now() - startedAt) / 1000)} s in all`,
    );
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
    return 0;
  } finally {
    await finish();
    if (options.keep) console.error(`kept: ${directory}`);
  }
}

try {
  const options = parseOptions();
  if (options.help) console.log(HELP);
  else if (options.list)
    for (const { name, metrics } of MEASURES) console.log(`${name.padEnd(22)}${metrics[0]?.label ?? ""}`);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
