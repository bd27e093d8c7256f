// What may be pushed as a manifest, and what it leads to.

import { expect, test } from "bun:test";
import {
  codesOf,
  describeContent,
  digestOf,
  expectStatus,
  imageOf,
  indexOf,
  jsonContent,
  newContent,
  newRepository,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  putManifest,
} from "./content.ts";
import type { Registry } from "./registry.ts";

const ABSENT = { mediaType: OCI_LAYER, digest: digestOf(new Uint8Array([1, 2, 3])), size: 3 };

export function manifestRules(get: () => Registry): void {
  test("an image is pulled by tag and by digest, byte for byte", async () => {
    const registry = get();
    const repository = newRepository("image");
    const image = await pushImage(registry, repository, "v1");
    for (const reference of ["v1", image.digest]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await registry.ask(method, `/v2/${repository}/manifests/${reference}`);
        expectStatus(answer, 200);
        expect(answer.headers.get("docker-content-digest")).toBe(image.digest);
        expect(answer.headers.get("content-type")).toBe(OCI_MANIFEST);
        expect(answer.headers.get("content-length")).toBe(String(image.bytes.length));
        if (method === "GET") expect(answer.bytes).toEqual(image.bytes);
      }
    }
    expectStatus(await registry.ask("GET", `/v2/${newRepository("other")}/manifests/${image.digest}`), 404);
  });

  test("sha512: blobs and manifests", async () => {
    const registry = get();
    const repository = newRepository("sha512");
    for (const sizeBytes of [100, 100_000]) {
      const { bytes } = newContent(sizeBytes);
      const content = { bytes, digest: digestOf(bytes, "sha512") };
      await pushBlob(registry, repository, content);
      const answer = await registry.ask("GET", `/v2/${repository}/blobs/${content.digest}`);
      expect(answer.bytes).toEqual(bytes);
      expect(answer.headers.get("docker-content-digest")).toBe(content.digest);
      const layer = describeContent(OCI_LAYER, content);
      const manifest = imageOf({ ...layer, mediaType: OCI_CONFIG }, [layer]);
      const digest = digestOf(manifest.bytes, "sha512");
      const put = await putManifest(registry, repository, digest, manifest);
      expectStatus(put, 201);
      expect(put.headers.get("docker-content-digest")).toBe(digest);
      expect((await registry.ask("GET", `/v2/${repository}/manifests/${digest}`)).bytes).toEqual(manifest.bytes);
    }
  });

  test("one PUT by digest sets many tags", async () => {
    const registry = get();
    const repository = newRepository("tags");
    const image = await pushImage(registry, repository, "seed");
    const tags = Array.from({ length: 12 }, (_, index) => `t${index}`);
    const query = tags.map((tag) => `tag=${tag}`).join("&");
    const put = await putManifest(registry, repository, `${image.digest}?${query}`, image);
    expectStatus(put, 201);
    expect(put.headers.get("oci-tag")?.split(", ")).toEqual(tags);
    for (const tag of tags) {
      const answer = await registry.ask("HEAD", `/v2/${repository}/manifests/${tag}`);
      expect(answer.headers.get("docker-content-digest")).toBe(image.digest);
    }
    // One tag that is not allowed refuses them all.
    const other = await pushImage(registry, repository, null);
    const refused = await putManifest(registry, repository, `${other.digest}?tag=fine&tag=-bad`, other);
    expect([refused.status, codesOf(refused)]).toEqual([400, ["TAG_INVALID"]]);
    expectStatus(await registry.ask("HEAD", `/v2/${repository}/manifests/fine`), 404);
  });

  test("a digest in the address that is not the body's is refused", async () => {
    const registry = get();
    const repository = newRepository("mismatch");
    const image = await pushImage(registry, repository, "v1");
    const answer = await putManifest(registry, repository, newContent(3).digest, image);
    expect([answer.status, codesOf(answer)]).toEqual([400, ["DIGEST_INVALID"]]);
  });

  test("content that is missing is listed, one error a digest, and nothing is stored", async () => {
    const registry = get();
    const repository = newRepository("missing");
    const config = await pushBlob(registry, repository, newContent(10));
    const other = { ...ABSENT, digest: digestOf(new Uint8Array([9])), size: 1 };
    const image = imageOf(describeContent(OCI_CONFIG, config), [ABSENT, other, ABSENT]);
    const answer = await putManifest(registry, repository, "v1", image);
    expectStatus(answer, 400);
    expect(codesOf(answer)).toEqual(["MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"]);
    expect(answer.text).toContain(ABSENT.digest);
    expect(answer.text).toContain(other.digest);
    expectStatus(await registry.ask("HEAD", `/v2/${repository}/manifests/v1`), 404);
    expectStatus(await registry.ask("HEAD", `/v2/${repository}/manifests/${image.digest}`), 404);
  });

  test("another repository's blob or manifest is as missing as any", async () => {
    const registry = get();
    const [owner, thief] = [newRepository("owner"), newRepository("thief")];
    const secret = await pushBlob(registry, owner, newContent(50));
    const child = await pushImage(registry, owner, "v1");
    const config = await pushBlob(registry, thief, newContent(10));
    const image = imageOf(describeContent(OCI_CONFIG, config), [describeContent(OCI_LAYER, secret)]);
    expect(codesOf(await putManifest(registry, thief, "v1", image))).toEqual(["MANIFEST_BLOB_UNKNOWN"]);
    const index = indexOf([child.descriptor]);
    expect(codesOf(await putManifest(registry, thief, "v1", index, OCI_INDEX))).toEqual(["MANIFEST_BLOB_UNKNOWN"]);
    expectStatus(await registry.ask("GET", `/v2/${thief}/blobs/${secret.digest}`), 404);
  });

  test("an index needs one of its children; empty and nested ones are fine", async () => {
    const registry = get();
    const repository = newRepository("index");
    const child = await pushImage(registry, repository, null);
    const absent = { ...ABSENT, mediaType: OCI_MANIFEST };
    const none = await putManifest(registry, repository, "none", indexOf([absent]), OCI_INDEX);
    expect([none.status, codesOf(none)]).toEqual([400, ["MANIFEST_BLOB_UNKNOWN"]]);
    const sparse = indexOf([absent, child.descriptor]);
    expectStatus(await putManifest(registry, repository, "sparse", sparse, OCI_INDEX), 201);
    expectStatus(await putManifest(registry, repository, "empty", indexOf([]), OCI_INDEX), 201);
    const nested = indexOf([describeContent(OCI_INDEX, sparse)]);
    expectStatus(await putManifest(registry, repository, "nested", nested, OCI_INDEX), 201);
  });

  test("an index may list blobs, as BuildKit's caches do", async () => {
    const registry = get();
    const repository = newRepository("cache");
    const layer = await pushBlob(registry, repository, newContent(30));
    const config = await pushBlob(registry, repository, newContent(20));
    const index = indexOf([
      describeContent(OCI_LAYER, layer),
      describeContent("application/vnd.buildkit.cacheconfig.v0", config),
    ]);
    expectStatus(await putManifest(registry, repository, "cache", index, OCI_INDEX), 201);
  });

  test("layers that may not be distributed, or are to be had elsewhere, may be absent", async () => {
    const registry = get();
    const repository = newRepository("foreign");
    const config = describeContent(OCI_CONFIG, await pushBlob(registry, repository, newContent(10)));
    const optional = [
      { ...ABSENT, mediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip" },
      { ...ABSENT, mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" },
      { ...ABSENT, urls: ["https://example.com/layer"] },
    ];
    for (const layer of optional) {
      expectStatus(await putManifest(registry, repository, "v1", imageOf(config, [layer])), 201);
    }
    const noUrls = await putManifest(registry, repository, "v2", imageOf(config, [{ ...ABSENT, urls: [] }]));
    expect(codesOf(noUrls)).toEqual(["MANIFEST_BLOB_UNKNOWN"]);
  });

  test("a size that is not the stored one is refused: config, layer, child", async () => {
    const registry = get();
    const repository = newRepository("sizes");
    const config = describeContent(OCI_CONFIG, await pushBlob(registry, repository, newContent(10)));
    const layer = describeContent(OCI_LAYER, await pushBlob(registry, repository, newContent(20)));
    const child = await pushImage(registry, repository, null);
    const wrong = [
      { content: imageOf({ ...config, size: 11 }, [layer]), type: OCI_MANIFEST },
      { content: imageOf(config, [{ ...layer, size: 19 }]), type: OCI_MANIFEST },
      { content: indexOf([{ ...child.descriptor, size: 1 }]), type: OCI_INDEX },
    ];
    for (const { content, type } of wrong) {
      const answer = await putManifest(registry, repository, "v1", content, type);
      expect([answer.status, codesOf(answer)]).toEqual([400, ["MANIFEST_INVALID"]]);
    }
    expectStatus(await putManifest(registry, repository, "v1", imageOf(config, [layer])), 201);
  });

  test("the same bytes under another media type are refused, whoever comes first", async () => {
    const registry = get();
    const repository = newRepository("confusion");
    const document = jsonContent({ schemaVersion: 2, manifests: [] });
    expectStatus(await putManifest(registry, repository, "a", document, OCI_INDEX), 201);
    const list = "application/vnd.docker.distribution.manifest.list.v2+json";
    const answer = await putManifest(registry, repository, "b", document, list);
    expect([answer.status, codesOf(answer)]).toEqual([400, ["MANIFEST_INVALID"]]);
    const stored = await registry.ask("GET", `/v2/${repository}/manifests/${document.digest}`);
    expect(stored.headers.get("content-type")).toBe(OCI_INDEX);
    expectStatus(await registry.ask("HEAD", `/v2/${repository}/manifests/b`), 404);
  });

  test("a manifest over the limit is 413, one of 4 MiB is taken", async () => {
    const registry = get();
    const repository = newRepository("large");
    const build = (length: number) => {
      const frame = jsonContent({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], annotations: { a: "" } });
      const text = "x".repeat(length - frame.bytes.length);
      return jsonContent({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], annotations: { a: text } });
    };
    const limit = 4 * 1024 * 1024;
    expectStatus(await putManifest(registry, repository, "v1", build(limit), OCI_INDEX), 201);
    expectStatus(await putManifest(registry, repository, "v2", build(limit + 1), OCI_INDEX), 413);
  });
}
