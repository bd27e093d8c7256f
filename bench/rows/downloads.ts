// Whole 512 MiB downloads by one and by eight readers.
import { BIG, BIG_BYTES } from "../dataset.ts";
import { download } from "../load/download.ts";
import { fraction, type Measure, times } from "../measure.ts";
import { readCpuSeconds } from "../peers/process.ts";

/** Enough to fill about the timed length at 3 GB/s, in whole transfers. */
const TRANSFERS_PER_SECOND = 5;
const BYTES_PER_GB = 1e9;

function downloadMeasure(readers: 1 | 8): Measure {
  const name = `download-x${readers}`;
  const label = `GET 512 MiB x${readers}`;
  return {
    name,
    metrics: [
      {
        key: name,
        label: `${label}, GB/s`,

        better: "higher",
        goal: readers === 1 ? times(1, 1.3) : times(1.2, 1.5),
        limit: { name: "nginx", part: 1 },
      },
      {
        key: `${name}-cpu`,
        label: `${label}, server CPU-s/GB`,

        better: "lower",
        ...(readers === 8 ? { goal: fraction(0.75, 0.55) } : {}),
        limit: { name: "nginx", part: readers === 8 ? 1 : null },
      },
    ],
    needs: ["big"],
    limits: ["nginx"],
    run: async ({ server }, { dataset, seconds }) => {
      const url = `${server.url}/v2/${BIG}/blobs/${dataset.bigDigest}`;
      const transfers = Math.max(1, Math.round((seconds * TRANSFERS_PER_SECOND) / readers));
      const cpuBefore = readCpuSeconds(server.pid);
      const result = await download({ url, readers, transfers });
      const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
      if (result.bytes !== readers * transfers * BIG_BYTES) throw new Error(`${url} gave ${result.bytes} bytes`);
      const gigabytes = result.bytes / BYTES_PER_GB;
      return { values: { [name]: gigabytes / result.seconds, [`${name}-cpu`]: cpuSeconds / gigabytes } };
    },
  };
}

export const downloadMeasures: Measure[] = [downloadMeasure(1), downloadMeasure(8)];
