// How the server ends: it says first that it is going, lets what is under way finish, and never hangs.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { holdUpload } from "./support/registry.ts";
import { isAlive, statusOf, until, untilEnded } from "./support/program.ts";

test("SIGTERM: not ready at once, the upload in flight is stored, then exit code 0 and the port is free", async () => {
  const berth = await startBerth({ env: { BERTH_HTTP_DRAIN_DELAY_SECONDS: "4" } });
  try {
    expect(await statusOf(`${berth.url}/readyz`)).toBe(200);
    const upload = await holdUpload(berth.url, "kept");
    process.kill(berth.pid, "SIGTERM");
    await until("readiness to fail", async () => (await statusOf(`${berth.url}/readyz`)) === 503);
    expect(await statusOf(`${berth.url}/healthz`)).toBe(200);
    await until("the listener to close", async () => (await statusOf(`${berth.url}/healthz`)) === 0);
    expect(isAlive(berth.pid)).toBe(true);
    expect(await upload.finish()).toBe(201);
    await untilEnded(berth.pid);
    expect(await berth.stop()).toBe(0);
    const stopping = berth
      .logs()
      .split("\n")
      .find((line) => line.includes('"stopping"'));
    expect(stopping).toContain('"signal":"SIGTERM"');
  } finally {
    await berth.kill();
  }
});

test("SIGINT ends without the delay that load balancers need, with exit code 0", async () => {
  const berth = await startBerth({ env: { BERTH_HTTP_DRAIN_DELAY_SECONDS: "600" } });
  try {
    process.kill(berth.pid, "SIGINT");
    await untilEnded(berth.pid);
    expect(await berth.stop()).toBe(0);
  } finally {
    await berth.kill();
  }
});

test("the same signal twice at once counts once; a later one ends the server and says so", async () => {
  const berth = await startBerth();
  try {
    const upload = await holdUpload(berth.url, "cut");
    process.kill(berth.pid, "SIGINT");
    process.kill(berth.pid, "SIGINT");
    await Bun.sleep(1_500);
    expect(isAlive(berth.pid)).toBe(true);
    process.kill(berth.pid, "SIGINT");
    await untilEnded(berth.pid);
    expect(await upload.ended).not.toContain("HTTP/1.1 201");
    expect(await berth.stop()).toBe(1);
    expect(berth.logs()).toContain("stopped at once by a second signal");
  } finally {
    await berth.kill();
  }
});

test("an upload that does not end is cut after the drain timeout", async () => {
  const berth = await startBerth({
    env: { BERTH_HTTP_DRAIN_DELAY_SECONDS: "0", BERTH_HTTP_DRAIN_TIMEOUT_SECONDS: "1" },
  });
  try {
    const upload = await holdUpload(berth.url, "cut");
    process.kill(berth.pid, "SIGTERM");
    expect(await upload.ended).not.toContain("HTTP/1.1 201");
    await untilEnded(berth.pid);
    expect(await berth.stop()).toBe(0);
  } finally {
    await berth.kill();
  }
});
