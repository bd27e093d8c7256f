// Fsck over a whole application: nothing to say of what is sound, and the name of what is not.

import { expect, test } from "bun:test";
import type { Finding, FsckReport, Line } from "../../../src/operator/api.ts";
import {
  describeContent,
  expectStatus,
  imageOf,
  indexOf,
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

async function fsck(registry: Registry, repair = false): Promise<{ found: Finding[]; report: FsckReport }> {
  const answer = await registry.operate("POST", "/fsck", { repair });
  expectStatus(answer, 200);
  const lines = answer.text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Line);
  const last = lines.at(-1);
  if (last?.event !== "done") throw new Error(`fsck did not end: ${answer.text.slice(-500)}`);
  const found = lines.flatMap((line) => (line.event === "finding" ? [line.finding] : []));
  // The result of this path.
  return { found, report: last.result as FsckReport };
}

/** Other tests leave rows behind that are incomplete on purpose. */
const of = (found: Finding[], text: string) => found.filter((it) => `${it.subject} ${it.message}`.includes(text));

export function checkRules(opened: () => Registry): void {
  test("what was pushed in order has no findings, children and blobs that may be absent included", async () => {
    const registry = opened();
    const repository = newRepository("sound");
    const image = await pushImage(registry, repository, "v1");
    await pushBlob(registry, repository, newContent(100_000));
    const absent = describeContent(OCI_MANIFEST, newContent(100));
    const index = indexOf([describeContent(OCI_MANIFEST, image), absent]);
    await putManifest(registry, repository, "index", index, OCI_INDEX);
    const config = await pushBlob(registry, repository, newContent(50));
    const foreign = describeContent("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", newContent(10));
    const partial = imageOf(describeContent(OCI_CONFIG, config), [foreign]);
    await putManifest(registry, repository, "partial", partial, OCI_MANIFEST);
    const { found, report } = await fsck(registry);
    expect(of(found, repository)).toEqual([]);
    expect(report.checked["manifests"]).toBeGreaterThanOrEqual(3);
    expect(report.checked["tags"]).toBeGreaterThanOrEqual(3);
  });

  test("a manifest whose layer was deleted is named, one in the recycle bin is not", async () => {
    const registry = opened();
    const repository = newRepository("lacking");
    const layer = await pushBlob(registry, repository, newContent(200));
    const config = await pushBlob(registry, repository, newContent(50));
    const image = imageOf(describeContent(OCI_CONFIG, config), [describeContent(OCI_LAYER, layer)]);
    await putManifest(registry, repository, "v1", image, OCI_MANIFEST);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/blobs/${layer.digest}`), 202);
    const named = of((await fsck(registry)).found, repository);
    expect(named).toMatchObject([
      { kind: "manifest-reference", subject: `${repository}@${image.digest}`, repair: null, repaired: false },
    ]);
    expect(named[0]?.message).toContain(`the layer ${layer.digest}`);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/${image.digest}`), 202);
    expect(of((await fsck(registry)).found, repository)).toEqual([]);
  });

  test("a blob of which a repair finds other bytes is not there any more", async () => {
    const registry = opened();
    if (registry.combination.database !== "postgres") return;
    const repository = newRepository("rotten");
    const { digest } = await pushBlob(registry, repository, newContent(64));
    await registry.rows(`update blobs set content = decode(repeat('00', 64), 'hex') where digest = '${digest}'`);
    expect(of((await fsck(registry)).found, digest)).toMatchObject([{ kind: "blob-bytes", repaired: false }]);
    expect(of((await fsck(registry, true)).found, digest)).toMatchObject([{ kind: "blob-bytes", repaired: true }]);
    expectStatus(await registry.ask("GET", `/v2/${repository}/blobs/${digest}`), 404);
    expect(of((await fsck(registry, true)).found, digest)).toMatchObject([{ kind: "blob-quarantined" }]);
  });
}
