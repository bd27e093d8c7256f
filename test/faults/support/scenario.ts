// One image of three layers, as each fault test pushes and deletes it: a layer that stays in its row, one that is
// written at once, one that takes the direct lane. Every step is tried whatever became of the one before.

import { digestOf } from "../../support/stored.ts";
import { Client, makeImage, type Outcome } from "./client.ts";
import type { Journal } from "./journal.ts";
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
}

export interface Scenario {
  image: ScenarioImage;
  steps: { name: string; run: () => Promise<Outcome> }[];
}

export function pushScenario(
  url: string,
  journal: Journal,
  random: Random,
  repository: string,
  signal: AbortSignal | null = null,
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
  const tag = "pushed";
  return {
    image: { repository, tag, digest: image.digest },
    steps: [
      { name: "push the config", run: () => client.pushBlob(repository, config, "post") },
      ...contents.map(({ bytes, way }) => ({
        name: `push ${bytes.length} bytes by ${way}`,
        run: () => client.pushBlob(repository, bytes, way),
      })),
      { name: "mount a layer", run: () => client.mount(`${repository}/copy`, repository, describe(config).digest) },
      { name: "put the manifest", run: () => client.putManifest(repository, image, [tag]) },
    ],
  };
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

/** Runs the steps one after the other. */
export async function runSteps(steps: Scenario["steps"]): Promise<{ name: string; outcome: Outcome }[]> {
  const done = [];
  for (const { name, run } of steps) done.push({ name, outcome: await run() });
  return done;
}
