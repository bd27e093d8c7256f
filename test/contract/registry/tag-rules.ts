// Tags and their history, deleting, and the lists of tags and repositories.

import { expect, test } from "bun:test";
import { codesOf, expectStatus, listPages, newRepository, nextOf, pushImage, putManifest } from "./content.ts";
import type { Registry } from "./registry.ts";

const readTags = (body: unknown) => (body as { tags: string[] }).tags;
const readNames = (body: unknown) => (body as { repositories: string[] }).repositories;

async function historyOf(registry: Registry, repository: string, tag: string) {
  return await registry.rows(
    `select t.revision, t.digest, t.to_at is null as is_current from tags t join repositories r on r.id = t.repository_id
     where r.name = '${repository}' and t.name = '${tag}' order by t.revision`,
  );
}

export function tagRules(get: () => Registry): void {
  test("a tag's rows have growing revisions; a PUT of the same digest adds none", async () => {
    const registry = get();
    const repository = newRepository("history");
    const first = await pushImage(registry, repository, "v1");
    const second = await pushImage(registry, repository, "v1");
    expectStatus(await putManifest(registry, repository, "v1", second), 201);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/v1`), 202);
    expectStatus(await registry.ask("GET", `/v2/${repository}/manifests/v1`), 404);
    expectStatus(await putManifest(registry, repository, "v1", first), 201);
    const history = await historyOf(registry, repository, "v1");
    expect(history.map((row) => [row["revision"], row["digest"], Boolean(row["is_current"])])).toEqual([
      [1, first.digest, false],
      [2, second.digest, false],
      [3, first.digest, true],
    ]);
    // A tag's end leaves its manifest.
    expectStatus(await registry.ask("GET", `/v2/${repository}/manifests/${second.digest}`), 200);
  });

  test("deleting a manifest ends the tags that point at it, and no others", async () => {
    const registry = get();
    const repository = newRepository("delete");
    const image = await pushImage(registry, repository, "a");
    expectStatus(await putManifest(registry, repository, "b", image), 201);
    const other = await pushImage(registry, repository, "c");
    // Read once, so that what is remembered must be forgotten.
    expectStatus(await registry.ask("GET", `/v2/${repository}/manifests/a`), 200);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/${image.digest}`), 202);
    for (const reference of ["a", "b", image.digest]) {
      const answer = await registry.ask("GET", `/v2/${repository}/manifests/${reference}`);
      expect([answer.status, codesOf(answer)]).toEqual([404, ["MANIFEST_UNKNOWN"]]);
    }
    const list = await registry.ask("GET", `/v2/${repository}/tags/list`);
    expect(JSON.parse(list.text)).toEqual({ name: repository, tags: ["c"] });
    expectStatus(await registry.ask("GET", `/v2/${repository}/manifests/${other.digest}`), 200);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/${image.digest}`), 404);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/a`), 404);
    // What was deleted can be pushed again.
    expectStatus(await putManifest(registry, repository, "a", image), 201);
    expect((await historyOf(registry, repository, "a")).map((row) => row["revision"])).toEqual([1, 2]);
  });

  test("a list of tags that was read before shows every change since", async () => {
    const registry = get();
    const repository = newRepository("lists");
    const list = async (query = "") =>
      readTags(JSON.parse((await registry.ask("GET", `/v2/${repository}/tags/list${query}`)).text));
    const image = await pushImage(registry, repository, "b");
    for (const query of ["", "", "?n=1"]) expect(await list(query)).toEqual(["b"]);
    expectStatus(await putManifest(registry, repository, "a", image), 201);
    expect(await list()).toEqual(["a", "b"]);
    expect(await list("?n=1")).toEqual(["a"]);
    expect(await list("?n=1&last=a")).toEqual(["b"]);
    expect(await list("?n=0")).toEqual([]);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/a`), 202);
    expect(await list()).toEqual(["b"]);
    expectStatus(await registry.operate("POST", "/bin/restore", { repository, reference: "a" }), 200);
    expect(await list()).toEqual(["a", "b"]);
    expectStatus(await registry.ask("DELETE", `/v2/${repository}/manifests/${image.digest}`), 202);
    expect(await list()).toEqual([]);
  });

  test("deleting a blob takes it from this repository alone, at once", async () => {
    const registry = get();
    const [here, there] = [newRepository("here"), newRepository("there")];
    const image = await pushImage(registry, here, "v1");
    const body = JSON.parse(new TextDecoder().decode(image.bytes)) as { layers: { digest: string }[] };
    const digest = body.layers[0]?.digest ?? "";
    expectStatus(await registry.ask("POST", `/v2/${there}/blobs/uploads/?mount=${digest}&from=${here}`), 201);
    expectStatus(await registry.ask("GET", `/v2/${here}/blobs/${digest}`), 200);
    expectStatus(await registry.ask("DELETE", `/v2/${here}/blobs/${digest}`), 202);
    expectStatus(await registry.ask("HEAD", `/v2/${here}/blobs/${digest}`), 404);
    expectStatus(await registry.ask("DELETE", `/v2/${here}/blobs/${digest}`), 404);
    expectStatus(await registry.ask("GET", `/v2/${there}/blobs/${digest}`), 200);
  });

  test("tags are listed by byte value, in pages", async () => {
    const registry = get();
    const repository = newRepository("list");
    const image = await pushImage(registry, repository, "seed");
    const tags = ["A", "Z", "_x", "a", "a-1", "a.1", "a_1", "b", "v10", "v2", "0"];
    const query = tags.map((tag) => `tag=${tag}`).join("&");
    expectStatus(await putManifest(registry, repository, `${image.digest}?${query}`, image), 201);
    const sorted = [...tags, "seed"].sort();
    for (const n of [1, 4, 12, 13, 5_000]) {
      const pages = await listPages(registry, `/v2/${repository}/tags/list?n=${n}`, readTags);
      expect(pages.flat()).toEqual(sorted);
      expect(pages.length).toBe(Math.ceil(sorted.length / n));
    }
    const none = await registry.ask("GET", `/v2/${repository}/tags/list?n=0`);
    expect([readTags(JSON.parse(none.text)), nextOf(none)]).toEqual([[], null]);
    // `last` need not exist.
    const after = await registry.ask("GET", `/v2/${repository}/tags/list?last=a-zzz`);
    expect(readTags(JSON.parse(after.text))).toEqual(sorted.filter((tag) => tag > "a-zzz"));
    const unknown = await registry.ask("GET", `/v2/${newRepository("nobody")}/tags/list`);
    expect([unknown.status, codesOf(unknown)]).toEqual([404, ["NAME_UNKNOWN"]]);
  });

  test("the catalog is listed by byte value, in pages; library/x is x", async () => {
    const registry = get();
    const base = newRepository("catalog");
    const names = [`${base}-b`, base, `${base}/c`, `${base}_a`, `${base}.d`];
    for (const name of names) await pushImage(registry, name, "v1");
    const short = base.replace("contract/", "");
    await pushImage(registry, `library/${short}`, "v1");
    const pages = await listPages(registry, "/v2/_catalog?n=2", readNames);
    const all = pages.flat();
    expect(all).toEqual([...all].sort());
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((name) => name.startsWith(base))).toEqual([...names].sort());
    expect(all).toContain(short);
    expect(all).not.toContain(`library/${short}`);
    expect(pages.slice(0, -1).every((page) => page.length === 2)).toBe(true);
    expectStatus(await registry.ask("GET", `/v2/${short}/manifests/v1`), 200);
    const list = await registry.ask("GET", `/v2/library/${short}/tags/list`);
    expect(JSON.parse(list.text)).toEqual({ name: `library/${short}`, tags: ["v1"] });
    const spellings = [`/v2/_catalog?n=1&last=${short}`, `/v2/_catalog?n=1&last=library%2F${short}`];
    const [one, two] = await Promise.all(spellings.map((path) => registry.ask("GET", path)));
    expect(one?.text).toBe(two?.text ?? "");
  });

  test("whatever is asked of a list is answered without a failure", async () => {
    const registry = get();
    const repository = newRepository("strange");
    const image = await pushImage(registry, repository, "v1");
    const lists = [
      "/v2/_catalog?n=2",
      `/v2/${repository}/tags/list?n=2`,
      `/v2/${repository}/referrers/${image.digest}?n=2`,
    ];
    const values = ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "'%22;--", "%F0%9F%98%80", "x".repeat(4_000), "%5C", "%25"];
    const failures: string[] = [];
    for (const list of lists) {
      for (const value of values) {
        for (const name of ["last", "artifactType"]) {
          const answer = await registry.ask("GET", `${list}&${name}=${value}`);
          if (answer.status >= 500) failures.push(`${list}&${name}=${value.slice(0, 20)}: ${answer.status}`);
        }
      }
      for (const n of ["-1", "1e9", "x", "", "9".repeat(19), "0x10"]) {
        const answer = await registry.ask("GET", list.replace("n=2", `n=${n}`));
        if (answer.status >= 500) failures.push(`${list} n=${n}: ${answer.status}`);
      }
    }
    expect(failures).toEqual([]);
  });
}
