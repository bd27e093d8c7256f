// Referrers. Spec: distribution-spec 1.1, "Listing Referrers" and "Referrers Tag Schema".

import { expect, test } from "bun:test";
import {
  describeContent,
  expectStatus,
  indexOf,
  jsonContent,
  listPages,
  newContent,
  newRepository,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
  pushImage,
  putManifest,
  type Descriptor,
} from "./content.ts";
import type { Registry } from "./registry.ts";

const readManifests = (body: unknown) => (body as { manifests: Descriptor[] }).manifests;

async function listReferrers(
  registry: Registry,
  repository: string,
  digest: string,
  query = "",
): Promise<Descriptor[]> {
  const answer = await registry.ask("GET", `/v2/${repository}/referrers/${digest}${query}`);
  expectStatus(answer, 200);
  expect(answer.headers.get("content-type")).toBe(OCI_INDEX);
  expect(JSON.parse(answer.text)).toMatchObject({ schemaVersion: 2, mediaType: OCI_INDEX });
  return readManifests(JSON.parse(answer.text));
}

export function referrerRules(get: () => Registry): void {
  test("a referrer is listed with its type and annotations, also before its subject is pushed", async () => {
    const registry = get();
    const repository = newRepository("referrers");
    const subjectBytes = jsonContent({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [],
      annotations: { a: repository },
    });
    const subject = describeContent(OCI_INDEX, subjectBytes);
    expect(await listReferrers(registry, repository, subject.digest)).toEqual([]);
    const referrer = await pushImage(registry, repository, null, {
      subject,
      artifactType: "application/vnd.example.sbom",
      annotations: { "org.example": "ä" },
    });
    const expected = {
      ...referrer.descriptor,
      artifactType: "application/vnd.example.sbom",
      annotations: { "org.example": "ä" },
    };
    expect(await listReferrers(registry, repository, subject.digest)).toEqual([expected]);
    expectStatus(await putManifest(registry, repository, "subject", subjectBytes, OCI_INDEX), 201);
    expect(await listReferrers(registry, repository, subject.digest)).toEqual([expected]);
    expect(await listReferrers(registry, newRepository("other"), subject.digest)).toEqual([]);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/${referrer.digest}`), 202);
    expect(await listReferrers(registry, repository, subject.digest)).toEqual([]);
  });

  test("OCI-Subject says that the subject was understood", async () => {
    const registry = get();
    const repository = newRepository("subject");
    const subject = (await pushImage(registry, repository, "v1")).descriptor;
    const index = indexOf([], { subject });
    const put = await putManifest(registry, repository, index.digest, index, OCI_INDEX);
    expect(put.headers.get("oci-subject")).toBe(subject.digest);
    // An index without an artifact type of its own has none.
    expect(await listReferrers(registry, repository, subject.digest)).toEqual([describeContent(OCI_INDEX, index)]);
  });

  test("artifactType filters exactly; several are alternatives; a plus sign is one", async () => {
    const registry = get();
    const repository = newRepository("filter");
    const subject = (await pushImage(registry, repository, "v1")).descriptor;
    const types = ["application/vnd.a+json", "application/vnd.b", "application/vnd.bb"];
    const pushed = new Map<string, string>();
    for (const artifactType of types) {
      pushed.set(artifactType, (await pushImage(registry, repository, null, { subject, artifactType })).digest);
    }
    const plain = await pushImage(registry, repository, null, { subject });
    const find = async (query: string) =>
      (await listReferrers(registry, repository, subject.digest, query)).map((it) => it.digest).sort();
    const digests = (...wanted: string[]) => wanted.map((type) => pushed.get(type) ?? "").sort();
    expect(await find("?artifactType=application/vnd.b")).toEqual(digests("application/vnd.b"));
    expect(await find("?artifactType=application%2Fvnd.a%2Bjson")).toEqual(digests("application/vnd.a+json"));
    expect(await find("?artifactType=application/vnd.a+json")).toEqual(digests("application/vnd.a+json"));
    expect(await find("?artifactType=application/vnd.b&artifactType=application/vnd.bb")).toEqual(
      digests("application/vnd.b", "application/vnd.bb"),
    );
    // An image without an artifact type has its config's media type.
    expect(await find(`?artifactType=${encodeURIComponent(OCI_CONFIG)}`)).toEqual([plain.digest]);
    expect(await find("?artifactType=application/vnd.none")).toEqual([]);
    const answer = await registry.ask("GET", `/v2/${repository}/referrers/${subject.digest}?artifactType=x`);
    expect(answer.headers.get("oci-filters-applied")).toBe("artifactType");
  });

  test("pages hold every referrer once, filtered or not", async () => {
    const registry = get();
    const repository = newRepository("pages");
    const subject = (await pushImage(registry, repository, "v1")).descriptor;
    const digests: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const artifactType = index % 2 === 0 ? "application/vnd.even" : "application/vnd.odd";
      digests.push((await pushImage(registry, repository, null, { subject, artifactType })).digest);
    }
    const base = `/v2/${repository}/referrers/${subject.digest}`;
    const pages = await listPages(registry, `${base}?n=3`, readManifests);
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().map((it) => it.digest)).toEqual([...digests].sort());
    const even = await listPages(registry, `${base}?n=3&artifactType=application/vnd.even`, readManifests);
    expect(even.flat().map((it) => it.digest)).toEqual(digests.filter((_, index) => index % 2 === 0).sort());
  });

  test("entries of an older client's fallback tag are merged", async () => {
    const registry = get();
    const repository = newRepository("fallback");
    const subject = (await pushImage(registry, repository, "v1")).descriptor;
    const direct = await pushImage(registry, repository, null, { subject, artifactType: "application/vnd.direct" });
    const older = await pushImage(registry, repository, null, { artifactType: "application/vnd.older" });
    const fallback = indexOf([
      { ...older.descriptor, artifactType: "application/vnd.lie", annotations: { lie: "yes" } },
      direct.descriptor,
    ]);
    const tag = subject.digest.replace(":", "-");
    expectStatus(await putManifest(registry, repository, tag, fallback, OCI_INDEX), 201);
    const found = await listReferrers(registry, repository, subject.digest);
    expect(found.map((it) => it.digest)).toEqual([direct.digest, older.digest].sort());
    // What is told of it is read from itself.
    expect(found.find((it) => it.digest === older.digest)).toEqual({
      ...older.descriptor,
      artifactType: "application/vnd.older",
    });
    const filtered = await listReferrers(registry, repository, subject.digest, "?artifactType=application/vnd.older");
    expect(filtered.map((it) => it.digest)).toEqual([older.digest]);
    const pages = await listPages(registry, `/v2/${repository}/referrers/${subject.digest}?n=1`, readManifests);
    expect(pages.flat().map((it) => it.digest)).toEqual([direct.digest, older.digest].sort());
  });

  test("a fallback tag cannot make up referrers", async () => {
    const registry = get();
    const repository = newRepository("fake");
    const subject = (await pushImage(registry, repository, "v1")).descriptor;
    const other = (await pushImage(registry, repository, "v2")).descriptor;
    const elsewhere = await pushImage(registry, repository, null, { subject: other });
    const foreign = await pushImage(registry, newRepository("foreign"), null);
    const absent = describeContent(OCI_MANIFEST, newContent(30));
    const fake = indexOf([elsewhere.descriptor, foreign.descriptor, absent]);
    const tag = subject.digest.replace(":", "-");
    expectStatus(await putManifest(registry, repository, tag, fake, OCI_INDEX), 201);
    expect(await listReferrers(registry, repository, subject.digest)).toEqual([]);
  });
}
