// The recycle bin: what was deleted is nowhere to be seen, and can be had back as it was.

import { expect, test } from "bun:test";
import type { BinEntry } from "../../../src/operator/api.ts";
import {
  codesOf,
  describeContent,
  expectStatus,
  indexOf,
  jsonContent,
  newRepository,
  OCI_INDEX,
  OCI_MANIFEST,
  pushImage,
  putManifest,
} from "./content.ts";
import type { Answer, Registry } from "./registry.ts";

async function listBin(registry: Registry, repository: string, limit = 100): Promise<BinEntry[]> {
  const entries: BinEntry[] = [];
  for (let after: string | null = ""; after !== null;) {
    const more: string = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const answer = await registry.operate("GET", `/bin?repository=${repository}&limit=${limit}${more}`);
    expectStatus(answer, 200);
    const page = JSON.parse(answer.text) as { items: BinEntry[]; next: string | null };
    expect(page.items.length).toBeLessThanOrEqual(limit);
    entries.push(...page.items);
    after = page.next;
  }
  return entries;
}

const namesOf = (entries: BinEntry[]) => entries.map((it) => it.reference).sort();

/** The last line of what the command says. */
async function command(registry: Registry, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await registry.operate("POST", path, body);
  expectStatus(answer, 200);
  const lines = answer.text.split("\n").filter((line) => line.trim() !== "");
  return JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;
}

const restore = (registry: Registry, repository: string, reference: string) =>
  command(registry, "/bin/restore", { repository, reference });

async function statusesOf(registry: Registry, repository: string, references: string[]): Promise<number[]> {
  const answers: Answer[] = [];
  for (const reference of references) {
    for (const method of ["GET", "HEAD"]) {
      answers.push(await registry.ask(method, `/v2/${repository}/manifests/${reference}`));
    }
  }
  return [...new Set(answers.map((it) => it.status))];
}

async function tagsOf(registry: Registry, repository: string): Promise<string[]> {
  const answer = await registry.ask("GET", `/v2/${repository}/tags/list`);
  return (JSON.parse(answer.text) as { tags: string[] }).tags;
}

async function referrersOf(registry: Registry, repository: string, digest: string): Promise<string[]> {
  const answer = await registry.ask("GET", `/v2/${repository}/referrers/${digest}`);
  return (JSON.parse(answer.text) as { manifests: { digest: string }[] }).manifests.map((it) => it.digest);
}

