// Every route over random requests that are nearly right, straight into the handler: never a 5xx, never an exception, and
// every error in the specification's form. At the end all that it stored is sound.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, checkStored } from "./support/checker.ts";
import * as grammar from "./support/grammar.ts";
import { amount, startRandom } from "./support/scale.ts";

const INPUTS = amount("FUZZ_ROUTE_INPUTS", { short: 3_000, ci: 32_000, full: 300_000 });
const HOST = "127.0.0.1:5000";
const METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"];
/** Bodies whose digests are known beforehand, so that some pushes are right. */
const BODIES = [0, 10, 5_000, 30_000].map((size) => new Uint8Array(size).fill(size % 7));

interface Input {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | null;
}

/** What earlier requests made, for later ones to name. */
interface Known {
  digests: string[];
  uploads: string[];
}

const encoded = (texts: fc.Arbitrary<string>) =>
  fc
    .tuple(texts, fc.nat(3))
    .map(([text, draw]) =>
      draw === 0 ? text : draw === 1 ? encodeURI(text.toWellFormed()) : encodeURIComponent(text.toWellFormed()),
    );

const name = fc.oneof(fc.constantFrom("fuzz/app", "fuzz", "library/fuzz"), encoded(grammar.names));
const digest = fc.oneof(
  fc.nat(50).map((number) => `KNOWN${number}`),
  encoded(grammar.digests),
);
const reference = fc.oneof(digest, fc.constantFrom("latest", "v1"), encoded(grammar.tags));
const upload = fc.oneof(
  fc.nat(20).map((number) => `UPLOAD${number}`),
  encoded(grammar.texts),
);

type Target = { path: string; methods: readonly string[] };
const route = (path: fc.Arbitrary<string>, ...methods: string[]): fc.Arbitrary<Target> =>
  path.map((it) => ({ path: it, methods }));
const targets = fc.oneof(
  route(
    fc.tuple(name, reference).map(([of, it]) => `/v2/${of}/manifests/${it}`),
    "GET",
    "PUT",
    "PUT",
    "DELETE",
  ),
  route(
    fc.tuple(name, digest).map(([of, it]) => `/v2/${of}/blobs/${it}`),
    "GET",
    "GET",
    "DELETE",
  ),
  route(
    name.map((of) => `/v2/${of}/blobs/uploads/`),
    "POST",
  ),
  route(
    fc.nat(3).map((it) => `/v2/fuzz/app/blobs/uploads/?digest=${digestOf(BODIES[it] ?? new Uint8Array())}`),
    "POST",
  ),
  route(
    fc.tuple(name, upload).map(([of, it]) => `/v2/${of}/blobs/uploads/${it}`),
    "GET",
    "PATCH",
    "PUT",
    "DELETE",
  ),
  route(
    name.map((of) => `/v2/${of}/tags/list`),
    "GET",
  ),
  route(
    fc.tuple(name, digest).map(([of, it]) => `/v2/${of}/referrers/${it}`),
    "GET",
  ),
  route(fc.constantFrom("/v2/", "/v2", "/v2/_catalog", "/", "/healthz", "/readyz", "/metrics"), "GET"),
  route(
    encoded(grammar.names).map((it) => `/${it}`),
    "GET",
  ),
);
const queries = fc
  .array(
    fc.tuple(
      fc.constantFrom("digest", "mount", "from", "n", "last", "tag", "artifactType", "digest-algorithm", "x"),
      fc.oneof(digest, encoded(grammar.names), encoded(grammar.numbers), encoded(grammar.tags), encoded(grammar.texts)),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join("&"));
const headers = fc.record(
  {
    host: fc.oneof({ weight: 6, arbitrary: fc.constant(HOST) }, { weight: 1, arbitrary: grammar.hosts }),
    "content-type": fc.oneof(grammar.mediaTypes, fc.constant("application/vnd.oci.image.manifest.v1+json")),
    "content-range": grammar.ranges,
    "content-length": fc.oneof(grammar.numbers, fc.nat(100).map(String)),
    range: grammar.ranges,
    "if-none-match": grammar.texts,
    "if-range": grammar.texts,
    accept: grammar.texts,
    authorization: grammar.texts,
    "x-forwarded-for": grammar.texts,
  },
  { requiredKeys: ["host"] },
);
const bodies = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...BODIES),
  fc.constantFrom(...BODIES),
  grammar.manifests,
  fc.uint8Array({ maxLength: 100 }).map((it) => new Uint8Array(it)),
  fc.nat(40_000).map((size) => new Uint8Array(size).fill(size % 7)),
);
const inputs: fc.Arbitrary<Input> = fc
  .tuple(targets, fc.nat(20), queries, fc.oneof(headers, fc.constant({ host: HOST })), bodies)
  .map(([{ path, methods }, draw, query, fields, body]) => {
    const among = draw < METHODS.length ? METHODS : methods;
    const sendable = Object.entries(fields).map(([key, value]) => [
      key,
      value?.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "") ?? "",
    ]);
    return { method: among[draw % among.length] ?? "GET", path, query, headers: Object.fromEntries(sendable), body };
  });

