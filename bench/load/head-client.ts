// HEAD requests on many keep-alive connections. wrk waits for the body that Content-Length announces, which a HEAD
// answer never has, so this one row of clients is our own.
import { percentile, readClientOptions } from "./client.ts";

export type HeadOptions = {
  host: string;
  port: number;
  path: string;
  headers: Record<string, string>;
  connections: number;
  seconds: number;
};
export type HeadResult = { requests: number; seconds: number; errors: number; p50Ms: number; p99Ms: number };

const HEAD_END = Buffer.from("\r\n\r\n");
const SUCCESS = Buffer.from("HTTP/1.1 200");

if (import.meta.main) {
  // Only runClient starts this program.
  const options = readClientOptions() as HeadOptions;
  const headers = Object.entries(options.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`HEAD ${options.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers.join("")}\r\n`);
  const latenciesMs: number[] = [];
  let errors = 0;
  let open = options.connections;
  const startedAt = performance.now();
  const endsAt = startedAt + options.seconds * 1000;
  const finished = Promise.withResolvers<void>();
  const timeout = setTimeout(() => finished.resolve(), options.seconds * 1000 + 2000);

  for (let index = 0; index < options.connections; index++) {
    let sentAt = 0;
    await Bun.connect({
      hostname: options.host,
      port: options.port,
      socket: {
        open(socket) {
          sentAt = performance.now();
          socket.write(request);
        },
        data(socket, data) {
          // An answer to HEAD fits one segment; a part of one is waited for.
          if (!data.subarray(-4).equals(HEAD_END)) return;
          const now = performance.now();
          latenciesMs.push(now - sentAt);
          if (!data.subarray(0, SUCCESS.length).equals(SUCCESS)) errors++;
          if (now < endsAt) {
            sentAt = now;
            socket.write(request);
          } else {
            socket.end();
          }
        },
        close() {
          if (--open === 0) finished.resolve();
        },
        error() {
          errors++;
        },
      },
    });
  }
  await finished.promise;
  clearTimeout(timeout);
  const sorted = Float64Array.from(latenciesMs).sort();
  const result: HeadResult = {
    requests: sorted.length,
    seconds: (performance.now() - startedAt) / 1000,
    errors,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}