const remove = async (registry: Registry, repository: string, reference: string) =>
  expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/${reference}`), 202);

export function binRules(get: () => Registry): void {
  test("a deleted manifest is nowhere but in the bin, and comes back whole with its tags", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const subject = await pushImage(registry, repository, "subject");
    const image = await pushImage(registry, repository, "a", { subject: subject.descriptor });
    expectStatus(await putManifest(registry, repository, "b", image), 201);
    const references = ["a", "b", image.digest];
    // All of it is remembered from here on, where anything is.
    expect(await statusesOf(registry, repository, references)).toEqual([200]);
    expect(await tagsOf(registry, repository)).toEqual(["a", "b", "subject"]);
    expect(await referrersOf(registry, repository, subject.digest)).toEqual([image.digest]);

    const before = Date.now();
    await remove(registry, repository, image.digest);
    expect(await statusesOf(registry, repository, references)).toEqual([404]);
    expect(await tagsOf(registry, repository)).toEqual(["subject"]);
    expect(await referrersOf(registry, repository, subject.digest)).toEqual([]);
    const again = await registry.ask("DELETE", `/v2/${repository}/manifests/${image.digest}`);
    expect([again.status, codesOf(again)]).toEqual([404, ["MANIFEST_UNKNOWN"]]);

    const entries = await listBin(registry, repository);
    expect(namesOf(entries)).toEqual(["a", "b", image.digest].sort());
    for (const entry of entries) {
      expect(entry).toMatchObject({ repository, digest: image.digest, sizeBytes: image.bytes.length });
      expect(entry.kind).toBe(entry.reference === image.digest ? "manifest" : "tag");
      expect(entry.deletedBy).toBe("anonymous");
      expect(entry.deletedAt).toBeGreaterThanOrEqual(before);
      expect(entry.purgedAt - entry.deletedAt).toBe(7 * 86_400_000);
    }

    expect(await restore(registry, repository, image.digest)).toMatchObject({
      event: "done",
      result: { manifests: 1, tags: 2 },
    });
    expect(await statusesOf(registry, repository, references)).toEqual([200]);
    const back = await registry.ask("GET", `/v2/${repository}/manifests/a`);
    expect(back.text).toBe(new TextDecoder().decode(image.bytes));
    expect(back.headers.get("content-type")).toBe(OCI_MANIFEST);
    expect(await tagsOf(registry, repository)).toEqual(["a", "b", "subject"]);
    expect(await referrersOf(registry, repository, subject.digest)).toEqual([image.digest]);
    expect(await listBin(registry, repository)).toEqual([]);
    const none = await restore(registry, repository, image.digest);
    expect(none).toMatchObject({ event: "failed", code: "MANIFEST_UNKNOWN" });
  });

  test("a deleted tag comes back; what it was is in its history", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const image = await pushImage(registry, repository, "v1");
    await remove(registry, repository, "v1");
    expect(await statusesOf(registry, repository, [image.digest])).toEqual([200]);
    const [entry, ...others] = await listBin(registry, repository);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ kind: "tag", reference: "v1", digest: image.digest, deletedBy: "anonymous" });
    expect(await restore(registry, repository, "v1")).toMatchObject({ event: "done" });
    expect(await tagsOf(registry, repository)).toEqual(["v1"]);
    const history = await registry.rows(
      `select t.revision, t.to_at is null as is_current, t.deleted_at, t.deleted_by from tags t
       join repositories r on r.id = t.repository_id where r.name = '${repository}' order by t.revision`,
    );
    expect(history.map((row) => [Number(row["revision"]), Boolean(row["is_current"])])).toEqual([
      [1, false],
      [2, true],
    ]);
    for (const row of history) expect([row["deleted_at"], row["deleted_by"]]).toEqual([null, null]);
  });

  test("a tag brings its manifest back, and no other tags; one that exists by now stays as it is", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const image = await pushImage(registry, repository, "a");
    expectStatus(await putManifest(registry, repository, "b", image), 201);
    await remove(registry, repository, image.digest);
    const other = await pushImage(registry, repository, "b");
    const refused = await restore(registry, repository, "b");
    expect(refused).toMatchObject({ event: "failed", code: "MANIFEST_UNKNOWN" });
    expect(refused["message"]).toContain(other.digest);
    expect(namesOf(await listBin(registry, repository))).toEqual(["a", image.digest].sort());
    expect(await restore(registry, repository, "a")).toMatchObject({ event: "done" });
    expect(await statusesOf(registry, repository, ["a", image.digest])).toEqual([200]);
    const b = await registry.ask("HEAD", `/v2/${repository}/manifests/b`);
    expect(b.headers.get("docker-content-digest")).toBe(other.digest);

    // The other way about: the manifest comes back, the tag that points elsewhere is left.
    await remove(registry, repository, image.digest);
    expectStatus(await putManifest(registry, repository, "a", other), 201);
    expect(await restore(registry, repository, image.digest)).toMatchObject({ result: { manifests: 1, tags: 0 } });
    const a = await registry.ask("HEAD", `/v2/${repository}/manifests/a`);
    expect(a.headers.get("docker-content-digest")).toBe(other.digest);
  });

  test("pushing a deleted manifest again takes it out of the bin, if what it names is here", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const image = await pushImage(registry, repository, "v1");
    await remove(registry, repository, image.digest);
    const { config } = JSON.parse(new TextDecoder().decode(image.bytes)) as { config: { digest: string } };
    const blob = await registry.ask("GET", `/v2/${repository}/blobs/${config.digest}`);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/blobs/${config.digest}`), 202);
    const refused = await putManifest(registry, repository, image.digest, image);
    expect([refused.status, codesOf(refused)]).toEqual([400, ["MANIFEST_BLOB_UNKNOWN"]]);
    const upload = `/v2/${repository}/blobs/uploads/?digest=${config.digest}`;
    expectStatus(await registry.ask("POST", upload, { body: blob.bytes }), 201);

    expectStatus(await putManifest(registry, repository, image.digest, image), 201);
    expect(await statusesOf(registry, repository, [image.digest])).toEqual([200]);
    expect(await tagsOf(registry, repository)).toEqual([]);
    expect(namesOf(await listBin(registry, repository))).toEqual(["v1"]);
    expectStatus(await putManifest(registry, repository, "v1", image), 201);
    expect(await listBin(registry, repository)).toEqual([]);
    const rows = await registry.rows(
      `select count(*) as n from manifest_references x join repositories r on r.id = x.repository_id where r.name = '${repository}'`,
    );
    expect(Number(rows[0]?.["n"])).toBe(2);
  });

  test("bytes that were deleted as one type can be pushed as another", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const docker = "application/vnd.docker.distribution.manifest.list.v2+json";
    const content = jsonContent({ schemaVersion: 2, manifests: [], annotations: { a: repository } });
    expectStatus(await putManifest(registry, repository, "v1", content, OCI_INDEX), 201);
    expect((await putManifest(registry, repository, "v1", content, docker)).status).toBe(400);
    await remove(registry, repository, content.digest);
    expectStatus(await putManifest(registry, repository, "v1", content, docker), 201);
    const answer = await registry.ask("GET", `/v2/${repository}/manifests/v1`);
    expect(answer.headers.get("content-type")).toBe(docker);
    expect(await listBin(registry, repository)).toEqual([]);
  });

  test("a deleted child is missing from its index, and counts as missing for a new one", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const child = await pushImage(registry, repository, null);
    const index = indexOf([child.descriptor]);
    expectStatus(await putManifest(registry, repository, "multi", index, OCI_INDEX), 201);
    await remove(registry, repository, child.digest);
    expect(await statusesOf(registry, repository, ["multi"])).toEqual([200]);
    expect(await statusesOf(registry, repository, [child.digest])).toEqual([404]);
    const another = indexOf([child.descriptor], { annotations: { a: "b" } });
    const refused = await putManifest(registry, repository, "other", another, OCI_INDEX);
    expect([refused.status, codesOf(refused)]).toEqual([400, ["MANIFEST_BLOB_UNKNOWN"]]);
    expect(await restore(registry, repository, child.digest)).toMatchObject({ event: "done" });
    expectStatus(await putManifest(registry, repository, "other", another, OCI_INDEX), 201);
  });

  test("what a fallback tag lists is not listed while it is in the bin", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const subject = await pushImage(registry, repository, "v1");
    const artifact = await pushImage(registry, repository, null);
    const index = indexOf([describeContent(OCI_MANIFEST, artifact)]);
    const tag = subject.digest.replace(":", "-");
    expectStatus(await putManifest(registry, repository, tag, index, OCI_INDEX), 201);
    expect(await referrersOf(registry, repository, subject.digest)).toEqual([artifact.digest]);
    await remove(registry, repository, artifact.digest);
    expect(await referrersOf(registry, repository, subject.digest)).toEqual([]);
    await restore(registry, repository, artifact.digest);
    expect(await referrersOf(registry, repository, subject.digest)).toEqual([artifact.digest]);
  });

  test("the bin is listed in pages, newest first, each entry once", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const image = await pushImage(registry, repository, "t0");
    const tags = Array.from({ length: 12 }, (_, index) => `t${index}`);
    const query = tags.map((tag) => `tag=${tag}`).join("&");
    expectStatus(await putManifest(registry, repository, `${image.digest}?${query}`, image), 201);
    const single = await pushImage(registry, repository, "single");
    await remove(registry, repository, "single");
    // Its twelve tags are of one millisecond.
    await remove(registry, repository, image.digest);
    await remove(registry, repository, single.digest);
    const all = await listBin(registry, repository);
    expect(all.map((it) => it.deletedAt)).toEqual(all.map((it) => it.deletedAt).sort((a, b) => b - a));
    expect(namesOf(all)).toEqual(["single", single.digest, image.digest, ...tags].sort());
    for (const limit of [1, 4, 13, 15]) expect(await listBin(registry, repository, limit)).toEqual(all);
    const everywhere = await registry.operate("GET", "/bin?limit=1000");
    const { items: entries } = JSON.parse(everywhere.text) as { items: BinEntry[] };
    expect(entries.filter((it) => it.repository === repository)).toEqual(all);
    for (const after of ["x", "1", "1/2/3/4", "1/2/%00", "-1/2"]) {
      expect((await registry.operate("GET", `/bin?after=${encodeURIComponent(after)}`)).status).toBe(400);
    }
    const unknown = await registry.operate("GET", `/bin?repository=${newRepository("nobody")}`);
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
      404,
      expect.objectContaining({ code: "NAME_UNKNOWN" }),
    ]);
  });

  test("what is emptied is gone for good, and its blobs are for the collector", async () => {
    const registry = get();
    const repository = newRepository("bin");
    const [first, second] = [await pushImage(registry, repository, "a"), await pushImage(registry, repository, "b")];
    for (const { digest } of [first, second]) await remove(registry, repository, digest);
    const empty = (body: object) => command(registry, "/bin/empty", body);
    // With the tag that went into the bin with it.
    expect(await empty({ repository, reference: first.digest })).toMatchObject({ result: { manifests: 1, tags: 1 } });
    expect(await restore(registry, repository, first.digest)).toMatchObject({ event: "failed" });
    expect(await restore(registry, repository, "a")).toMatchObject({ event: "failed", code: "MANIFEST_UNKNOWN" });
    expect(await empty({ repository, reference: first.digest })).toMatchObject({ event: "failed" });
    expect(await empty({ repository, reference: "b" })).toMatchObject({ result: { manifests: 0, tags: 1 } });
    expect(await empty({ repository })).toMatchObject({ result: { manifests: 1, tags: 0 } });
    expect(await listBin(registry, repository)).toEqual([]);
    const left = await registry.rows(
      `select (select count(*) from manifests m where m.repository_id = r.id) as manifests,
         (select count(*) from manifest_references x where x.repository_id = r.id) as named,
         (select count(*) from repository_blobs l where l.repository_id = r.id and l.kept_until is not null) as links
       from repositories r where r.name = '${repository}'`,
    );
    expect(left.map((row) => [row["manifests"], row["named"], row["links"]].map(Number))).toEqual([[0, 0, 4]]);
    expectStatus(await putManifest(registry, repository, "a", first), 201);
  });
}
