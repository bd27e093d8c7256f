// What is inside images, over HTTP: files of layers and of merged images, differences, charts, texts; who may see them; and
// archives that were made to harm whoever reads them.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { basic, makeAcme, openAccessRegistry, type AccessRegistry } from "../support/access.ts";
import { digestOf } from "../support/stored.ts";
import { tarOf, type TarEntry } from "../support/tars.ts";

setDefaultTimeout(120_000);

const OCI = "application/vnd.oci.image";
const LAYER = `${OCI}.layer.v1.tar`;
const ANN = basic("ann");

let registry: AccessRegistry;
/** Of manifests, by digest. */
const sizes = new Map<string, number>();

beforeAll(async () => {
  registry = await openAccessRegistry();
  await makeAcme(registry);
  await registry.change("update namespaces set creates_on_push = 1");
});

afterAll(async () => {
  await registry.close();
});

type Layer = { bytes: Uint8Array; type?: string };
// Answers are read where they are expected: what is not there fails there.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = Record<string, any>;

async function pushBlob(repository: string, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  const url = `${registry.url}/v2/${repository}/blobs/uploads/?digest=${digest}`;
  const response = await fetch(url, { method: "POST", headers: ANN, body: new Uint8Array(bytes) });
  if (response.status !== 201) throw new Error(`blob: ${response.status} ${await response.text()}`);
  return digest;
}

async function putManifest(repository: string, tag: string, type: string, body: object): Promise<string> {
  const text = JSON.stringify(body);
  const response = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, {
    method: "PUT",
    headers: { ...ANN, "content-type": type },
    body: text,
  });
  if (response.status !== 201) throw new Error(`manifest: ${response.status} ${await response.text()}`);
  const digest = digestOf(new TextEncoder().encode(text));
  sizes.set(digest, text.length);
  return digest;
}

async function pushImage(
  repository: string,
  tag: string,
  layers: Layer[],
  config: object = {},
  configType = `${OCI}.config.v1+json`,
) {
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  const described = [];
  for (const layer of layers) {
    const digest = await pushBlob(repository, layer.bytes);
    described.push({ mediaType: layer.type ?? LAYER, digest, size: layer.bytes.length });
  }
  const digest = await putManifest(repository, tag, `${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: { mediaType: configType, digest: await pushBlob(repository, bytes), size: bytes.length },
    layers: described,
  });
  return { digest, layers: described.map((it) => it.digest) };
}

function ask(path: string, query: Record<string, string> = {}, as: Record<string, string> = ANN): Promise<Response> {
  return fetch(`${registry.url}/api/v1/repositories/${path}?${new URLSearchParams(query).toString()}`, { headers: as });
}

/** Asks again while indexes are made. */
async function look(path: string, query: Record<string, string> = {}): Promise<Json> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const response = await ask(path, query);
    const body: Json = (await response.json()) as Json;
    if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`);
    if (body["state"] !== "indexing") return body;
    await Bun.sleep(50);
  }
  throw new Error("no index was made");
}

const names = (body: Json) => body["items"].map((it: Json) => it["path"]);
const tar = (...entries: TarEntry[]): Layer => ({ bytes: tarOf(entries) });

const BASE: TarEntry[] = [
  { name: "bin/", type: "5", mode: 0o755 },
  { name: "bin/sh", content: "#!shell\n", mode: 0o755 },
  { name: "etc/", type: "5", mode: 0o755 },
  { name: "etc/motd", content: "héllo wörld\n" },
  { name: "etc/secret", content: "gone tomorrow" },
  { name: "lib", type: "2", link: "usr/lib" },
];
const TOP: TarEntry[] = [
  { name: "bin/sh", content: "#!another shell\n", mode: 0o755 },
  { name: "etc/.wh.secret" },
  { name: "app/data.bin", content: Uint8Array.from({ length: 5_000 }, (_, i) => i % 251) },
  { name: "app/copy", type: "1", link: "app/data.bin" },
  { name: "app/big.txt", content: "ü".repeat(200_000) },
];

