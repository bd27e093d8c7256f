/** A reader that stalls leaves little in the buffers of a listener for this machine alone. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { withSmallSendBuffers } from "./send-buffers.ts";

/** Bytes that wait in the send queues of the server's connections. */
function queuedBytes(port: number): number {
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  const own = rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[1]?.endsWith(`:${hexPort(port)}`));
  return own.reduce((total, row) => total + Number.parseInt(row[4]?.split(":")[0] ?? "0", 16), 0);
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

async function queueOfStalledReader(open: (start: () => Bun.Server<undefined>) => Bun.Server<undefined>) {
  const body = new Uint8Array(32 * 1024 * 1024);
  const server = open(() => Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(body) }));
  const port = server.port ?? 0;
  const reader = connect({ host: "127.0.0.1", port });
  try {
    reader.pause();
    reader.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    await Bun.sleep(300);
    return queuedBytes(port);
  } finally {
    reader.destroy();
    await server.stop(true);
  }
}

test.skipIf(process.platform !== "linux")("a stalled reader's queue is bounded", async () => {
  const small = await queueOfStalledReader(withSmallSendBuffers);
  expect(small).toBeGreaterThan(0);
  expect(small).toBeLessThan(512 * 1024);
  expect(await queueOfStalledReader((start) => start())).toBeGreaterThan(small);
});
