// Manifest requests while others move large blobs: what a small request waits behind a big one.
import { APP, BIG } from "../dataset.ts";
import { runClient } from "../load/client.ts";
import { download } from "../load/download.ts";
import { MANIFEST_MEDIA_TYPE } from "../load/images.ts";
import type { UploadResult } from "../load/upload-client.ts";
import { runWrk } from "../load/wrk.ts";
import { absolute, type Goal, type Measure, times } from "../measure.ts";

const READERS = 4;
const WRITERS = 2;
const READER_BYTES_PER_SECOND = 250_000_000;
const WRITER_BYTES_PER_SECOND = 50_000_000;
/** The readers and writers start before the clock and end after it. */
const LEAD_SECONDS = 0.5;
const PLENTY = 200;

function mixMeasure(name: string, label: string, paced: boolean, rate: Goal, p99: Goal): Measure {
  return {
    name,
    metrics: [
      { key: name, label: `${label}: GET manifest, req/s`, better: "higher", goal: rate },
      { key: `${name}-p99`, label: `${label}: GET manifest, p99 ms`, better: "lower", goal: p99 },
    ],
    needs: ["app", "big"],
    run: async ({ server }, { dataset, seconds }) => {
      const stopReaders = new AbortController();
      const readers = download({
        url: `${server.url}/v2/${BIG}/blobs/${dataset.bigDigest}`,
        readers: READERS,
        transfers: PLENTY,
        signal: stopReaders.signal,
        ...(paced ? { bytesPerSecond: READER_BYTES_PER_SECOND } : {}),
      });
      const writers = runClient<UploadResult>("upload-client", {
        host: server.host,
        port: server.port,
        repository: BIG,
        streams: WRITERS,
        sizeBytes: 0,
        mode: "patch",
        endless: { bytesPerSecond: paced ? WRITER_BYTES_PER_SECOND : null, seconds: seconds + 2 * LEAD_SECONDS },
      });
      try {
        await Bun.sleep(LEAD_SECONDS * 1000);
        const url = `${server.url}/v2/${APP}/manifests/latest`;
        const result = await runWrk({ url, seconds, headers: { Accept: MANIFEST_MEDIA_TYPE } });
        return { values: { [name]: result.requests / result.seconds, [`${name}-p99`]: result.p99Ms } };
      } finally {
        stopReaders.abort();
        await Promise.all([readers, writers]);
      }
    },
  };
}

export const mixMeasures: Measure[] = [
  mixMeasure("mix-paced", "mix paced (4 x 250 MB/s down, 2 x 50 MB/s up)", true, times(15, 30), absolute(10, 5)),
  mixMeasure("mix-flat-out", "mix flat out (4 down, 2 up)", false, times(5, 15), times(1 / 3, 1)),
];
