// The operators' routes over random bodies that are nearly right: whatever is asked, the answer is a clear refusal or
// lines that end with how the work ended, and what is stored stays sound.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, checkStored } from "./support/checker.ts";
import { makeImage, OCI_MANIFEST } from "./support/client.ts";
import * as grammar from "./support/grammar.ts";
import { amount, startRandom } from "./support/scale.ts";

const INPUTS = amount("FUZZ_OPERATOR_INPUTS", { short: 1_000, ci: 3_000, full: 50_000 });
const HOST = "127.0.0.1:5000";
const REPOSITORY = "fuzz/app";

interface Input {
  method: string;
  path: string;
  query: string;
  body: string;
}

const flags = fc.oneof({ weight: 5, arbitrary: fc.boolean() }, { weight: 1, arbitrary: fc.jsonValue() });
const repositories = fc.oneof(fc.constant(REPOSITORY), fc.constant("library/x"), grammar.names);
const references = fc.oneof(fc.constantFrom("latest", "v1", "DIGEST"), grammar.tags, grammar.digests);
/** DIRECTORY becomes one of the test's own: no other absolute path may come here. */
const directories = fc.oneof(
  fc.constantFrom("DIRECTORY", "DIRECTORY/a/b", "DIRECTORY/file", "relative", "", "DIRECTORY/\0"),
  grammar.texts.filter((it) => !it.startsWith("/")),
);
const targets: Record<string, fc.Arbitrary<object>> = {
  gc: fc.record({ dryRun: flags, now: flags }, { requiredKeys: [] }),
  fsck: fc.record({ repair: flags, readBytes: flags }, { requiredKeys: [] }),
  "bin/restore": fc.oneof(
    fc.constantFrom({ repository: REPOSITORY }, { repository: REPOSITORY, reference: "DIGEST" }),
    fc.record({ repository: repositories, reference: references }, { requiredKeys: [] }),
  ),
  "bin/empty": fc.oneof(
    fc.constantFrom({ all: true }, { repository: REPOSITORY }, { repository: REPOSITORY, reference: "v1" }),
    fc.record({ repository: repositories, reference: references, all: flags }, { requiredKeys: [] }),
  ),
  backup: fc.record({ directory: directories, verify: flags }, { requiredKeys: [] }),
  restore: fc.oneof(
    fc.record(
      { directory: fc.constant("DIRECTORY"), repository: repositories, overwriteTags: fc.boolean() },
      { requiredKeys: ["directory"] },
    ),
    fc.record(
      {
        directory: directories,
        archive: grammar.texts,
        snapshot: fc.oneof(fc.constant("latest"), grammar.texts),
        repository: repositories,
        overwriteTags: flags,
      },
      { requiredKeys: [] },
    ),
  ),
};
const bodyOf = (known: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: known.map((it) => JSON.stringify(it)) },
    { weight: 1, arbitrary: fc.tuple(known, fc.jsonValue()).map(([it, x]) => JSON.stringify({ ...it, x })) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: grammar.texts },
  );
const inputs: fc.Arbitrary<Input> = fc.oneof(
  ...Object.entries(targets).map(([path, known]) =>
    bodyOf(known).map((body): Input => ({ method: "POST", path: `/api/v1/${path}`, query: "", body })),
  ),
  fc
    .record(
      { repository: repositories, after: grammar.texts, limit: fc.oneof(fc.constant("5"), grammar.numbers) },
      { requiredKeys: [] },
    )
    .map((query) => new URLSearchParams(query).toString())
    .map((query): Input => ({ method: "GET", path: "/api/v1/bin", query, body: "" })),
);

