// Start and memory of the main server, whose data are loaded: cold start first in a round, memory after load last.
import { APP } from "../dataset.ts";
import { MANIFEST_MEDIA_TYPE } from "../load/images.ts";
import { percentile } from "../load/client.ts";
import { runWrk } from "../load/wrk.ts";
import { absolute, type Measure } from "../measure.ts";
import { readRssMiB } from "../peers/process.ts";

const STARTS = 5;
const IDLE_MS = 1000;

export const coldStartMeasure: Measure = {
  name: "cold-start",
  metrics: [
    { key: "cold-start", label: "cold start over the loaded data, ms", better: "lower", goal: absolute(100, 40) },
    { key: "rss-idle", label: "memory idle after start, MiB", better: "lower", goal: absolute(60, 40) },
  ],
  needs: ["app", "catalog"],
  run: async (peer) => {
    const startsMs: number[] = [];
    for (let count = 0; count < STARTS; count++) {
      await peer.stop();
      startsMs.push((await peer.start()).startMs);
    }
    await Bun.sleep(IDLE_MS);
    const rssIdle = readRssMiB(peer.server.pid);
    await warmUp(peer.server.url);
    return {
      values: {
        "cold-start": percentile(
          startsMs.sort((a, b) => a - b),
          0.5,
        ),
        "rss-idle": rssIdle,
      },
    };
  },
};

export const rssAfterLoadMeasure: Measure = {
  name: "rss-after-load",
  metrics: [
    { key: "rss-after-load", label: "memory after the rows above, MiB", better: "lower", goal: absolute(200, 130) },
  ],
  needs: ["app"],
  run: ({ server }) => Promise.resolve({ values: { "rss-after-load": readRssMiB(server.pid) } }),
};

/** A second of requests that nobody counts, so that no row pays for compilation. */
export async function warmUp(url: string): Promise<void> {
  await runWrk({ url: `${url}/v2/${APP}/manifests/latest`, seconds: 1, headers: { Accept: MANIFEST_MEDIA_TYPE } });
}
