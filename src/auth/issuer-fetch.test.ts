import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { fetchFromIssuer, isEndpointOf, isIssuerUrl } from "./issuer-fetch.ts";
import { SourceUnavailableError } from "./source.ts";

const KIB = 1024;

describe("where an issuer may be", () => {
  test.each([
    "https://issuer.example",
    "https://issuer.example:8443/realms/main",
    "https://10.0.0.1",
    "http://127.0.0.1:8080",
    "http://127.1.2.3",
    "http://[::1]:8080",
    "http://localhost:5556/dex",
    // What the URL parser understands of these is this machine.
    "http://127.1",
    "http://0x7f.1",
  ])("%s may", (text) => {
    expect(isIssuerUrl(text)).toBe(true);
  });

  test.each([
    "",
    "issuer.example",
    "//issuer.example",
    "http://issuer.example",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://[::]",
    "http://[::ffff:7f00:1]",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://evil.example#localhost",
    "http://localhost@evil.example",
    "http://169.254.169.254",
    "https://user:password@issuer.example",
    "https://issuer.example#fragment",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "data:application/json,{}",
    "javascript:alert(1)",
    "blob:https://issuer.example/x",
    "unix:///run/x.sock",
    "ftp://127.0.0.1",
    "ws://127.0.0.1",
  ])("%s may not", async (text) => {
    expect(isIssuerUrl(text)).toBe(false);
    await expect(fetchFromIssuer(text, { timeoutMs: 1000 })).rejects.toBeInstanceOf(SourceUnavailableError);
  });
});

test("an issuer elsewhere cannot send us to this machine", () => {
  const [there, here] = ["https://issuer.example", "http://127.0.0.1:8080"];
  expect(isEndpointOf(there, "https://keys.example/jwks")).toBe(true);
  expect(isEndpointOf(here, `${here}/jwks`)).toBe(true);
  expect(isEndpointOf(here, `${there}/jwks`)).toBe(true);
  expect(isEndpointOf(there, `${here}/jwks`)).toBe(false);
  expect(isEndpointOf(there, "HTTP://localhost/jwks")).toBe(false);
  expect(isEndpointOf(here, "http://10.0.0.1/jwks")).toBe(false);
  expect(isEndpointOf(here, "file:///etc/passwd")).toBe(false);
});

describe("what an issuer answers", () => {
  let server: Bun.Server<undefined>;
  const asked: string[] = [];

  beforeAll(() => {
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        asked.push(pathname);
        const answers: Record<string, () => Response | Promise<Response>> = {
          "/full": () => new Response("x".repeat(256 * KIB)),
          "/over": () => new Response("x".repeat(256 * KIB + 1)),
          "/endless": () =>
            new Response(
              new ReadableStream({
                pull: (controller) => controller.enqueue(new Uint8Array(64 * KIB)),
              }),
            ),
          "/drip": () =>
            new Response(
              new ReadableStream({
                pull: async (controller) => {
                  await Bun.sleep(50);
                  controller.enqueue(new Uint8Array(1));
                },
              }),
            ),
          "/silent": () => new Promise<Response>(() => undefined),
          "/redirect": () => Response.redirect("/full"),
          "/bomb": () =>
            new Response(gzipSync(Buffer.alloc(10_000 * KIB)), { headers: { "content-encoding": "gzip" } }),
          "/400": () => Response.json({ error: "invalid_grant" }, { status: 400 }),
          "/429": () => new Response("later", { status: 429 }),
          "/503": () => new Response("later", { status: 503 }),
          "/empty": () => new Response(null, { status: 204 }),
        };
        return answers[pathname]?.() ?? new Response("not here", { status: 404 });
      },
    });
  });

  afterAll(() => server.stop(true));

  const ask = (path: string, timeoutMs = 5000) => fetchFromIssuer(`${server.url.origin}${path}`, { timeoutMs });

  test("is taken up to 256 KiB", async () => {
    expect((await (await ask("/full")).bytes()).length).toBe(256 * KIB);
    await expect(ask("/over")).rejects.toThrow("more than 256 KiB");
    await expect(ask("/endless")).rejects.toThrow("more than 256 KiB");
  });

  test("must be whole in time", async () => {
    const started = performance.now();
    await expect(ask("/silent", 200)).rejects.toThrow("/silent did not answer in 200 ms");
    await expect(ask("/drip", 200)).rejects.toThrow("/drip did not answer in 200 ms");
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("is never followed elsewhere", async () => {
    const before = asked.length;
    expect((await ask("/redirect")).status).toBe(302);
    expect(asked.slice(before)).toEqual(["/redirect"]);
  });

  test("is not unpacked", async () => {
    expect((await (await ask("/bomb")).bytes()).length).toBeLessThan(64 * KIB);
  });

  test("is handed on with its status, unless the issuer is out of order", async () => {
    const wrong = await ask("/400");
    expect([wrong.status, await wrong.json()]).toEqual([400, { error: "invalid_grant" }]);
    expect((await ask("/empty")).status).toBe(204);
    expect((await ask("/missing")).status).toBe(404);
    await expect(ask("/429")).rejects.toThrow("answered 429");
    await expect(ask("/503")).rejects.toThrow("answered 503");
  });

  test("is missing when nobody listens", async () => {
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const { origin } = other.url;
    await other.stop(true);
    await expect(fetchFromIssuer(`${origin}/x?secret=1`, { timeoutMs: 1000 })).rejects.toThrow(
      `${origin}/x cannot be reached`,
    );
  });
});
