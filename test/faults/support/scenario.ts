// One image of three layers, as each fault test pushes and deletes it: a layer that stays in its row, one that is
// written at once, one that takes the direct lane. Every step is tried whatever became of the one before.

import { digestOf } from "../../support/stored.ts";
import { Client, makeImage, type Outcome } from "./client.ts";
import type { Journal } from "./journal.ts";
import { askOperator } from "./operator.ts";
import type { Random } from "./scale.ts";

const KIB = 1024;
export const LAYERS = [
  { sizeBytes: 5 * KIB, way: "post" },
  { sizeBytes: 300 * KIB, way: "chunked" },
  { sizeBytes: 3 * KIB * KIB, way: "put" },
] as const;

export interface ScenarioImage {
  repository: string;
  tag: string;
  digest: string;
  /** Of its config and its layers. */
  blobs: string[];
}

/** A blob in a repository. */
export interface Link {
  repository: string;
  name: string;
}

export interface Scenario {
  image: ScenarioImage;
  /** What no manifest of its repository names. */
  unnamed: Link[];
  steps: { name: string; run: () => Promise<Outcome> }[];
}

export function pushScenario(
  url: string,
  journal: Journal,
  random: Random,
  repository: string,
  signal: AbortSignal | null = null,
  tag = "pushed",
): Scenario {
  const client = new Client(url, journal, signal);
  const config = random.bytes(300);
  const contents = LAYERS.map(({ sizeBytes, way }) => ({ bytes: random.bytes(sizeBytes + random.below(1000)), way }));
  const describe = (bytes: Uint8Array) => ({ digest: digestOf(bytes), size: bytes.length });
  const image = makeImage(
    describe(config),
    contents.map((it) => describe(it.bytes)),
    `${random.seed}`,
  );
  const blobs = [config, ...contents.map((it) => it.bytes)].map(digestOf);
  const copy = { repository: `${repository}/copy`, name: digestOf(config) };
  return {
    image: { repository, tag, digest: image.digest, blobs },
    unnamed: [copy],
    steps: [
      { name: "push the config", run: () => client.pushBlob(repository, config, "post") },
      ...contents.map(({ bytes, way }) => ({
        name: `push ${bytes.length} bytes by ${way}`,
        run: () => client.pushBlob(repository, bytes, way),
      })),
      { name: "mount a layer", run: () => client.mount(copy.repository, repository, copy.name) },
      { name: "put the manifest", run: () => client.putManifest(repository, image, [tag]) },
    ],
  };
}

/** The other ways of a push: what it makes the server do beside storing it. For after `pushScenario`, in the same repository. */
export function otherPushes(
  url: string,
  journal: Journal,
  random: Random,
  { repository, digest }: ScenarioImage,
  signal: AbortSignal | null = null,
): Scenario["steps"] {
  const client = new Client(url, journal, signal);
  const bytes = random.bytes(40 * KIB);
  const small = random.bytes(200);
  const other = makeImage({ digest: digestOf(small), size: small.length }, [], digest);
  const refused = async (pushed: Promise<Outcome>) => {
    const outcome = await pushed;
    return { ...outcome, acknowledged: outcome.status === 400 };
  };
  return [
    { name: "push by stream", run: () => client.pushBlob(repository, bytes, "stream") },
    { name: "push what is there already", run: () => client.pushBlob(`${repository}/again`, bytes, "chunked") },
    {
      name: "push under a wrong digest",
      run: () => refused(client.pushBlob(repository, random.bytes(20 * KIB), "put", digestOf(random.bytes(8)))),
    },
    { name: "push few bytes in chunks", run: () => client.pushBlob(repository, small, "chunked") },
    { name: "move a tag and add another", run: () => client.putManifest(repository, other, ["pushed", "added"]) },
  ];
}

export function deleteScenario(
  url: string,
  journal: Journal,
  { repository, tag, digest }: ScenarioImage,
  signal: AbortSignal | null = null,
): Scenario["steps"] {
  const client = new Client(url, journal, signal);
  return [
    { name: "delete the tag", run: () => client.deleteTag(repository, tag) },
    { name: "delete the manifest", run: () => client.deleteManifest(repository, digest, [tag]) },
  ];
}

/** What only a deleted image named, and what no manifest ever named: with no lease and no grace it is garbage at once. */
export function garbageScenario(
  url: string,
  journal: Journal,
  random: Random,
  { repository, digest }: ScenarioImage,
): Scenario {
  const client = new Client(url, journal);
  const [config, layer, alone, aloneSmall] = [300, 40 * KIB, 60 * KIB, 100].map((size) => random.bytes(size));
  if (!config || !layer || !alone || !aloneSmall) throw new Error("four were made");
  const describe = (bytes: Uint8Array) => ({ digest: digestOf(bytes), size: bytes.length });
  const made = makeImage(describe(config), [describe(layer)], `garbage beside ${digest}`);
  const image = { repository, tag: "garbage", digest: made.digest, blobs: [config, layer].map(digestOf) };
  return {
    image,
    unnamed: [config, layer, alone, aloneSmall].map((bytes) => ({ repository, name: digestOf(bytes) })),
    steps: [
      ...[config, layer, alone, aloneSmall].map((bytes) => ({
        name: `push ${bytes.length} bytes that will be garbage`,
        run: () => client.pushBlob(repository, bytes, "post"),
      })),
      { name: "put the doomed manifest", run: () => client.putManifest(repository, made, [image.tag]) },
      ...deleteScenario(url, journal, image),
    ],
  };
}

/** One pass of the garbage collector, asked for as an operator does. Once it is over none of `garbage` may be there. */
export function collectScenario(
  dataDirectory: string,
  journal: Journal,
  garbage: readonly Link[],
  signal: AbortSignal | null = null,
): Scenario["steps"] {
  const collect = async (): Promise<Outcome> => {
    const attempt = journal.begin(garbage.map((link) => ({ kind: "blob", ...link, value: null })));
    try {
      await askOperator(dataDirectory, "gc", { now: true }, signal);
      attempt.acknowledge();
      return { acknowledged: true, status: 200, text: "" };
    } catch (error) {
      return { acknowledged: false, status: 0, text: String(error) };
    }
  };
  return [{ name: "collect garbage", run: collect }];
}

/** Runs the steps one after the other. */
export async function runSteps(steps: Scenario["steps"]): Promise<{ name: string; outcome: Outcome }[]> {
  const done = [];
  for (const { name, run } of steps) done.push({ name, outcome: await run() });
  return done;
}
