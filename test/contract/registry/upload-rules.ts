// Uploads: mounting, sessions that outlive the process, sessions that are cancelled, and many at once.

import { expect, test } from "bun:test";
import { codesOf, digestOf, expectStatus, newContent, newRepository, pushBlob, type Content } from "./content.ts";
import { openRegistry, type Answer, type Combination, type Registry } from "./registry.ts";

const MIB = 1024 * 1024;

async function startUpload(registry: Registry, repository: string, query = ""): Promise<string> {
  const answer = await registry.ask("POST", `/v2/${repository}/blobs/uploads/${query}`);
  expectStatus(answer, 202);
  return answer.headers.get("location") ?? "";
}

async function sendChunk(
  registry: Registry,
  location: string,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): Promise<void> {
  const headers = {
    "Content-Range": `${start}-${start + bytes.length - 1}`,
    "Content-Type": "application/octet-stream",
  };
  const answer = await registry.ask("PATCH", location, { body: bytes, headers });
  expectStatus(answer, 202);
  expect(answer.headers.get("range")).toBe(`0-${start + bytes.length - 1}`);
}

function statusesOf(answers: Answer[]): number[] {
  return answers.map((it) => it.status).sort((a, b) => a - b);
}

async function blobRows(registry: Registry, digest: string): Promise<Record<string, unknown>[]> {
  return await registry.rows(`select id, storage_key from blobs where digest = '${digest}'`);
}

/** Every file has a row that names it, and the other way round. */
async function expectNoOrphans(registry: Registry): Promise<void> {
  const files = registry.files();
  if (files === null) return;
  const rows = await registry.rows("select storage_key from blobs where storage_key is not null");
  const named = rows.map((row) => String(row["storage_key"]).split("/").at(-1) ?? "");
  const sessions = await registry.rows("select storage_key from upload_sessions where storage_key is not null");
  const open = sessions.map((row) => String(row["storage_key"]).split("/").at(-1) ?? "");
  expect(files.toSorted()).toEqual([...named, ...open].sort());
}

async function expectServed(registry: Registry, repository: string, content: Content): Promise<void> {
  const answer = await registry.ask("GET", `/v2/${repository}/blobs/${content.digest}`);
  expectStatus(answer, 200);
  expect(digestOf(answer.bytes)).toBe(content.digest);
}

export function uploadRules(get: () => Registry, combination: Combination): void {
  mounts(get);
  sizes(get);
  if (combination.storage === "filesystem") restarts(get);
  cancelling(combination);
  races(get);
  if (combination.database === "postgres" && combination.storage === "filesystem") twins(get);
}

