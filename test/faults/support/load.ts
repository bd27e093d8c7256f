// Clients that push, move tags and delete all at once, until they are told to stop or the server is gone. What may be
// deleted is kept apart from what images need, so that whatever happens, every tag's closure must be whole.

import { Client, makeImage, WAYS, type Content } from "./client.ts";
import { digestOf } from "../../support/stored.ts";
import type { Journal } from "./journal.ts";
import type { Random } from "./scale.ts";

const KIB = 1024;
const REPOSITORIES = ["load/one", "load/two", "third"];
const MOVING_TAGS = ["latest", "stable", "v1", "v2", "edge"];
const POOL_LIMIT = 60;

/** What is known to be in the registry; grows with acknowledgements, over the restarts of a server. */
export class Pool {
  readonly kept: { repository: string; content: Content }[] = [];
  readonly deletable: { repository: string; digest: string }[] = [];
  readonly once: { repository: string; digest: string; tag: string }[] = [];
  names = 0;
}

export interface Load {
  url: string;
  journal: Journal;
  pool: Pool;
  random: Random;
  clients: number;
  /** Fires when the server is to go, or has gone. */
  signal: AbortSignal;
  /** Probability of a blob of 20 MiB among large ones; they take what time there is. */
  hugeShare: number;
}

/** Resolves when every client has stopped. A client goes on after a 5xx. */
export async function runLoad(load: Load): Promise<{ refusals: string[] }> {
  const refusals: string[] = [];
  const work = async (random: Random) => {
    const client = new Client(load.url, load.journal, load.signal);
    while (!load.signal.aborted) {
      const outcome = await step(client, load, random);
      if (outcome.acknowledged) continue;
      // Without an answer there is nothing to hurry for.
      if (outcome.status === 0) await Bun.sleep(5);
      else refusals.push(`${outcome.status} ${outcome.text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: load.clients }, (_, number) => work(load.random.fork(number))));
  return { refusals };
}

function sizeOf(random: Random, hugeShare: number): number {
  const draw = random.next();
  if (draw < 0.45) return 1 + random.below(15 * KIB);
  if (draw < 0.8) return 16 * KIB + random.below(500 * KIB);
  return random.next() < hugeShare ? 20 * KIB * KIB + random.below(4 * KIB) : KIB * KIB + random.below(KIB * KIB);
}

async function step(client: Client, load: Load, random: Random) {
  const { pool } = load;
  const repository = random.pick(REPOSITORIES);
  const draw = random.next();
  if (draw < 0.4) {
    const bytes = random.bytes(sizeOf(random, load.hugeShare));
    const digest = digestOf(bytes);
    const outcome = await client.pushBlob(repository, bytes, random.pick(WAYS), digest);
    if (outcome.acknowledged) {
      if (random.next() < 0.3) pool.deletable.push({ repository, digest });
      else remember(pool, { repository, content: { digest, size: bytes.length } }, random);
    }
    return outcome;
  }
  if (draw < 0.5 && pool.kept.length > 0) {
    const { repository: from, content } = random.pick(pool.kept);
    const outcome = await client.mount(repository, from, content.digest);
    if (outcome.acknowledged) remember(pool, { repository, content }, random);
    return outcome;
  }
  const doomedBlob = draw < 0.56 ? pool.deletable.pop() : undefined;
  if (doomedBlob) return await client.deleteBlob(doomedBlob.repository, doomedBlob.digest);
  const doomed = draw >= 0.56 && draw < 0.62 ? pool.once.pop() : undefined;
  if (doomed) return await client.deleteManifest(doomed.repository, doomed.digest, [doomed.tag]);
  if (draw < 0.68) return await deleteAnyTag(client, repository, random);
  return await pushImage(client, load, repository, random);
}

/** A tag that is not there is no failure here. */
async function deleteAnyTag(client: Client, repository: string, random: Random) {
  const outcome = await client.deleteTag(repository, random.pick(MOVING_TAGS));
  return outcome.status === 404 ? { ...outcome, acknowledged: true } : outcome;
}

async function pushImage(client: Client, { pool }: Load, repository: string, random: Random) {
  const bytes = random.bytes(40 + random.below(400));
  const config = { digest: digestOf(bytes), size: bytes.length };
  const pushed = await client.pushBlob(repository, bytes, "post", config.digest);
  if (!pushed.acknowledged) return pushed;
  const here = pool.kept.filter((it) => it.repository === repository).map((it) => it.content);
  const layers = here.length === 0 ? [] : Array.from({ length: random.below(4) }, () => random.pick(here));
  pool.names += 1;
  const image = makeImage(config, [...new Set(layers)], `${random.seed}-${pool.names}`);
  if (random.next() < 0.25) {
    const tag = `once-${pool.names}`;
    const outcome = await client.putManifest(repository, image, [tag]);
    if (outcome.acknowledged) pool.once.push({ repository, digest: image.digest, tag });
    return outcome;
  }
  const count = random.next() < 0.25 ? 3 : 1;
  const tags = new Set(Array.from({ length: count }, () => random.pick(MOVING_TAGS)));
  return await client.putManifest(repository, image, [...tags]);
}

/** Few, so that images share them and clients meet. */
function remember(pool: Pool, entry: Pool["kept"][number], random: Random): void {
  if (pool.kept.length < POOL_LIMIT) pool.kept.push(entry);
  else pool.kept[random.below(POOL_LIMIT)] = entry;
}
