// The search on both databases, over HTTP, with images that were pushed: what is found, by whom, what hostile queries do, and what
// becomes of the index when things change.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { digestOf } from "../../support/stored.ts";
import { makeAcme, openAccessRegistry, basic, type AccessRegistry } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

const createDatabase = sharePostgres();
const OCI = "application/vnd.oci.image";
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

type Item = {
  name: string;
  kinds: string[];
  operatingSystems: string[];
  architectures: string[];
  isSigned: boolean;
  tags: string[];
  stars: number;
  highlights: { name: { start: number; end: number }[]; description: { start: number; end: number }[] };
};
type Count = { value: string; count: number };
type Body = {
  items: Item[];
  next: string | null;
  total: number;
  isCapped: boolean;
  facets: Record<string, Count[]>;
};

async function putBlob(url: string, repository: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = digestOf(bytes);
  const headers = basic("root");
  const started = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST", headers });
  const location = new URL(started.headers.get("location") ?? "", url);
  location.searchParams.set("digest", digest);
  const { status } = await fetch(location, { method: "PUT", headers, body: bytes });
  if (status !== 201) throw new Error(`PUT of a blob: ${status}`);
  return digest;
}

async function putManifest(url: string, repository: string, reference: string, type: string, manifest: object) {
  const bytes = encode(manifest);
  const path = `${url}/v2/${repository}/manifests/${reference === "" ? digestOf(bytes) : reference}`;
  const response = await fetch(path, {
    method: "PUT",
    headers: { "content-type": type, ...basic("root") },
    body: bytes,
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
}

type Pushed = { config: unknown; configType?: string; annotations?: Record<string, string>; more?: object };

/** Before the registry is somebody's. */
async function push(
  url: string,
  repository: string,
  reference: string,
  { config, configType, annotations, more }: Pushed,
) {
  const bytes = encode(config);
  const layer = encode(Math.random());
  return await putManifest(url, repository, reference, `${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: {
      mediaType: configType ?? `${OCI}.config.v1+json`,
      digest: await putBlob(url, repository, bytes),
      size: bytes.length,
    },
    layers: [{ mediaType: `${OCI}.layer.v1.tar`, digest: await putBlob(url, repository, layer), size: layer.length }],
    ...(annotations ? { annotations } : {}),
    ...more,
  });
}

async function fill(url: string): Promise<void> {
  const image = (architecture: string) => ({
    config: {
      os: "linux",
      architecture,
      config: { Labels: { "com.example.team": "Spaceships", maintainer: "Zaphod" } },
    },
    annotations: { "org.opencontainers.image.title": "Heart of Gold <b>" },
  });
  const amd64 = await push(url, "nginx", "1.27-alpine", image("amd64"));
  const arm64 = await push(url, "nginx", "", image("arm64"));
  await putManifest(url, "nginx", "latest", `${OCI}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [
      { ...amd64, platform: { os: "linux", architecture: "amd64" } },
      { ...arm64, platform: { os: "linux", architecture: "arm64" } },
    ],
  });
  await push(url, "nginx", "", {
    config: {},
    configType: "application/vnd.oci.empty.v1+json",
    more: { artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json", subject: amd64 },
  });
  await push(url, "acme/chart", "1.0.0", {
    config: { name: "chart", description: "Deploys a flux capacitor", keywords: ["delorean"] },
    configType: "application/vnd.cncf.helm.config.v1+json",
  });
  const hostile = { os: 7, architecture: { a: 1 }, config: { Labels: ["x", "y"] } };
  await push(url, "acme/odd", "1", { config: hostile, annotations: { "'; drop table tags; --": '" OR *' } });
  await push(url, "acme/strange", "1", { config: "text" });
}

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let registry: AccessRegistry;

    const get = async (path: string, who: string | null = null) => {
      const response = await fetch(`${registry.url}${path}`, { headers: who === null ? {} : basic(who) });
      const text = await response.text();
      return { status: response.status, text, headers: response.headers };
    };
    const find = async (query: Record<string, string>, who: string | null = null): Promise<Body> => {
      const { status, text } = await get(`/api/v1/search?${new URLSearchParams(query).toString()}`, who);
      if (status !== 200) throw new Error(`${status} ${text}`);
      return JSON.parse(text) as Body;
    };
    const names = async (q: string, who: string | null = null, more: Record<string, string> = {}) =>
      (await find({ q, ...more }, who)).items.map((it) => it.name);
    const suggest = async (q: string, who: string | null = null) => {
      const { text } = await get(`/api/v1/search/suggest?${new URLSearchParams({ q }).toString()}`, who);
      return (JSON.parse(text) as { items: { kind: string; name: string }[] }).items;
    };
    const suggested = async (q: string, who: string | null = null) => (await suggest(q, who)).map((it) => it.name);

    beforeAll(async () => {
      const postgres = dialect === "postgres" ? { postgresUrl: await createDatabase() } : {};
      registry = await openAccessRegistry(postgres);
      await fill(registry.url);
      await makeAcme(registry);
      for (const name of ["nginx", "acme/chart", "acme/odd", "acme/strange"]) {
        await registry.setVisibility(name, "public");
      }
      await registry.change(
        "update repositories set is_official = 1, star_count = 5, description = 'A fast web server', readme = '# Run it\n\nThe <i>quickstart</i>' where name = 'nginx'",
        "update repositories set description = 'Secret rocket' where name = 'acme/api'",
        "update namespaces set display_name = 'Acme Corporation' where name = 'acme'",
      );
    });
    afterAll(async () => {
      await registry?.close();
    });

    test("finds words of every text, names also by their middle, as one types", async () => {
      for (const q of [
        "n",
        "ng",
        "ngin",
        "nginx",
        "gin",
        "ginx",
        "library/nginx",
        "library nginx",
        "NGINX",
        "nginx server",
      ]) {
        expect([q, (await names(q))[0]]).toEqual([q, "nginx"]);
      }
      for (const q of [
        "fast web",
        "quickst",
        "alpine",
        "1.27",
        "spaceships",
        "zaphod",
        "heart gold",
        "team",
        "maintainer",
      ]) {
        expect([q, await names(q)]).toEqual([q, ["nginx"]]);
      }
      for (const q of ["capacitor", "delorean"]) expect([q, await names(q)]).toEqual([q, ["acme/chart"]]);
      expect((await names("corporation")).sort()).toEqual(["acme/chart", "acme/odd", "acme/site", "acme/strange"]);
      expect(await names("nginx capacitor")).toEqual([]);
      expect(await names("zzz")).toEqual([]);
    });

    test("shows kinds, platforms, signatures, tags and ranges of the words", async () => {
      const { items } = await find({ q: "nginx alp web" });
      expect(items[0]).toMatchObject({
        kinds: ["image"],
        operatingSystems: ["linux"],
        architectures: ["amd64", "arm64"],
        isSigned: true,
        tags: ["1.27-alpine"],
        highlights: { name: [{ start: 0, end: 5 }], description: [{ start: 7, end: 10 }] },
      });
      const [chart] = (await find({ q: "chart" })).items;
      expect(chart).toMatchObject({ kinds: ["helm"], operatingSystems: [], isSigned: false });
      const [odd] = (await find({ q: "odd" })).items;
      expect(odd).toMatchObject({ operatingSystems: [], architectures: [] });
    });

    test("narrows by facets and counts them among what is visible", async () => {
      const all = await find({});
      expect(all.total).toBe(5);
      expect(all.facets["kind"]).toEqual([
        { value: "image", count: 4 },
        { value: "helm", count: 1 },
      ]);
      expect(all.facets["publisher"]).toEqual([
        { value: "community", count: 4 },
        { value: "official", count: 1 },
      ]);
      expect(all.facets["updated"]?.map((it) => it.value)).toEqual(["day", "week", "month", "year"]);
      expect((await find({}, "root")).total).toBe(6);
      expect(await names("", null, { kind: "helm" })).toEqual(["acme/chart"]);
      expect(await names("", null, { publisher: "official" })).toEqual(["nginx"]);
      expect(await names("", null, { publisher: "verified" })).toEqual([]);
      expect(await names("", null, { architecture: "ARM64", os: "linux" })).toEqual(["nginx"]);
      expect(await names("", null, { architecture: "'*" })).toEqual([]);
      expect(await names("", null, { signed: "true" })).toEqual(["nginx"]);
      expect(await names("", null, { signed: "false", sort: "name" })).toEqual([
        "acme/chart",
        "acme/odd",
        "acme/site",
        "acme/strange",
      ]);
      expect(await names("", null, { updated: "day", namespace: "ACME", kind: "helm" })).toEqual(["acme/chart"]);
      expect(await names("", null, { namespace: "nobody" })).toEqual([]);
      for (const query of ["kind=x", "sort=x", "publisher=x", "signed=1", "limit=0", "limit=101", "x=1", "after=!"]) {
        expect([query, (await get(`/api/v1/search?${query}`)).status]).toEqual([query, 400]);
      }
    });

    test("pages: each once, in order, by every order", async () => {
      for (const sort of ["relevance", "stars", "pulls", "updated", "name"]) {
        const seen: string[] = [];
        for (let after: string | null = ""; after !== null;) {
          const page: Body = await find({ sort, limit: "2", ...(after === "" ? {} : { after }) });
          expect(page.total).toBe(5);
          seen.push(...page.items.map((it) => it.name));
          after = page.next;
        }
        expect([sort, seen]).toEqual([sort, await names("", null, { sort })]);
        expect(new Set(seen).size).toBe(5);
      }
      const { next } = await find({ sort: "name", limit: "1" });
      expect((await get(`/api/v1/search?sort=stars&after=${next}`)).status).toBe(400);
    });

    describe("hostile queries", () => {
      const HOSTILE = [
        '"', "'", '"nginx', "nginx*", "*", "-nginx", "^nginx", "(", "))", "NEAR(a b)", "AND", "OR", "NOT", "a NOT b",
        "tokens:nginx", "_vpublic", "_i1", "{a b}:c", "'; drop table repositories; --", "%", "_", "\\", "a&b", "a|!b", "a:*",
        "<->", "🚀", "👩‍👩‍👧", "\u202e", "\ufeff", "ʼ", "''::tsquery", "\n\t", "x".repeat(1_000), "a ".repeat(500), "é".repeat(1_000),
      ]; // prettier-ignore

      test("never fail, and find what their words find", async () => {
        for (const q of HOSTILE) {
          for (const path of ["search", "search/suggest"]) {
            const { status } = await get(`/api/v1/${path}?${new URLSearchParams({ q }).toString()}`, "root");
            expect([path, q, status]).toEqual([path, q, 200]);
          }
        }
        for (const q of ['"nginx', "nginx*", "-nginx", "^nginx", "!nginx", "nginx:*"]) {
          expect([q, await names(q)]).toEqual([q, ["nginx"]]);
        }
        // A scope is not to be had by its name.
        for (const q of ["_vpublic", "_s0", "_kimage", "🚀", "***"]) expect([q, await names(q)]).toEqual([q, []]);
      });

      test("with NUL, half characters or 10 kB are refused", async () => {
        for (const q of ["a%00", "%00", "%ff%fe", "x".repeat(10_000)]) {
          const { status } = await get(`/api/v1/search?q=${q}`);
          expect([q.slice(0, 10), [200, 400].includes(status)]).toEqual([q.slice(0, 10), true]);
          expect(status === 200 && q.includes("%00")).toBe(false);
        }
        expect((await get(`/api/v1/search?q=${"x".repeat(10_000)}`)).status).toBe(400);
        expect((await get("/api/v1/search?q=a&q=b")).status).toBe(400);
      });
    });

    test("what is hidden is not found, counted or suggested, by no word of it", async () => {
      expect(await names("rocket", "bob")).toEqual(["acme/api"]);
      expect(await names("rocket", "ann")).toEqual(["acme/api"]);
      expect(await names("rocket", "otto")).toEqual(["acme/api"]);
      for (const who of [null, "zoe"]) {
        expect(await names("rocket", who)).toEqual([]);
        expect(await names("api", who)).toEqual([]);
        expect(await suggested("ap", who)).toEqual([]);
        expect((await find({ namespace: "acme" }, who)).total).toBe(4);
      }
      expect(await suggested("ap", "bob")).toEqual(["acme/api"]);
      // mia may see one of them alone, by a grant.
      expect(await names("rocket", "mia")).toEqual(["acme/api"]);
      const token = await registry.addToken("bob", { scopes: [{ actions: ["pull"], pattern: "acme/s*" }] });
      const response = await fetch(`${registry.url}/api/v1/search?q=rocket`, { headers: basic("bob", token) });
      expect(((await response.json()) as Body).total).toBe(0);
    });

    test("suggests names, best first, and namespaces in which there is something to see", async () => {
      expect(await suggested("ngi")).toEqual(["nginx"]);
      expect(await suggested("l")).toContain("library");
      expect((await suggest("acme")).map((it) => it.kind)).toContain("namespace");
      expect((await suggest("acme")).length).toBeLessThanOrEqual(8);
      expect(await suggested("")).toEqual([]);
      await registry.change("insert into namespaces (name, created_at) values ('hollow', 1)");
      expect(await suggested("hollow")).toEqual([]);
    });

    test("follows what changes: at once what goes, then what comes", async () => {
      const make = (name: string, visibility = "public") =>
        registry.change(
          `insert into repositories (namespace_id, name, created_at, pushed_at, visibility, description) select id, '${name}', 1, 1, '${visibility}', 'unicorn' from namespaces where name = 'acme'`,
        );
      await make("acme/pony");
      expect(await names("unicorn")).toEqual(["acme/pony"]);
      await registry.change("update repositories set visibility = 'private' where name = 'acme/pony'");
      expect(await names("unicorn")).toEqual([]);
      expect(await names("unicorn", "ann")).toEqual(["acme/pony"]);
      await registry.change("update repositories set visibility = 'public' where name = 'acme/pony'");
      expect(await names("unicorn")).toEqual(["acme/pony"]);
      await registry.change(
        "update repositories set name = 'acme/horse', description = 'mare' where name = 'acme/pony'",
      );
      expect([await names("unicorn"), await names("pony"), await names("hors")]).toEqual([[], [], ["acme/horse"]]);
      await registry.change("update repositories set deleted_at = 5 where name = 'acme/horse'");
      expect([await names("mare", "root"), await suggested("hors", "root")]).toEqual([[], []]);
      await registry.change("update repositories set deleted_at = null where name = 'acme/horse'");
      expect(await names("mare")).toEqual(["acme/horse"]);
      await registry.change("update namespaces set deleted_at = 5 where name = 'acme'");
      expect([await names("mare", "root"), await suggested("acm", "root")]).toEqual([[], []]);
      await registry.change("update namespaces set deleted_at = null where name = 'acme'");
      expect(await names("mare")).toEqual(["acme/horse"]);
      await registry.change("delete from repositories where name = 'acme/horse'");
      expect(await names("mare", "root")).toEqual([]);
      expect(await registry.find("select count(*) from search_due")).toBe(0);
      const documents = await registry.find("select count(*) from search_documents");
      expect(documents).toBe(await registry.find("select count(*) from repositories"));
    });

    test("tags come and go", async () => {
      const { url } = registry;
      await push(url, "acme/site", "unusual-7", { config: { os: "windows", architecture: "arm" } });
      expect(await names("unusual")).toEqual(["acme/site"]);
      expect(await names("", null, { os: "windows" })).toEqual(["acme/site"]);
      const response = await fetch(`${url}/v2/acme/site/manifests/unusual-7`, {
        method: "DELETE",
        headers: basic("root"),
      });
      expect(response.status).toBe(202);
      expect([await names("unusual"), await names("", null, { os: "windows" })]).toEqual([[], []]);
    });

    test("a signature comes and goes with its manifest", async () => {
      const { url } = registry;
      const isSigned = async () => (await find({ q: "site" }, "root")).items.map((it) => it.isSigned);
      const { digest, ...subject } = await push(url, "acme/site", "to-sign", { config: { os: "linux" } });
      expect(await isSigned()).toEqual([false]);
      const more = { artifactType: "application/vnd.cncf.notary.signature", subject: { digest, ...subject } };
      const signature = await push(url, "acme/site", "", { config: {}, more });
      expect(await isSigned()).toEqual([true]);
      const path = `${url}/v2/acme/site/manifests/${signature.digest}`;
      expect((await fetch(path, { method: "DELETE", headers: basic("root") })).status).toBe(202);
      expect(await isSigned()).toEqual([false]);
      const restored = await fetch(`${url}/api/v1/repositories/acme/site/-/bin/restore`, {
        method: "POST",
        headers: { "content-type": "application/json", ...basic("root") },
        body: JSON.stringify({ reference: signature.digest }),
      });
      expect([restored.status, await isSigned()]).toEqual([200, [true]]);
    });

    test("many at once, while names change: nothing fails, and nothing is left behind", async () => {
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          await registry.change(
            `insert into repositories (namespace_id, name, created_at, pushed_at, visibility, description) select id, 'acme/swarm-${index}', 1, 1, 'public', 'swarm' from namespaces where name = 'acme'`,
          );
          await find({ q: "swarm" });
        }),
      );
      expect((await find({ q: "swarm" })).total).toBe(40);
      expect((await find({ q: "war" })).total).toBe(40);
      const listed = await get("/api/v1/repositories?q=war&limit=100");
      expect((JSON.parse(listed.text) as Body).items).toHaveLength(40);
      await registry.change("delete from repositories where description = 'swarm'");
      expect((await find({ q: "swarm" })).total).toBe(0);
    });
  });
}
