/** The routes with parts that do nothing by themselves, over a real socket. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseProblem } from "../contract/problem.ts";
import { RegistryError } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";
import type { Finding, GcReport } from "./api.ts";
import type { Binned, OperatorParts } from "./parts.ts";
import { operatorHandler } from "./routes.ts";
import { Works } from "./works.ts";

const REPORT: GcReport = {
  binned: { manifests: 1, tags: 2 },
  links: 3,
  blobs: 4,
  bytes: 5,
  heldBy: null,
  waiting: {
    bin: { manifests: 0, tags: 0, blobs: 0, bytes: 0 },
    lease: { blobs: 0, bytes: 0 },
    grace: { blobs: 0, bytes: 0 },
  },
};
const JSON_BODY = { "Content-Type": "application/json" };
const DIGEST = `sha256:${"a".repeat(64)}`;
const FINDING: Finding = {
  kind: "blob-missing",
  subject: DIGEST,
  message: "gone",
  repair: "quarantine",
  repaired: false,
};
const CHECKED = { blobs: 1, manifests: 0, tags: 0, uploads: 0, files: 0, bytesRead: 0 };

let directory: string;
let socket: string;
let works: Works;
let calls: unknown[];
let server: { stop: (force: boolean) => Promise<void> } | null = null;
const warnings: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "berth-op-"));
  socket = join(directory, "s");
  works = new Works();
  calls = [];
  warnings.length = 0;
});
afterEach(async () => {
  await server?.stop(true);
  await works.close();
  await rm(directory, { recursive: true });
});

const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => void warnings.push(message),
  error: () => undefined,
  line: () => undefined,
  format: "json",
  isInfo: false,
  dropped: 0,
  close: () => undefined,
};

function listen(parts: Partial<OperatorParts>): void {
  const none = {
    collector: null,
    bin: null,
    fsck: null,
    backup: null,
    restore: null,
    indexer: null,
    accounts: null,
    organisations: null,
    audit: null,
  };
  const handler = operatorHandler(
    { ...none, works, log, readonly: false, ...parts },
    { logAccess: false, translate: () => null },
  );
  server = Bun.serve({ unix: socket, fetch: handler.fetch });
}

async function post(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Response> {
  return await send(path, JSON.stringify(body), signal);
}

async function send(path: string, body: string, signal?: AbortSignal): Promise<Response> {
  const init = { unix: socket, method: "POST", headers: JSON_BODY, body, ...(signal ? { signal } : {}) };
  return await fetch(`http://berth/api/v1/${path}`, init);
}

async function linesOf(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.map((line): unknown => JSON.parse(line));
}

async function failureOf(response: Response): Promise<[status: number, message: string]> {
  return [response.status, parseProblem(response.status, await response.text()).detail];
}

const collector: NonNullable<OperatorParts["collector"]> = {
  plan: async () => REPORT,
  run: async (options) => {
    calls.push(options);
    return REPORT;
  },
};

/** A check that finds one thing and then waits until it is ended; `begun` and `ended` say how far it is. */
function endlessCheck() {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const fsck: NonNullable<OperatorParts["fsck"]> = {
    run: async ({ signal, onFinding }) => {
      await onFinding(FINDING);
      begun.resolve();
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))).catch((error) => {
        ended.resolve(error);
        throw error;
      });
      return { checked: CHECKED, findings: 1, repaired: 0 };
    },
  };
  return { fsck, begun: begun.promise, ended: ended.promise };
}

test("a collection answers with its report as the last line; a plan runs none", async () => {
  listen({ collector });
  expect(await linesOf(await post("gc", { dryRun: true }))).toEqual([{ event: "done", result: REPORT }]);
  expect(calls).toEqual([]);
  expect(await linesOf(await post("gc"))).toEqual([{ event: "done", result: REPORT }]);
  expect(await linesOf(await post("gc", { now: true }))).toEqual([{ event: "done", result: REPORT }]);
  expect(calls).toEqual([{}, { graceMs: 0 }]);
});

test.each([
  ["gc", { dryrun: true }, "dryrun"],
  ["fsck", { repair: "yes" }, "repair: "],
  ["bin/empty", {}, "either a repository or all: true"],
  ["bin/empty", { all: true, repository: "a" }, "either a repository or all: true"],
  ["bin/restore", { repository: "A" }, "lower case"],
  ["bin/restore", { repository: "a", reference: "-" }, "tags have"],
  ["backup", { directory: "relative" }, "absolute"],
  ["restore", {}, "directory or a snapshot"],
  ["restore", { directory: "/a", snapshot: "latest" }, "directory or a snapshot"],
])("%s refuses %j and says why", async (path, body, reason) => {
  const never = () => Promise.reject(new Error("called"));
  const bin: Binned = { list: never, restore: never, empty: never };
  listen({ collector, bin, fsck: { run: never }, backup: { run: never }, restore: { run: never } });
  const [status, message] = await failureOf(await post(path, body));
  expect(status).toBe(400);
  expect(message).toContain(reason);
});

