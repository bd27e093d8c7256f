// Uploads whose server is killed between their chunks, or within one: they go on at the offset that the server gives,
// which is never less than what it acknowledged nor more than what was sent.

import { expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check } from "./support/checker.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const KILLS = amount("RESUME_KILLS", { short: 5, ci: 20, full: 200 });
const UPLOADS = 6;
const KIB = 1024;
const SIZES = [9 * KIB, 40 * KIB, 600 * KIB, 2_500 * KIB, 6_000 * KIB];

interface Upload {
  repository: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Null before the POST was answered. */
  path: string | null;
  acknowledgedBytes: number;
  sentBytes: number;
}

function newUpload(random: Random): Upload {
  const bytes = random.bytes(random.pick(SIZES) + random.below(2_000));
  return { repository: `resumed/r${random.below(3)}`, bytes, path: null, acknowledgedBytes: 0, sentBytes: 0 };
}

async function send(berth: Berth, upload: Upload, start: number, end: number, signal: AbortSignal): Promise<number> {
  const response = await fetch(berth.url + upload.path, {
    method: "PATCH",
    headers: { "content-range": `${start}-${end - 1}` },
    body: upload.bytes.slice(start, end),
    signal,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Where the server says that the upload stands: `0-0` is nothing or one byte, and no chunk here is one byte. */
async function offsetOf(berth: Berth, upload: Upload, where: string): Promise<number> {
  const response = await fetch(berth.url + upload.path);
  expect(response.status, `${where}: status of the session`).toBe(204);
  const end = Number(/^0-(\d+)$/.exec(response.headers.get("range") ?? "")?.[1]);
  return end === 0 ? 0 : end + 1;
}

async function begin(berth: Berth, upload: Upload): Promise<void> {
  const response = await fetch(`${berth.url}/v2/${upload.repository}/blobs/uploads/`, { method: "POST" });
  expect(response.status).toBe(202);
  upload.path = response.headers.get("location");
}

/** One more chunk; a quarter of the time a wrong one or two at once first. */
async function advance(berth: Berth, upload: Upload, random: Random, gone: AbortSignal, where: string): Promise<void> {
  const start = upload.acknowledgedBytes;
  const left = upload.bytes.length - start;
  if (left < 4) return;
  const end = start + 3 + random.below(Math.max(1, Math.min(left - 3, Math.ceil(upload.bytes.length / 3))));
  const draw = random.next();
  if (draw < 0.15 && start > 0) {
    const wrong = await send(berth, upload, start + 1, end, gone);
    expect(wrong, `${where}: a chunk that leaves a gap`).toBe(416);
  }
  upload.sentBytes = Math.max(upload.sentBytes, end);
  if (draw > 0.85) {
    const both = await Promise.all([0, 1].map(() => send(berth, upload, start, end, gone)));
    expect(
      both.sort((a, b) => a - b),
      `${where}: the same chunk twice at once`,
    ).toEqual([202, 416]);
  } else {
    expect(await send(berth, upload, start, end, gone), `${where}: a chunk`).toBe(202);
  }
  upload.acknowledgedBytes = end;
}

async function complete(berth: Berth, upload: Upload, journal: Journal, where: string): Promise<void> {
  const digest = digestOf(upload.bytes);
  const attempt = journal.begin([{ kind: "blob", repository: upload.repository, name: digest, value: digest }]);
  const body = upload.bytes.slice(upload.acknowledgedBytes);
  const response = await fetch(`${berth.url}${upload.path}?digest=${digest}`, { method: "PUT", body });
  expect(response.status, `${where}: PUT: ${await response.text()}`).toBe(201);
  attempt.acknowledge();
}

/** Chunks for all uploads at once until the server is killed, between the chunks of some and within those of others. */
async function uploadUntilKilled(berth: Berth, uploads: Upload[], random: Random, where: string): Promise<void> {
  const gone = new AbortController();
  let killed = false;
  const work = async (upload: Upload, own: Random) => {
    try {
      for (let chunk = 0; chunk < 1 + own.below(3); chunk += 1) await advance(berth, upload, own, gone.signal, where);
    } catch (error) {
      // A failed assertion is no lost connection, which has a code or a name of its own.
      const isLost =
        error instanceof TypeError || error instanceof DOMException || (error instanceof Error && "code" in error);
      if (!killed || !isLost) throw error;
    }
  };
  const running = Promise.all(uploads.map((upload, number) => work(upload, random.fork(number))));
  // It is awaited only after the kill; until then its failure is nobody's.
  running.catch(() => undefined);
  if (random.next() < 0.5) await running;
  else await Bun.sleep(random.below(60));
  killed = true;
  await berth.kill();
  gone.abort();
  await running;
}

test(
  `uploads go on at the server's offset after ${KILLS} kills`,
  async () => {
    const random = startRandom("resumed uploads");
    const directory = await makeTemporaryDirectory("resume");
    const journal = new Journal(directory.join("journal"));
    const dataDirectory = directory.join("data");
    let uploads: Upload[] = [];
    let resumed = 0;
    try {
      for (let kill = 0; kill <= KILLS; kill += 1) {
        const where = `seed ${random.seed}, kill ${kill}`;
        const berth = await startBerth({ dataDirectory, env: { BERTH_LOG_ACCESS: "false" } });
        try {
          for (const upload of uploads) {
            const offset = await offsetOf(berth, upload, where);
            expect(offset, `${where}: offset, ${upload.acknowledgedBytes} acknowledged`).toBeGreaterThanOrEqual(
              upload.acknowledgedBytes,
            );
            expect(offset, `${where}: offset, ${upload.sentBytes} sent`).toBeLessThanOrEqual(upload.sentBytes);
            upload.acknowledgedBytes = offset;
            if (offset > 0) resumed += 1;
          }
          const done = uploads.filter((it) => kill === KILLS || it.bytes.length - it.acknowledgedBytes < 4);
          for (const upload of done) await complete(berth, upload, journal, where);
          uploads = uploads.filter((it) => !done.includes(it));
          assertSound(await check({ url: berth.url, dataDirectory, journal, allowOrphans: true }), where);
          if (kill === KILLS) {
            expect(await berth.stop()).toBe(0);
            break;
          }
          while (uploads.length < UPLOADS) {
            const upload = newUpload(random);
            await begin(berth, upload);
            // The first chunk is what makes a session outlive its server.
            await advance(berth, upload, random, AbortSignal.timeout(20_000), where);
            uploads.push(upload);
          }
          await uploadUntilKilled(berth, uploads, random.fork(kill), where);
        } finally {
          await berth.kill();
        }
      }
      console.error(`${KILLS} kills, ${resumed} times an upload went on`);
      expect(resumed).toBeGreaterThan(KILLS);
    } finally {
      journal.close();
      await directory.remove();
    }
  },
  KILLS * 10_000,
);