describe("an image", () => {
  const name = "acme/tree";
  let image: Awaited<ReturnType<typeof pushImage>>;

  beforeAll(async () => {
    const layers = [
      { bytes: gzipSync(tarOf(BASE)), type: `${LAYER}+gzip` },
      { bytes: zstdCompressSync(tarOf(TOP)), type: `${LAYER}+zstd` },
    ];
    image = await pushImage(name, "1", layers);
  });

  test("its root, merged", async () => {
    const body = await look(`${name}/-/manifests/1/files`);
    expect(body).toMatchObject({ state: "ready", reason: null, next: null });
    expect(names(body)).toEqual(["app", "bin", "etc", "lib"]);
    expect(body["totals"]).toEqual({ files: 6, directories: 3, bytes: 5_000 + 400_000 + 16 + 14 });
    expect(body["image"]["layers"].map((it: Json) => [it["state"], it["entries"]])).toEqual([
      ["ready", 6],
      ["ready", 5],
    ]);
    expect(body["items"][0]).toMatchObject({ type: "directory", files: 3, sizeBytes: 405_000, layerIndex: 1 });
    expect(body["items"][3]).toMatchObject({ type: "symlink", linkTarget: "usr/lib", layer: image.layers[0] });
  });

  test("a directory in pages, one layer with what it takes away, text, the largest", async () => {
    const path = `${name}/-/manifests/${image.digest}/files`;
    const first = await look(path, { path: "app", limit: "2" });
    expect(names(first)).toEqual(["app/big.txt", "app/copy"]);
    expect(names(await look(path, { path: "/app/", limit: "2", after: first["next"] }))).toEqual(["app/data.bin"]);
    const layer = image.layers[1] ?? "";
    expect(names(await look(path, { path: "etc", layer }))).toEqual(["etc/secret"]);
    expect((await look(path, { path: "etc", layer }))["items"][0]["type"]).toBe("whiteout");
    expect(names(await look(path, { q: "SH" }))).toEqual(["bin/sh"]);
    expect(names(await look(path, { largest: "true", limit: "2" }))).toEqual(["app/big.txt", "app/data.bin"]);
  });

  test("a file, its beginning and its history", async () => {
    const path = `${name}/-/manifests/1/files/entry`;
    const shell = await look(path, { path: "bin/sh" });
    expect(shell["content"]).toEqual({ text: "#!another shell\n", isBinary: false, isTruncated: false });
    expect(shell["entry"]).toMatchObject({ change: "changed", hides: true, mode: 0o755, layerIndex: 1 });
    expect(shell["history"].map((it: Json) => it["change"])).toEqual(["added", "changed"]);
    const old = await look(path, { path: "bin/sh", layer: image.layers[0] ?? "" });
    expect(old["content"]["text"]).toBe("#!shell\n");
    const big = await look(path, { path: "app/big.txt" });
    expect(big["content"]["isTruncated"]).toBe(true);
    expect(big["content"]["text"]).toBe("ü".repeat(131_072));
    for (const at of ["app/data.bin", "app/copy"]) {
      expect((await look(path, { path: at }))["content"]).toMatchObject({ text: null, isBinary: true });
    }
    expect((await look(path, { path: "lib" }))["content"]).toBeNull();
    for (const at of ["etc/secret", "nothing", "../etc/motd"]) expect((await ask(path, { path: at })).status).toBe(404);
  });

  test("a download is an attachment of no type", async () => {
    const response = await ask(`${name}/-/manifests/1/files/download`, { path: "app/copy" });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(TOP[2]?.content as Uint8Array));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="copy"; filename*=UTF-8''copy`,
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
    });
    for (const path of ["lib", "bin"]) {
      expect((await ask(`${name}/-/manifests/1/files/download`, { path })).status).toBe(404);
    }
    const head = await fetch(`${registry.url}/api/v1/repositories/${name}/-/manifests/1/files/download?path=bin/sh`, {
      method: "HEAD",
      headers: ANN,
    });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "16"]);
  });

  test("many download at once, some go away", async () => {
    const url = `${registry.url}/api/v1/repositories/${name}/-/manifests/1/files/download?path=app/big.txt`;
    const results = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        if (index % 3 > 0) return (await (await fetch(url, { headers: ANN })).bytes()).length;
        const gone = new AbortController();
        const response = await fetch(url, { headers: ANN, signal: gone.signal });
        gone.abort();
        return response.status;
      }),
    );
    expect(results.filter((_, index) => index % 3 > 0)).toEqual(Array(8).fill(400_000));
    expect((await look(`${name}/-/manifests/1/files/entry`, { path: "etc/motd" }))["content"]["text"]).toBe(
      "héllo wörld\n",
    );
  });

  test("downloads that nobody goes on reading keep nobody from looking", async () => {
    const content = new Uint8Array(24 * 1024 * 1024).map((_, at) => (at * 2_654_435_761) >>> 13);
    await pushImage("acme/slow", "1", [tar({ name: "much", content })]);
    await look("acme/slow/-/manifests/1/files");
    const url = `${registry.url}/api/v1/repositories/acme/slow/-/manifests/1/files/download?path=much`;
    const gone = new AbortController();
    const slow = await Promise.all(Array.from({ length: 4 }, () => fetch(url, { headers: ANN, signal: gone.signal })));
    const began = performance.now();
    const seen = await Promise.race([look("acme/slow/-/manifests/1/files/entry", { path: "much" }), Bun.sleep(10_000)]);
    expect(seen).toMatchObject({ state: "ready" });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(slow.map((it) => it.status)).toEqual([200, 200, 200, 200]);
    gone.abort();
  });

  test("compared with another one, of another repository too", async () => {
    const config = {
      config: { Env: ["A=1", "PATH=/bin"], Labels: { l: "<b>" }, Entrypoint: ["/sh"] },
      os: "linux",
      architecture: "amd64",
    };
    const other = {
      config: { Env: ["A=2", "PATH=/bin"], ExposedPorts: { "80/tcp": {} } },
      os: "linux",
      architecture: "amd64",
    };
    await pushImage("acme/from", "1", [tar(...BASE)], config);
    const to = await pushImage(
      "acme/to",
      "x",
      [tar(...BASE), tar(...TOP), tar({ name: "etc/motd", content: "héllo wörld\n", mode: 0o600 })],
      other,
    );
    const query = { to: to.digest, toRepository: "acme/to" };
    const body = await look("acme/from/-/manifests/1/diff", query);
    expect(body["items"].map((it: Json) => [it["kind"], it["path"], it["what"].join()])).toEqual([
      ["added", "app/big.txt", ""],
      ["added", "app/copy", ""],
      ["added", "app/data.bin", ""],
      ["changed", "bin/sh", "content,size"],
      ["changed", "etc/motd", "mode"],
      ["removed", "etc/secret", ""],
    ]);
    expect(body["totals"]).toMatchObject({ added: { files: 3, bytes: 405_000 }, removed: { files: 1, bytes: 13 } });
    expect(body["layers"].map((it: Json) => it["in"])).toEqual(["both", "to", "to"]);
    expect(body["config"]).toEqual([
      { field: "entrypoint", key: null, from: '["/sh"]', to: null },
      { field: "env", key: "A", from: "1", to: "2" },
      { field: "label", key: "l", from: "<b>", to: null },
      { field: "port", key: "80/tcp", from: null, to: "80/tcp" },
    ]);
    const page = await look("acme/from/-/manifests/1/diff", { ...query, kind: "added", limit: "2" });
    expect(page["items"]).toHaveLength(2);
    const rest = await look("acme/from/-/manifests/1/diff", { ...query, kind: "added", after: page["next"] });
    expect(names(rest)).toEqual(["app/data.bin"]);
    expect((await look(`${name}/-/manifests/1/diff`, { to: "1" }))["items"]).toEqual([]);
  });

  test("one of an index by its platform", async () => {
    const [amd, arm] = [
      await pushImage("acme/multi", "a", [tar({ name: "amd" })]),
      await pushImage("acme/multi", "b", [tar({ name: "arm" })]),
    ];
    await putManifest("acme/multi", "all", `${OCI}.index.v1+json`, {
      schemaVersion: 2,
      mediaType: `${OCI}.index.v1+json`,
      manifests: [
        {
          mediaType: `${OCI}.manifest.v1+json`,
          digest: arm.digest,
          size: 1,
          platform: { os: "linux", architecture: "arm64", variant: "v8" },
        },
        {
          mediaType: `${OCI}.manifest.v1+json`,
          digest: amd.digest,
          size: 1,
          platform: { os: "linux", architecture: "amd64" },
        },
      ].map((it) => ({ ...it, size: sizes.get(it.digest) ?? 0 })),
    });
    const path = "acme/multi/-/manifests/all/files";
    expect(names(await look(path))).toEqual(["amd"]);
    expect(names(await look(path, { platform: "linux/arm64" }))).toEqual(["arm"]);
    expect((await look(path, { platform: "linux/arm64/v8" }))["image"]["platform"]).toBe("linux/arm64/v8");
    expect((await ask(path, { platform: "windows/amd64" })).status).toBe(404);
  });
});

test("what was pushed is indexed in the background when nothing else goes on", async () => {
  await pushImage("acme/later", "1", [tar({ name: "later", content: `${Math.random()}` })]);
  await pushImage("acme/later", "notes", [{ bytes: Buffer.from(`{"a":${Math.random()}}`), type: "application/json" }]);
  const pending = "select count(*) from layer_indexes where state = 'ready' and entries = 1 and began_at > ";
  const since = Date.now();
  for (let attempt = 0; attempt < 300 && (await registry.find(pending + String(since))) === 0; attempt += 1)
    await Bun.sleep(100);
  expect(await registry.find(pending + String(since))).toBe(1);
  expect(await registry.find("select count(*) from layer_indexes where state = 'indexing'")).toBe(0);
});

describe("who may look", () => {
  const paths = (name: string, digest: string) => [
    `${name}/-/manifests/1/files`,
    `${name}/-/manifests/1/files/entry?path=a`,
    `${name}/-/manifests/1/files/download?path=a`,
    `${name}/-/manifests/1/layers/${digest}/text`,
    `${name}/-/manifests/1/layers/${digest}/download`,
    `${name}/-/manifests/1/chart`,
    `${name}/-/manifests/1/diff?to=1`,
  ];

  test("whoever may not pull is told what is told of nothing", async () => {
    const secret = await pushImage("acme/api", "1", [tar({ name: "a", content: "secret" })]);
    const layer = secret.layers[0] ?? "";
    for (const as of [{}, basic("zoe")]) {
      const [hidden, absent] = [paths("acme/api", layer), paths("acme/none", layer)];
      for (const [index, path] of hidden.entries()) {
        const get = async (at: string) => {
          const response = await fetch(`${registry.url}/api/v1/repositories/${at}`, { headers: as });
          const body = (await response.json()) as Json;
          delete body["requestId"];
          return { status: response.status, body: JSON.stringify(body).replaceAll("acme/none", "acme/api") };
        };
        expect(await get(path)).toEqual(await get(absent[index] ?? ""));
      }
    }
    expect((await ask("acme/api/-/manifests/1/files", {}, basic("bob"))).status).toBe(200);
  });

  test("a repository to compare with that may not be seen is none; a layer of another image is none", async () => {
    const site = await pushImage("acme/site", "9", [tar({ name: "s" })]);
    const asZoe = async (toRepository: string) => {
      const response = await ask("acme/site/-/manifests/9/diff", { to: "1", toRepository }, basic("zoe"));
      return [response.status, ((await response.json()) as Json)["detail"]];
    };
    const [status, detail] = await asZoe("acme/api");
    expect([status, String(detail).replace("acme/api", "acme/none")]).toEqual(await asZoe("acme/none"));
    expect(status).toBe(404);
    const other = await pushImage("acme/tree", "other", [tar({ name: "o", content: "x" })]);
    const layer = other.layers[0] ?? "";
    expect((await ask("acme/site/-/manifests/9/files", { layer })).status).toBe(404);
    expect((await ask(`acme/site/-/manifests/9/layers/${layer}/text`)).status).toBe(404);
    expect((await ask(`acme/site/-/manifests/${other.digest}/files`)).status).toBe(404);
    expect((await ask(`acme/site/-/manifests/9/layers/${site.layers[0]}/text`, {}, {})).status).toBe(200);
  });

  test("what is not asked for rightly is refused", async () => {
    for (const query of [
      { after: "x" },
      { limit: "0" },
      { what: "1" },
      { path: "a\0b" },
      { path: "p".repeat(5_000) },
    ]) {
      expect((await ask("acme/site/-/manifests/9/files", query as Record<string, string>)).status).toBe(400);
    }
    expect((await ask("acme/site/-/manifests/9/files/entry")).status).toBe(400);
  });
});

describe("what is no image", () => {
  test("a Helm chart", async () => {
    const bytes = gzipSync(
      tarOf([
        {
          name: "web/Chart.yaml",
          content:
            "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: 7\ndependencies:\n- name: common\n  version: 2.x\n",
        },
        { name: "web/values.yaml", content: "replicas: 1\n" },
        { name: "web/README.md", content: "# Web\n<script>alert(1)</script>\n" },
        { name: "web/templates/a.yaml", content: "kind: Pod\n" },
      ]),
    );
    const type = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    await pushImage("acme/web", "1.2.3", [{ bytes, type }], {}, "application/vnd.cncf.helm.config.v1+json");
    const body = await look("acme/web/-/manifests/1.2.3/chart");
    expect(body).toMatchObject({
      state: "ready",
      chart: {
        name: "web",
        version: "1.2.3",
        appVersion: "7",
        dependencies: [{ name: "common", version: "2.x", repository: null, condition: null }],
      },
      values: "replicas: 1\n",
      readme: "# Web\n<script>alert(1)</script>\n",
      directory: "web",
    });
    expect(body["files"]).toContainEqual({ path: "templates/a.yaml", sizeBytes: 10, isTemplate: true });
    expect((await look("acme/site/-/manifests/9/chart"))["state"]).toBe("unsupported");
  });

  test("a Compose file and a program", async () => {
    const compose = new TextEncoder().encode("services:\n  web:\n    image: nginx\n");
    const wasm = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const { layers } = await pushImage("acme/compose", "1", [
      { bytes: compose, type: "application/vnd.docker.compose.file+yaml" },
      { bytes: wasm, type: "application/wasm" },
    ]);
    const text = async (index: number) => await look(`acme/compose/-/manifests/1/layers/${layers[index]}/text`);
    expect(await text(0)).toMatchObject({ text: "services:\n  web:\n    image: nginx\n", isBinary: false });
    expect(await text(1)).toMatchObject({ text: null, isBinary: true });
    expect((await look("acme/compose/-/manifests/1/files"))["state"]).toBe("unsupported");
    const whole = await ask(`acme/compose/-/manifests/1/layers/${layers[1]}/download`);
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(wasm);
    expect(whole.headers.get("content-type")).toBe("application/octet-stream");
    expect(whole.headers.get("content-disposition")).toBe("attachment");
    expect(whole.headers.get("content-security-policy")).toContain("sandbox");
    expect((await ask(`acme/compose/-/manifests/1/layers/${digestOf(compose.subarray(1))}/download`)).status).toBe(404);
  });
});

describe("hostile archives", () => {
  const cases: [string, () => Layer, string, RegExp][] = [
    ["10 GB of zeros in 10 MB", () => ({ bytes: bomb(), type: `${LAYER}+gzip` }), "parked", /200 times/],
    [
      "a truncated one",
      () => ({ bytes: tarOf([{ name: "a" }, { name: "b", content: "x".repeat(3_000) }]).subarray(0, 2_000) }),
      "parked",
      /Unexpected end/,
    ],
    [
      "one that is none",
      () => ({ bytes: new TextEncoder().encode("not a tar ".repeat(100)) }),
      "unsupported",
      /archive/,
    ],
    ["damaged gzip", () => ({ bytes: gzipSync(tarOf([{ name: "a" }])).fill(1, 15, 30) }), "parked", /damaged/],
    ["deep paths", () => tar({ name: "x", type: "L", content: "d/".repeat(2_000) }, { name: "x" }), "parked", /deeper/],
  ];
  for (const [index, [what, make, state, reason]] of cases.entries()) {
    test(`${what} is ${state}, and stays so`, async () => {
      const name = `acme/bad${index}`;
      await pushImage(name, "1", [make()]);
      const body = await look(`${name}/-/manifests/1/files`);
      expect(body).toMatchObject({ state, items: [], next: null, totals: null });
      expect(body["reason"]).toMatch(reason);
      expect((await look(`${name}/-/manifests/1/files`))["state"]).toBe(state);
      expect((await ask(`${name}/-/manifests/1/files/download`, { path: "a" })).status).toBe(409);
    });
  }

  test("nothing is written outside, and names are only text", async () => {
    const canary = `/tmp/berth-canary-${process.pid}`;
    await pushImage("acme/escape", "1", [
      tar(
        { name: `../../../../../..${canary}`, content: "x" },
        { name: canary, content: "x" },
        { name: "link", type: "2", link: "/tmp" },
        { name: `link/berth-canary-${process.pid}`, content: "x" },
        { name: "dev", type: "4" },
        { name: `<img src=x onerror=alert(1)>"\r\nX: y`, content: "x" },
        { name: "a", content: "1" },
        { name: "a", content: "22" },
        { name: "hard", type: "1", link: "../../etc/shadow" },
      ),
    ]);
    const body = await look("acme/escape/-/manifests/1/files");
    expect(names(body)).toEqual(["tmp", '<img src=x onerror=alert(1)>"\r\nX: y', "a", "dev", "hard", "link"]);
    expect(body["items"][2]["sizeBytes"]).toBe(2);
    expect(existsSync(canary)).toBe(false);
    const odd = await ask("acme/escape/-/manifests/1/files/download", {
      path: '<img src=x onerror=alert(1)>"\r\nX: y',
    });
    expect(odd.headers.get("x")).toBeNull();
    expect(odd.headers.get("content-disposition")).toMatch(
      /^attachment; filename="_img_src_x_onerror_alert_1____+X__y"; filename\*=UTF-8''%3Cimg/,
    );
    expect((await ask("acme/escape/-/manifests/1/files/download", { path: "hard" })).status).toBe(404);
  });

  /** Members that are each 256 MiB of zeros. */
  function bomb(): Uint8Array {
    const member = gzipSync(new Uint8Array(256 * 2 ** 20));
    return Buffer.concat(Array.from({ length: 40 }, () => member));
  }
});