test("a body that is not JSON is refused, and so is a large one", async () => {
  listen({ collector });
  expect(await failureOf(await send("gc", "{"))).toEqual([400, expect.stringContaining("the body is not accepted")]);
  expect((await failureOf(await send("gc", " ".repeat(100_000))))[0]).toBe(413);
});

test("a read-only registry can be looked at, and nothing else", async () => {
  const { fsck } = endlessCheck();
  listen({ collector, fsck, readonly: true });
  expect((await failureOf(await post("gc")))[0]).toBe(503);
  expect((await failureOf(await post("fsck", { repair: true })))[1]).toContain("storage.readonly");
  expect((await post("gc", { dryRun: true })).status).toBe(200);
  expect(calls).toEqual([]);
});

test("of one kind one work runs at a time; it ends when whoever asked is gone, and another may begin", async () => {
  const first = endlessCheck();
  listen({ collector, fsck: first.fsck });
  const asker = new AbortController();
  const response = await post("fsck", {}, asker.signal);
  await first.begun;
  expect(await failureOf(await post("fsck"))).toEqual([503, expect.stringContaining("a check is under way already")]);
  expect((await post("gc")).status).toBe(200);
  asker.abort();
  await first.ended;
  await response.text().catch(() => "");
  await Bun.sleep(0);
  const again = new AbortController();
  expect((await post("fsck", {}, again.signal)).status).toBe(200);
  again.abort();
});

test("a stop ends what runs with a line that says so, and lets nothing begin", async () => {
  const { fsck, begun, ended } = endlessCheck();
  listen({ collector, fsck });
  const response = await post("fsck");
  await begun;
  works.stop();
  expect(await linesOf(response)).toEqual([
    { event: "finding", finding: FINDING },
    { event: "failed", code: "UNAVAILABLE", message: expect.stringContaining("the server is stopping") },
  ]);
  await ended;
  await works.close();
  expect((await failureOf(await post("gc")))[1]).toContain("the server is stopping");
});

test("a work that does not notice its end keeps nobody waiting but the close", async () => {
  const { promise, resolve } = Promise.withResolvers<GcReport>();
  listen({ collector: { plan: () => promise, run: () => promise } });
  const response = await post("gc");
  works.stop();
  expect((await linesOf(response)).at(-1)).toMatchObject({ event: "failed" });
  let isClosed = false;
  const closed = works.close().then(() => (isClosed = true));
  await Bun.sleep(20);
  expect(isClosed).toBe(false);
  resolve(REPORT);
  await closed;
});

test("an error that nobody expected is told to the operator, and logged", async () => {
  listen({ backup: { run: () => Promise.reject(new Error("EACCES: /mnt/backup")) } });
  expect(await linesOf(await post("backup", { directory: "/mnt/backup" }))).toEqual([
    { event: "failed", code: "UNKNOWN", message: "EACCES: /mnt/backup" },
  ]);
  expect(warnings).toEqual(["an operator's command failed"]);
});

test("findings wait for a reader that is slower", async () => {
  let emitted = 0;
  listen({
    fsck: {
      run: async ({ onFinding }) => {
        for (; emitted < 20_000; emitted += 1) await onFinding({ ...FINDING, message: "x".repeat(1_000) });
        return { checked: CHECKED, findings: emitted, repaired: 0 };
      },
    },
  });
  const reader = (await post("fsck")).body!.getReader();
  await reader.read();
  await Bun.sleep(200);
  expect(emitted).toBeLessThan(15_000);
  while (!(await reader.read()).done);
  expect(emitted).toBe(20_000);
});

test("everything of a repository is restored, manifests before tags, and what is gone by then is passed over", async () => {
  const entry = { repository: "a", digest: DIGEST, sizeBytes: 1, deletedAt: 1, deletedBy: null, purgedAt: 2 };
  const restored: string[] = [];
  const bin: Binned = {
    list: async ({ after }) =>
      after === undefined
        ? { entries: [{ ...entry, kind: "tag", reference: "lone" }], next: "1/1" }
        : {
            entries: [
              { ...entry, kind: "manifest", reference: DIGEST },
              { ...entry, kind: "tag", reference: "went" },
            ],
            next: null,
          },
    restore: async (principal, repository, { tag, digest }) => {
      restored.push(`${principal.name} ${repository} ${tag ?? digest}`);
      if (tag === "went") throw new RegistryError("MANIFEST_UNKNOWN");
      return { digest: DIGEST, tags: [tag ?? "with"] };
    },
    empty: () => Promise.reject(new Error("called")),
  };
  listen({ bin });
  expect((await linesOf(await post("bin/restore", { repository: "library/a" }))).at(-1)).toEqual({
    event: "done",
    result: { manifests: 1, tags: 2 },
  });
  expect(restored).toEqual([`operator a ${DIGEST}`, "operator a lone", "operator a went"]);
  expect((await linesOf(await post("bin/restore", { repository: "a", reference: "went" }))).at(-1)).toMatchObject({
    event: "failed",
    code: "MANIFEST_UNKNOWN",
  });
});