function fill(text: string, { digests, uploads }: Known): string {
  return text
    .replaceAll(/KNOWN(\d+)/g, (_all, number: string) => digests[Number(number) % digests.length] ?? "")
    .replaceAll(/UPLOAD(\d+)/g, (_all, number: string) => uploads[Number(number) % uploads.length] ?? "");
}

/** Null for what cannot come over HTTP. */
function build({ method, path, query, headers: fields, body }: Input, known: Known): Request | null {
  const hasBody = method !== "GET" && method !== "HEAD";
  const bytes = hasBody ? body : null;
  const target = fill(path, known) + (query === "" ? "" : `${path.includes("?") ? "&" : "?"}${fill(query, known)}`);
  try {
    const all = new Headers(fields);
    // A length that is not the body's never comes so far.
    if (all.has("content-length")) all.set("content-length", String(bytes?.length ?? 0));
    return new Request(`http://${HOST}${target.replaceAll("#", "%23")}`, { method, headers: all, body: bytes });
  } catch {
    return null;
  }
}

/** For messages. As JSON a body of some KiB would cost more than its request. */
function describeInput({ body, ...rest }: Input): string {
  const start =
    body === null ? "no body" : `${body.length} bytes: ${Buffer.from(body.subarray(0, 200)).toString("latin1")}`;
  return `${JSON.stringify(rest)} ${start}`.slice(0, 600);
}

async function expectAnswer(response: Response, input: Input, known: Known): Promise<void> {
  const shown = describeInput(input);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  expect(response.status, `${shown}: ${text.slice(0, 300)}`).toBeLessThan(500);
  if (response.status >= 400 && input.method !== "HEAD" && input.path.startsWith("/v2/")) {
    expect(text, shown).toMatch(/^\{"errors":\[\{"code":"[A-Z_]+","message":"/);
    JSON.parse(text);
  }
  for (const value of response.headers.values()) expect(value).not.toMatch(/[\0\r\n]/);
  const location = response.headers.get("location") ?? "";
  const session = /\/blobs\/uploads\/([0-9a-f]{32})$/.exec(location)?.[1];
  if (response.status === 202 && session !== undefined) known.uploads.push(session);
  const made = response.headers.get("docker-content-digest");
  if (response.status === 201 && made !== null) known.digests.push(made);
  if (response.status === 200 && input.method === "GET" && made?.startsWith("sha256:") === true) {
    expect(digestOf(bytes), shown).toBe(made);
  }
}

test(
  `${INPUTS} requests`,
  async () => {
    const random = startRandom("fuzzing of routes");
    const directory = await makeTemporaryDirectory("fuzz");
    const dataDirectory = directory.join("data");
    const { config } = loadConfig({
      flags: { data: dataDirectory, host: "127.0.0.1", port: 0 },
      environment: { BERTH_LOG_ACCESS: "false" },
    });
    const known: Known = { digests: [digestOf(new Uint8Array())], uploads: ["0".repeat(32)] };
    const statuses = new Map<number, number>();
    const app = await createApp({
      config,
      log: createLog({ level: "error", format: "text", fd: 2 }),
      onSyncFailure: (error) => {
        throw error;
      },
    });
    // The handler asks the listener for addresses and time limits.
    const listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.handler.fetch });
    try {
      // Something to find.
      for (const body of BODIES) {
        const target = `http://${HOST}/v2/fuzz/app/blobs/uploads/?digest=${digestOf(body)}`;
        const made = await app.handler.fetch(
          new Request(target, { method: "POST", headers: { host: HOST }, body }),
          listener,
        );
        expect(made.status).toBe(201);
        known.digests.push(digestOf(body));
      }
      const property = fc.asyncProperty(inputs, async (input) => {
        const request = build(input, known);
        if (request === null) return;
        const response = await app.handler.fetch(request, listener);
        await expectAnswer(response, input, known);
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      });
      await fc.assert(property, { numRuns: INPUTS, seed: random.seed | 0, endOnFailure: true });
      const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      console.error(`statuses: ${counts.join(", ")}`);
      // Else everything was refused at the door.
      for (const status of [200, 201, 202, 404, 400]) expect(statuses.get(status) ?? 0).toBeGreaterThan(INPUTS / 2_000);
      expect(app.handler.inFlight()).toBe(0);
    } catch (error) {
      await directory.remove();
      throw error;
    } finally {
      await listener.stop(true);
      await app.close();
    }
    try {
      const found = await checkStored({ dataDirectory, allowOrphans: false });
      // Clients may delete blobs that manifests name, and these did.
      const violations = found.violations.filter((it) => !it.startsWith("b: manifest"));
      assertSound({ ...found, violations, registers: 0 }, `seed ${random.seed}`);
    } finally {
      await directory.remove();
    }
  },
  120_000 + INPUTS * 10,
);
