// Requests over HTTPS that go on while a test does something to the server.

import { randomBytes } from "node:crypto";
import { Agent, request } from "node:https";
import { digestOf } from "../../support/stored.ts";

const REQUESTS_A_TICK = 4;
const TICK_MS = 20;

/** Asks steadily, half over kept connections and half over new ones, until it is stopped. */
export function startLoad(url: string, ca: string[]) {
  const failures: string[] = [];
  let served = 0;
  const state = { isStopped: false };
  const get = async (keepalive: boolean) => {
    const response = await fetch(`${url}/v2/`, { keepalive, tls: { ca } });
    if (response.status !== 200) failures.push(`status ${response.status}`);
    await response.arrayBuffer();
    served += 1;
  };
  const ask = async (keepalive: boolean) => {
    try {
      // Where net.ipv4.tcp_migrate_req is off, the kernel resets a connection that has not sent its first byte when
      // the listener that it came to closes: a new one may be tried once more, a kept one never.
      await get(keepalive).catch((error: unknown) => (keepalive ? Promise.reject(error) : get(keepalive)));
    } catch (error) {
      failures.push(`${keepalive ? "kept" : "new"}: ${String(error)}`);
    }
  };
  const running = (async () => {
    const pending = new Set<Promise<void>>();
    while (!state.isStopped) {
      for (let index = 0; index < REQUESTS_A_TICK; index += 1) {
        const one: Promise<void> = ask(index % 2 === 0).finally(() => pending.delete(one));
        pending.add(one);
      }
      await Bun.sleep(TICK_MS);
    }
    await Promise.all(pending);
  })();
  const stop = async () => {
    state.isStopped = true;
    await running;
  };
  return { failures, served: () => served, stop };
}

/** Sends half of a blob, and the rest when it is told to. */
export async function holdSecureUpload(url: string, ca: string[]) {
  const bytes = randomBytes(2_000_000);
  const begun = await fetch(`${url}/v2/held/blobs/uploads/`, { method: "POST", tls: { ca } });
  const location = new URL(begun.headers.get("location") ?? "", url);
  location.searchParams.set("digest", digestOf(bytes));
  const agent = new Agent({ ca, keepAlive: false });
  const put = request(location, { method: "PUT", agent, headers: { "content-length": bytes.length } });
  const answered = new Promise<number>((resolve, reject) => {
    put.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    put.on("error", reject);
  });
  await new Promise<void>((resolve) => void put.write(bytes.subarray(0, 1_000_000), () => resolve()));
  return {
    finish: () => {
      put.end(bytes.subarray(1_000_000));
      return answered;
    },
  };
}