/** Fails for anything but a refusal with words, a page, or lines with an end. */
async function expectAnswer(response: Response, input: Input, counts: Map<string, number>): Promise<void> {
  const shown = JSON.stringify(input).slice(0, 600);
  const text = await response.text();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  expect(response.status, `${shown}: ${text.slice(0, 300)}`).toBeLessThan(500);
  if (response.status !== 200) {
    expect(text, shown).toMatch(/^\{"type":.*,"detail":".+","code":"[A-Z_]+"/);
    return void count(`${input.path} refused`);
  }
  const last: unknown = JSON.parse(text.trim().split("\n").at(-1) ?? "");
  if (input.method === "GET") return void count(`${input.path} answered`);
  expect(last, shown).toMatchObject({ event: expect.stringMatching(/^(?:done|failed)$/) });
  // Words for an operator, not those of a program that stumbled.
  expect(text, shown).not.toMatch(/is not a function|undefined|Cannot read|SQLITE|syntax error/i);
  count(`${input.path} ${text.includes('"event":"done"') ? "done" : "failed"}`);
}

test(
  `${INPUTS} requests of operators`,
  async () => {
    const random = startRandom("fuzzing of the operators' routes");
    const directory = await makeTemporaryDirectory("fuzz");
    const dataDirectory = directory.join("data");
    const { config } = loadConfig({ flags: { data: dataDirectory }, environment: { BERTH_LOG_ACCESS: "false" } });
    const app = await createApp({
      config,
      log: createLog({ level: "error", format: "text", fd: 2 }),
      onSyncFailure: (error) => {
        throw error;
      },
    });
    const listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.handler.fetch });
    const counts = new Map<string, number>();
    try {
      const ask = async (method: string, path: string, body: Uint8Array<ArrayBuffer> | null, headers = {}) =>
        await app.handler.fetch(
          new Request(`http://${HOST}/v2/${REPOSITORY}/${path}`, { method, body, headers: { host: HOST, ...headers } }),
          listener,
        );
      const config = random.bytes(300);
      const layer = random.bytes(30_000);
      const [image, gone] = ["kept", "gone"].map((mark) =>
        makeImage({ digest: digestOf(config), size: 300 }, [{ digest: digestOf(layer), size: layer.length }], mark),
      );
      if (!image || !gone) throw new Error("two were made");
      /** So that there is something in the bin, whatever was emptied or restored before. */
      const prepare = async () => {
        for (const bytes of [config, layer]) await ask("POST", `blobs/uploads/?digest=${digestOf(bytes)}`, bytes);
        for (const [tag, { bytes }] of [
          ["latest", image],
          ["v1", gone],
        ] as const) {
          const put = await ask("PUT", `manifests/${tag}`, bytes, { "content-type": OCI_MANIFEST });
          expect(put.status).toBe(201);
        }
        expect((await ask("DELETE", `manifests/${gone.digest}`, null)).status).toBe(202);
      };
      await Bun.write(directory.join("target/file"), "in the way");
      let number = 0;
      const property = fc.asyncProperty(inputs, async (input) => {
        if (number % 50 === 0) await prepare();
        number += 1;
        const target = `${input.path}${input.query === "" ? "" : `?${input.query}`}`;
        const body = input.body.replaceAll("DIRECTORY", directory.join("target")).replaceAll("DIGEST", gone.digest);
        const request = new Request(`http://${HOST}${target}`, {
          method: input.method,
          headers: { host: "berth", ...(input.method === "GET" ? {} : { "content-type": "application/json" }) },
          body: input.method === "GET" ? null : body,
        });
        await expectAnswer(await app.operator.fetch(request, listener), input, counts);
      });
      await fc.assert(property, { numRuns: INPUTS, seed: random.seed | 0, endOnFailure: true });
      console.error(JSON.stringify(Object.fromEntries(counts)));
      for (const path of Object.keys(targets)) {
        expect(counts.get(`/api/v1/${path} done`) ?? 0, path).toBeGreaterThan(0);
      }
      expect(counts.get("/api/v1/bin answered") ?? 0).toBeGreaterThan(0);
    } catch (error) {
      await directory.remove();
      throw error;
    } finally {
      await listener.stop(true);
      await app.close();
    }
    try {
      assertSound(
        { ...(await checkStored({ dataDirectory, allowOrphans: false })), registers: 0 },
        `seed ${random.seed}`,
      );
    } finally {
      await directory.remove();
    }
  },
  120_000 + INPUTS * 100,
);
