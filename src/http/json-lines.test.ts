/** Answers in lines over a real socket, read by the typed client. */
import { afterEach, expect, test } from "bun:test";
import { z } from "zod";
import { createClient } from "../contract/client.ts";
import { endpoint, JSON_LINES } from "../contract/endpoint.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { TrustedProxies } from "./client-address.ts";
import { implement } from "./contract-routes.ts";
import { createHandler } from "./handler.ts";
import { lines, type Emit } from "./json-lines.ts";
import { Router } from "./router.ts";

const numbers = endpoint({
  id: "numbers.count",
  method: "POST",
  path: "/api/v1/numbers",
  summary: "Count",
  media: [JSON_LINES],
  schemas: () => ({ body: z.strictObject({ to: z.int() }), line: z.strictObject({ number: z.number() }) }),
});
const api = { numbers: { count: numbers } };
const quiet = () => undefined;
const log = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  line: quiet,
  close: quiet,
  format: "json",
  isInfo: false,
  dropped: 0,
} as const;

let server: { stop: (force: boolean) => Promise<void> } | null = null;
afterEach(async () => await server?.stop(true));

function listen(body: (to: number, emit: Emit<{ number: number }>) => Promise<void>) {
  const route = implement(numbers, {
    needs: null,
    handle: ({ body: { to } }) => lines(numbers, (emit) => body(to, emit)),
  });
  const handler = createHandler<null, null>({
    router: new Router([route]),
    guard: () => null,
    nameOf: () => "",
    translate: () => null,
    problemsUnder: "/",
    trustedProxies: new TrustedProxies([]),
    log,
    logAccess: false,
    metrics: new Metrics(),
  });
  const listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: handler.fetch });
  server = listener;
  return createClient(api, { baseUrl: `http://127.0.0.1:${listener.port}` });
}

test("lines come one by one, as soon as they are there", async () => {
  const next = Promise.withResolvers<void>();
  const client = listen(async (to, emit) => {
    await emit({ number: 1 });
    await next.promise;
    for (let number = 2; number <= to; number += 1) await emit({ number });
  });
  const got: number[] = [];
  for await (const { number } of client.numbers.count.lines({ body: { to: 1_000 } })) {
    got.push(number);
    next.resolve();
  }
  expect(got).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
});

test("an answer is of its type, and without lines it is one all the same", async () => {
  const client = listen(() => Promise.resolve());
  const response = await client.numbers.count.raw({ body: { to: 0 } });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, JSON_LINES]);
  expect((await response.text()).trim()).toBe("");
});

test("a line that was not declared is never sent, and breaks off the answer", async () => {
  const client = listen(async (_, emit) => {
    await emit({ number: 1 });
    const more = { number: 2, passwordHash: "s3cret" };
    await emit(more);
  });
  const got: unknown[] = [];
  const read = async () => {
    for await (const line of client.numbers.count.lines({ body: { to: 2 } })) got.push(line);
  };
  expect(
    await read().then(
      () => "whole",
      () => "broken off",
    ),
  ).toBe("broken off");
  expect(JSON.stringify(got)).not.toContain("s3cret");
});

test("a reader that goes away leaves nobody waiting", async () => {
  const ended = Promise.withResolvers<void>();
  const client = listen(async (to, emit) => {
    for (let number = 0; number < to; number += 1) await emit({ number });
    ended.resolve();
  });
  for await (const { number } of client.numbers.count.lines({ body: { to: 200_000 } })) if (number > 3) break;
  await ended.promise;
});

test("what is refused is a problem before the first line", async () => {
  const client = listen(() => Promise.reject(new Error("called")));
  const read = async () => {
    // What a program without types would send.
    const body = { to: "x" } as unknown as { to: number };
    for await (const line of client.numbers.count.lines({ body })) expect(line).toBe({ number: 0 });
  };
  expect(read()).rejects.toMatchObject({ status: 400, code: "REQUEST_INVALID" });
});
