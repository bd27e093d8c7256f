import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { RegistryError } from "../errors.ts";
import { bodyChunks, contentLength, readBody } from "./body.ts";
import { RequestContext, type HttpServer } from "./context.ts";
import { renderError } from "./errors.ts";

const LIMIT = 1_000;
const PACE = { stallSeconds: 5, minimumBytesPerSecond: 1 };

describe("bodies", () => {
  let server: HttpServer;
  let url: string;
  beforeAll(() => {
    server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: async (request, own) => {
        const path = new URL(request.url).pathname;
        const parts = { request, server: own, path, query: "", id: "id", host: "h", startedAt: 0 };
        const context = new RequestContext(parts);
        try {
          const length = contentLength(context);
          if (path === "/whole") {
            const bytes = await readBody(context, LIMIT);
            return Response.json({ length, received: bytes.length, sum: bytes.reduce((a, b) => a + b, 0) });
          }
          let received = 0;
          for await (const chunk of bodyChunks(context, PACE)) received += chunk.length;
          return Response.json({ length, received });
        } catch (error) {
          if (error instanceof RegistryError) return renderError(error, "id", false);
          throw error;
        }
      },
    });
    url = `http://127.0.0.1:${server.port}`;
  });
  afterAll(() => server.stop(true));

  const post = (path: string, body?: Uint8Array<ArrayBuffer> | ReadableStream) =>
    fetch(url + path, { method: "POST", ...(body ? { body } : {}) });
  const stream = (sizes: number[]) =>
    new ReadableStream({
      start: (controller) => {
        for (const size of sizes) controller.enqueue(new Uint8Array(size).fill(1));
        controller.close();
      },
    });

  test("a declared body up to the limit is read whole", async () => {
    for (const size of [1, 999, LIMIT]) {
      const answer = await post("/whole", new Uint8Array(size).fill(1));
      expect(await answer.json()).toEqual({ length: size, received: size, sum: size });
    }
    expect(await (await post("/whole")).json()).toMatchObject({ received: 0 });
  });

  test("a chunked body up to the limit is read whole", async () => {
    const answer = await post("/whole", stream([400, 1, 599]));
    expect(await answer.json()).toEqual({ length: null, received: LIMIT, sum: LIMIT });
  });

  test("one more byte is 413, declared or not", async () => {
    for (const body of [new Uint8Array(LIMIT + 1), stream([LIMIT, 1])]) {
      const answer = await post("/whole", body);
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ errors: [{ code: "SIZE_INVALID" }] });
    }
  });

  test("a body of any size arrives in chunks", async () => {
    const size = 3 * 1024 * 1024 + 1;
    expect(await (await post("/chunks", new Uint8Array(size))).json()).toEqual({ length: size, received: size });
    expect(await (await post("/chunks", stream([1, 70_000, 5]))).json()).toEqual({ length: null, received: 70_006 });
    expect(await (await post("/chunks")).json()).toMatchObject({ received: 0 });
  });

  test("a declared length that is far too large is refused before the body is sent", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(server.port), "127.0.0.1");
      socket.once("data", (data) => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.once("error", reject);
      socket.write("POST /whole HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000000000000\r\n\r\n");
    });
    expect(answer).toStartWith("HTTP/1.1 413 ");
  });
});
