// Pushes images of unique random content from several clients at once, each on its own connection.
import { percentile, readClientOptions } from "./client.ts";
import { HttpConnection } from "./http-connection.ts";
import { createImageMaker, pushImage } from "./images.ts";

export type PushOptions = {
  host: string;
  port: number;
  clients: number;
  seconds: number;
  /** Stops earlier when so many are done. */
  images?: number;
  layerSizesBytes: number[];
};
export type PushResult = { images: number; seconds: number; p50Ms: number; p99Ms: number };

if (import.meta.main) {
  // Only runClient starts this program.
  const options = readClientOptions() as PushOptions;
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + options.seconds * 1000;
  const limit = options.images ?? Number.POSITIVE_INFINITY;
  await Promise.all(
    Array.from({ length: options.clients }, async (_, client) => {
      const connection = await HttpConnection.open(options.host, options.port);
      const makeImage = createImageMaker(options.layerSizesBytes);
      for (let count = 0; performance.now() < endsAt && latenciesMs.length < limit; count++) {
        const begun = performance.now();
        await pushImage(connection, `push/client-${client}`, `v${count}`, makeImage());
        latenciesMs.push(performance.now() - begun);
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const sorted = Float64Array.from(latenciesMs).sort();
  const result: PushResult = {
    images: sorted.length,
    seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}
