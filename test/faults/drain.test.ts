// SIGTERM while 64 uploads are in flight: all of them finish and are acknowledged, and the server ends in order.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { holdUpload } from "../server/support/registry.ts";
import { assertSound, check } from "./support/checker.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom } from "./support/scale.ts";

const ROUNDS = amount("DRAIN_ROUNDS", { short: 1, ci: 10, full: 10 });
const UPLOADS = 64;
/** Now and then the sender stops in the middle of its body, once it has the answer. */
const REFUSALS = 20;
const REPOSITORY = "drained/app";

test(
  `${UPLOADS} uploads in flight at SIGTERM all finish, ${ROUNDS} times`,
  async () => {
    const random = startRandom("drain");
    const directory = await makeTemporaryDirectory("drain");
    const journal = new Journal(directory.join("journal"));
    const dataDirectory = directory.join("data");
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const where = `seed ${random.seed}, round ${round}`;
        const berth = await startBerth({ dataDirectory });
        try {
          const found = await check({ url: berth.url, dataDirectory, journal, allowOrphans: false });
          assertSound(found, `${where}, before`);
          const sizes = Array.from({ length: UPLOADS }, () => 2 * (1 + random.below(600_000)));
          const uploads = await Promise.all(sizes.map((size) => holdUpload(berth.url, REPOSITORY, size)));
          const stopped = berth.stop();
          await Bun.sleep(random.below(1_500));
          const statuses = await Promise.all(
            uploads.map(async (upload) => {
              const { digest } = upload;
              const attempt = journal.begin([{ kind: "blob", repository: REPOSITORY, name: digest, value: digest }]);
              await Bun.sleep(random.below(500));
              const status = await upload.finish();
              if (status === 201) attempt.acknowledge();
              return status;
            }),
          );
          expect(
            statuses.filter((status) => status !== 201),
            where,
          ).toEqual([]);
          expect(await stopped, where).toBe(0);
        } finally {
          await berth.kill();
        }
      }
      const berth = await startBerth({ dataDirectory });
      try {
        const found = await check({ url: berth.url, dataDirectory, journal, allowOrphans: false, everything: true });
        assertSound(found, `seed ${random.seed}, at the end`);
        expect(found.registers).toBe(UPLOADS * ROUNDS);
      } finally {
        await berth.stop();
      }
    } finally {
      journal.close();
      await directory.remove();
    }
  },
  (ROUNDS + 1) * 20_000,
);

test("uploads that were refused early do not hold up the end", async () => {
  const berth = await startBerth();
  try {
    const size = 6_000_000;
    for (let round = 0; round < REFUSALS; round += 1) {
      const started = await fetch(`${berth.url}/v2/${REPOSITORY}/blobs/uploads/`, { method: "POST" });
      const path = started.headers.get("location") ?? "";
      const refused = await fetch(berth.url + path, {
        method: "PATCH",
        headers: { "content-range": `100-${99 + size}` },
        body: new Uint8Array(size),
      });
      expect(refused.status).toBe(416);
      await refused.arrayBuffer();
    }
    // Far less than the time for which a stopping server waits for uploads.
    expect(await berth.stop()).toBe(0);
  } finally {
    await berth.kill();
  }
}, 60_000);