function mounts(get: () => Registry): void {
  test("a mount links what `from` has; what it has not is an upload, whatever else exists", async () => {
    const registry = get();
    const [from, to] = [newRepository("from"), newRepository("to")];
    const blob = await pushBlob(registry, from, newContent(40));
    const elsewhere = await pushBlob(registry, newRepository("elsewhere"), newContent(40));
    const mount = (query: string) => registry.ask("POST", `/v2/${to}/blobs/uploads/?${query}`);
    const mounted = await mount(`mount=${blob.digest}&from=${from}`);
    expectStatus(mounted, 201);
    expect(mounted.headers.get("docker-content-digest")).toBe(blob.digest);
    expect(mounted.headers.get("location")).toBe(`/v2/${to}/blobs/${blob.digest}`);
    await expectServed(registry, to, blob);
    const uploads = [
      `mount=${elsewhere.digest}&from=${from}`,
      `mount=${newContent(1).digest}&from=${from}`,
      `mount=${blob.digest}&from=${newRepository("nobody")}`,
      `mount=${blob.digest}&from=NOT/valid`,
      "mount=sha256:short",
      `mount=${newContent(1).digest}`,
    ];
    for (const query of uploads) {
      const answer = await mount(query);
      expectStatus(answer, 202);
      expect(answer.headers.get("location")).toMatch(/\/blobs\/uploads\//);
      expectStatus(await registry.ask("DELETE", answer.headers.get("location") ?? ""), 204);
    }
    expectStatus(await registry.ask("HEAD", `/v2/${to}/blobs/${elsewhere.digest}`), 404);
    // Without `from` it is found wherever the caller may read.
    expectStatus(await mount(`mount=${elsewhere.digest}`), 201);
    await expectServed(registry, to, elsewhere);
  });
}

function sizes(get: () => Registry): void {
  for (const sizeBytes of [0, 1, 16 * 1024, 16 * 1024 + 1, 3 * MIB]) {
    test(`${sizeBytes} bytes: whole, in chunks, and twice`, async () => {
      const registry = get();
      const repository = newRepository("sizes");
      const content = newContent(sizeBytes);
      const location = await startUpload(registry, repository);
      const half = Math.floor(sizeBytes / 2);
      if (half > 0) {
        await sendChunk(registry, location, content.bytes.slice(0, half), 0);
        const status = await registry.ask("GET", location);
        expect([status.status, status.headers.get("range")]).toEqual([204, `0-${half - 1}`]);
        const wrong = await registry.ask("PATCH", location, {
          body: content.bytes.slice(0, 1),
          headers: { "Content-Range": `${half + 1}-${half + 1}` },
        });
        expect([wrong.status, wrong.headers.get("range")]).toEqual([416, `0-${half - 1}`]);
      }
      const put = await registry.ask("PUT", `${location}?digest=${content.digest}`, {
        body: content.bytes.slice(half),
      });
      expectStatus(put, 201);
      await expectServed(registry, repository, content);
      const again = await registry.ask("PUT", `${location}?digest=${content.digest}`, { body: "" });
      expect([again.status, codesOf(again)]).toEqual([404, ["BLOB_UPLOAD_UNKNOWN"]]);
      await pushBlob(registry, repository, content);
      expect(await blobRows(registry, content.digest)).toHaveLength(1);
      await expectNoOrphans(registry);
    });
  }

  test("bytes that do not match their digest are never served", async () => {
    const registry = get();
    const repository = newRepository("mismatch");
    for (const sizeBytes of [10, 100_000]) {
      const [sent, promised] = [newContent(sizeBytes), newContent(sizeBytes)];
      const location = await startUpload(registry, repository);
      const answer = await registry.ask("PUT", `${location}?digest=${promised.digest}`, { body: sent.bytes });
      expect([answer.status, codesOf(answer)]).toEqual([400, ["DIGEST_INVALID"]]);
      for (const { digest } of [sent, promised]) {
        expectStatus(await registry.ask("GET", `/v2/${repository}/blobs/${digest}`), 404);
      }
    }
    await expectNoOrphans(registry);
  });
}

function restarts(get: () => Registry): void {
  for (const [name, sizeBytes] of [
    ["small", 9_000],
    ["large", 2 * MIB + 77],
  ] as const) {
    for (const algorithm of ["sha256", "sha512"] as const) {
      test(`an upload goes on after a restart (${name}, ${algorithm})`, async () => {
        const registry = get();
        const repository = newRepository("resume");
        const { bytes } = newContent(sizeBytes);
        const digest = digestOf(bytes, algorithm);
        const location = await startUpload(registry, repository);
        await registry.restart();
        const third = Math.floor(sizeBytes / 3);
        await sendChunk(registry, location, bytes.slice(0, third), 0);
        await registry.restart();
        const status = await registry.ask("GET", location);
        expect([status.status, status.headers.get("range")]).toEqual([204, `0-${third - 1}`]);
        await sendChunk(registry, location, bytes.slice(third, 2 * third), third);
        await registry.restart();
        const put = await registry.ask("PUT", `${location}?digest=${digest}`, { body: bytes.slice(2 * third) });
        expectStatus(put, 201);
        const blob = await registry.ask("GET", `/v2/${repository}/blobs/${digest}`);
        expect(digestOf(blob.bytes, algorithm)).toBe(digest);
        await expectNoOrphans(registry);
      });
    }
  }
}

function cancelling(combination: Combination): void {
  test("a cancelled upload ends, and its bytes with it; others stay", async () => {
    const registry = await openRegistry(combination);
    try {
      const repository = newRepository("cancelled");
      const kept = await pushBlob(registry, repository, newContent(50_000));
      const location = await startUpload(registry, repository);
      await sendChunk(registry, location, newContent(50_000).bytes, 0);
      const cancelled = await startUpload(registry, repository);
      await sendChunk(registry, cancelled, newContent(50_000).bytes, 0);
      expect(await registry.rows("select id from upload_sessions")).toHaveLength(2);
      expectStatus(await registry.ask("DELETE", cancelled), 204);
      expectStatus(await registry.ask("GET", cancelled), 404);
      expect(await registry.rows("select id from upload_sessions")).toHaveLength(1);
      await expectServed(registry, repository, kept);
      await expectNoOrphans(registry);
    } finally {
      await registry.close();
    }
  });
}

function races(get: () => Registry): void {
  for (const sizeBytes of [1_000, 200_000]) {
    test(`32 equal uploads of ${sizeBytes} bytes at once become one blob`, async () => {
      const registry = get();
      const content = newContent(sizeBytes);
      const repositories = [newRepository("equal"), newRepository("equal")];
      await Promise.all(
        Array.from({ length: 32 }, (_, index) => pushBlob(registry, repositories[index % 2] ?? "", content)),
      );
      expect(await blobRows(registry, content.digest)).toHaveLength(1);
      for (const repository of repositories) await expectServed(registry, repository, content);
      await expectNoOrphans(registry);
    });
  }

  test("of two finishes of one upload one succeeds, and the blob stays whole", async () => {
    const registry = get();
    const repository = newRepository("finish");
    const content = newContent(100_000);
    const location = await startUpload(registry, repository);
    await sendChunk(registry, location, content.bytes, 0);
    const finish = () => registry.ask("PUT", `${location}?digest=${content.digest}`, { body: "" });
    const statuses = statusesOf(await Promise.all([finish(), finish()]));
    expect(statuses).toEqual([201, 404]);
    await expectServed(registry, repository, content);
    await expectNoOrphans(registry);
  });

  test("of two equal chunks of one upload one is taken", async () => {
    const registry = get();
    const repository = newRepository("chunks");
    const content = newContent(100_000);
    const location = await startUpload(registry, repository);
    const headers = { "Content-Range": "0-99999" };
    const patch = () => registry.ask("PATCH", location, { body: content.bytes, headers });
    const statuses = statusesOf(await Promise.all([patch(), patch()]));
    expect(statuses).toEqual([202, 416]);
    expectStatus(await registry.ask("PUT", `${location}?digest=${content.digest}`, { body: "" }), 201);
    await expectServed(registry, repository, content);
  });

  test("many first pushes of one tag: one row is current, and its revision is the number of rows", async () => {
    const registry = get();
    const repository = newRepository("first");
    const documents = Array.from({ length: 16 }, (_, index) =>
      new TextEncoder().encode(`{"schemaVersion":2,"manifests":[],"annotations":{"n":"${repository}-${index}"}}`),
    );
    const headers = { "Content-Type": "application/vnd.oci.image.index.v1+json" };
    const answers = await Promise.all(
      documents.map((body) => registry.ask("PUT", `/v2/${repository}/manifests/v1`, { body, headers })),
    );
    expect(answers.map((it) => it.status)).toEqual(documents.map(() => 201));
    const rows = await registry.rows(
      `select t.revision, t.to_at, t.digest from tags t join repositories r on r.id = t.repository_id
       where r.name = '${repository}' order by t.revision`,
    );
    expect(rows.map((row) => row["revision"])).toEqual(documents.map((_, index) => index + 1));
    expect(rows.filter((row) => row["to_at"] === null)).toEqual([rows.at(-1) ?? {}]);
    const answer = await registry.ask("GET", `/v2/${repository}/manifests/v1`);
    expect(answer.headers.get("docker-content-digest")).toBe(String(rows.at(-1)?.["digest"]));
  });
}

/** Two processes over the same rows and files. */
function twins(get: () => Registry): void {
  test("of two finishes of one upload in two processes one succeeds, and the blob stays whole", async () => {
    const registry = get();
    const other = await registry.twin();
    for (let round = 0; round < 8; round += 1) {
      const repository = newRepository("twins");
      const content = newContent(100_000);
      const location = await startUpload(registry, repository);
      await sendChunk(registry, location, content.bytes, 0);
      expectStatus(await other.ask("GET", location), 204);
      const path = `${location}?digest=${content.digest}`;
      const answers = await Promise.all([registry, other].map((it) => it.ask("PUT", path, { body: "" })));
      expect(statusesOf(answers)[0]).toBe(201);
      await expectServed(registry, repository, content);
      await expectServed(other, repository, content);
      await expectNoOrphans(registry);
    }
  });

  test("an upload that began in one process goes on in another", async () => {
    const registry = get();
    const other = await registry.twin();
    const repository = newRepository("moves");
    for (const sizeBytes of [9_000, 300_000]) {
      const content = newContent(sizeBytes);
      const third = Math.floor(sizeBytes / 3);
      const location = await startUpload(registry, repository);
      await sendChunk(other, location, content.bytes.slice(0, third), 0);
      await sendChunk(registry, location, content.bytes.slice(third, 2 * third), third);
      const rest = content.bytes.slice(2 * third);
      expectStatus(await other.ask("PUT", `${location}?digest=${content.digest}`, { body: rest }), 201);
      expectStatus(await registry.ask("GET", location), 404);
      await expectServed(registry, repository, content);
    }
  });
}
