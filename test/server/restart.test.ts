// What was acknowledged is there after a restart, also after one that nobody prepared.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { holdUpload, pushImage } from "./support/registry.ts";

const LAYER_BYTES = [1_000, 100_000, 9_000_000];

test("images pushed before SIGKILL are served after it, byte for byte, and the server stops in order", async () => {
  const directory = await makeTemporaryDirectory("restart");
  const pushed = new Map<string, string>();
  try {
    for (const [round, layerBytes] of LAYER_BYTES.entries()) {
      const berth = await startBerth({ dataDirectory: directory.path });
      try {
        const upload = await holdUpload(berth.url, "team/unfinished");
        pushed.set(`${round}`, await pushImage(berth.url, "team/app", `${round}`, layerBytes));
        await berth.kill();
        await upload.ended;
      } finally {
        await berth.kill();
      }
    }
    const berth = await startBerth({ dataDirectory: directory.path });
    try {
      for (const [tag, digest] of pushed) {
        expect((await fetchStored(berth.url, "team/app", tag)).digest).toBe(digest);
      }
      expect(await berth.stop()).toBe(0);
    } finally {
      await berth.kill();
    }
  } finally {
    await directory.remove();
  }
});
