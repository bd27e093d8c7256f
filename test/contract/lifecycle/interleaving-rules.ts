// Pushers that share layers, mount, delete and restore, beside collectors that leave nothing any time: what is served is
// whole, and nothing is left when all of it is deleted.

import { expect, test } from "bun:test";
import { OPEN_ANONYMOUS } from "../../../src/access/principal.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { parseReference, parseRepositoryName, parseTag } from "../../../src/oci/reference.ts";
import {
  describeContent,
  imageOf,
  newContent,
  newRepository,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_MANIFEST,
  type Content,
} from "../registry/content.ts";
import type { Combination } from "../registry/registry.ts";
import { INLINE, openParts, STORED, type Parts } from "./parts.ts";

const PUSHERS = 6;
const ROUNDS = 25;

type Random = (below: number) => number;
/** A manifest, and the blobs that it names. */
type Image = Content & { blobs: Content[] };

export function interleavingRules(combination: Combination): void {
  const inParts = async (work: (nodes: Parts[], repositories: string[]) => Promise<void>) => {
    const parts = await openParts(combination);
    try {
      const nodes = combination.database === "postgres" ? [parts, await parts.twin()] : [parts];
      const repositories = [newRepository("mix"), newRepository("mix")];
      await besideCollectors(nodes, () => work(nodes, repositories));
      await expectNothingLeft(parts, repositories);
    } finally {
      await parts.close();
    }
  };

  test("an acknowledged image is whole until it is deleted, and after it was restored", async () => {
    await inParts(async (nodes, repositories) => {
      const layers = [INLINE, STORED, INLINE, STORED, STORED].map(newContent);
      await work(nodes, async (node, random) => {
        const [here = "", there = ""] = random(2) === 0 ? repositories : repositories.toReversed();
        const image = newImage(layers.filter(() => random(2) === 0));
        await push(node, here, there, image, random);
        const expectWhole = async () => expect(await missing(node, here, image)).toEqual([]);
        await expectWhole();
        await Bun.sleep(random(5));
        await expectWhole();
        await node.deleteManifest(here, image.digest);
        if (random(2) === 0 || !(await restore(node, here, image))) return;
        await expectWhole();
        await node.deleteManifest(here, image.digest);
      });
    });
  });

  test("images that many push, delete and restore at once are whole or not there", async () => {
    await inParts(async (nodes, repositories) => {
      const layers = [INLINE, STORED, STORED].map(newContent);
      const images = [0, 1, 2].map((leftOut) => newImage(layers.filter((_, index) => index !== leftOut)));
      await work(nodes, async (node, random) => {
        const [here = "", there = ""] = random(2) === 0 ? repositories : repositories.toReversed();
        const image = images[random(images.length)]!;
        const choice = random(4);
        if (choice < 2) await push(node, here, there, image, random);
        else if (choice === 2) await unlessRefused(node.deleteManifest(here, image.digest));
        else await restore(node, here, image);
      });
      for (const here of repositories) {
        for (const image of images) {
          if (await isServed(nodes[0]!, here, image)) expect(await missing(nodes[0]!, here, image)).toEqual([]);
          await unlessRefused(nodes[0]!.deleteManifest(here, image.digest));
        }
      }
    });
  });
}

/** Passes that keep nothing, and leases that end at once, on every node. */
async function besideCollectors(nodes: Parts[], work: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const repeat = async (step: () => Promise<unknown>) => {
    while (!over.signal.aborted) {
      await step();
      await Bun.sleep(1);
    }
  };
  const background = nodes.flatMap((node) => [
    repeat(() => node.collector({ keepSeconds: 0 }).run()),
    repeat(() => node.change("update repository_blobs set kept_until = 1 where kept_until > 1")),
  ]);
  try {
    await work();
  } finally {
    over.abort();
    await Promise.all(background);
  }
}

/** Many at once, each many times. What is chosen is decided by a seed, so that a failure says how it came about. */
async function work(nodes: Parts[], step: (node: Parts, random: Random) => Promise<void>): Promise<void> {
  const seed = Date.now() % 1_000_000;
  const worker = async (_: unknown, index: number) => {
    const random = randomOf(seed + index);
    for (let round = 0; round < ROUNDS; round += 1) {
      await step(nodes[random(nodes.length)]!, random).catch((cause: unknown) => {
        throw new Error(`seed ${seed}, worker ${index}, round ${round}`, { cause });
      });
    }
  };
  await Promise.all(Array.from({ length: PUSHERS }, worker));
}

function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function newImage(layers: Content[]): Image {
  const config = newContent(INLINE);
  const manifest = imageOf(
    describeContent(OCI_CONFIG, config),
    layers.map((it) => describeContent(OCI_LAYER, it)),
  );
  return { ...manifest, blobs: [config, ...layers] };
}

/** Until it is taken: a lease may be over before the manifest comes. */
async function push(node: Parts, here: string, there: string, image: Image, random: Random): Promise<void> {
  const [repository, from] = [parseRepositoryName(here), parseRepositoryName(there)];
  for (let isTaken = false; !isTaken;) {
    for (const blob of image.blobs) {
      const digest = blob.digest as Digest;
      const isMounted = random(2) === 0 && (await node.blobs.mount(OPEN_ANONYMOUS, repository, digest, from));
      if (!isMounted) await node.pushBlob(here, blob);
    }
    const putting = node.manifests.put({
      principal: OPEN_ANONYMOUS,
      repository,
      reference: parseReference(image.digest),
      tags: [parseTag(`t${random(4)}`), parseTag(`t${random(4)}`)],
      contentType: OCI_MANIFEST,
      content: image.bytes,
    });
    isTaken = await unlessRefused(putting);
  }
}

const restore = (node: Parts, here: string, image: Image): Promise<boolean> =>
  unlessRefused(node.bin.restore(OPEN_ANONYMOUS, parseRepositoryName(here), parseReference(image.digest)));

const isServed = (node: Parts, here: string, image: Image): Promise<boolean> =>
  unlessRefused(node.manifests.get(parseRepositoryName(here), parseReference(image.digest)));

async function missing(node: Parts, here: string, image: Image): Promise<string[]> {
  const digests: string[] = [];
  for (const blob of image.blobs) if (!(await node.reads(here, blob))) digests.push(blob.digest);
  return digests;
}

/** False when it was refused because something is not there. */
async function unlessRefused(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "MANIFEST_UNKNOWN" || code === "MANIFEST_BLOB_UNKNOWN" || code === "NAME_UNKNOWN") return false;
    throw error;
  }
}

async function expectNothingLeft(parts: Parts, repositories: string[]): Promise<void> {
  await parts.endLeases();
  await Bun.sleep(2);
  for (let pass = 0; pass < 3; pass += 1) await parts.collector({ keepSeconds: 0 }).run();
  for (const table of ["manifests", "manifest_references", "repository_blobs", "blobs"]) {
    expect([table, await parts.rows(`select * from ${table}`)]).toEqual([table, []]);
  }
  expect(await parts.keys()).toEqual([]);
  for (const here of repositories) expect(await parts.tags.list(parseRepositoryName(here), "", 100)).toEqual([]);
}
