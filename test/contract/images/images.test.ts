// What the pages of a repository and an image show, on both databases, over HTTP.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { ActivityBook } from "../../../src/images/activity-book.ts";
import { PullTally } from "../../../src/images/pull-tally.ts";
import { parseRepositoryName } from "../../../src/oci/reference.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { openHub, readAll, type Hub } from "../repositories/support.ts";
import { describeUnless } from "../support.ts";
import {
  OCI_INDEX,
  OCI_MANIFEST,
  pushArtifact,
  pushBlob,
  newBytes,
  pushImage,
  pushManifest,
  type Descriptor,
} from "./support.ts";

const createDatabase = sharePostgres();
const API = "/api/v1/repositories";
const SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json";
const log = createLog({ level: "error", format: "text", fd: 2 });

// What answers hold differs by endpoint, and what is asked of them is what these tests are about.
// oxlint-disable-next-line typescript/no-explicit-any
type Shown = any;

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let hub: Hub;
    const name = "acme/api";
    beforeAll(async () => {
      hub = await openHub(dialect, createDatabase);
    });
    afterAll(async () => {
      await hub?.close();
    });

    const get = async (path: string, who: string | null = "bob"): Promise<Shown> => {
      const { status, body, text } = await hub.ask(who, "GET", path);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return body;
    };
    const image = (reference: string): Promise<Shown> => get(`${API}/${name}/-/manifests/${reference}`);
    const tag = async (wanted: string): Promise<Shown> =>
      (await readAll(hub, "bob", `${API}/${name}/-/tags?q=${wanted}`, 100)).find((it) => it.name === wanted);

    const CONFIG = {
      os: "linux",
      architecture: "arm64",
      variant: "v8",
      created: "2026-01-01T00:00:00Z",
      config: { User: "65532", Env: ["PATH=/bin"], Entrypoint: ["/app"], Labels: { a: "1" } },
      rootfs: { type: "layers", diff_ids: [] },
      history: [{ created_by: "ADD /" }, { created_by: "ENV X=1", empty_layer: true }, { created_by: "RUN make" }],
    };

    test("what may not be seen is not there", async () => {
      const { digest } = await pushImage(hub, name, "hidden", CONFIG);
      for (const path of [
        "/-/tags",
        "/-/manifests/hidden",
        `/-/manifests/${digest}`,
        "/-/manifests/hidden/raw",
        "/-/manifests/hidden/referrers",
        "/-/activity",
        "/-/pulls",
      ]) {
        const hidden = await hub.ask("zoe", "GET", `${API}/${name}${path}`);
        const none = await hub.ask("zoe", "GET", `${API}/acme/none${path}`);
        expect([path, hidden.status]).toEqual([path, none.status]);
        expect(hidden.status).toBeGreaterThan(400);
        expect(hidden.text.replaceAll(name, "acme/none").replaceAll(/"requestId":"[^"]*"/g, "")).toBe(
          none.text.replaceAll(/"requestId":"[^"]*"/g, ""),
        );
      }
      // A manifest of one repository is none of another's.
      expect((await hub.ask("zoe", "GET", `${API}/acme/site/-/manifests/${digest}`)).status).toBe(404);
      expect((await hub.ask(null, "GET", `${API}/acme/site/-/tags`)).status).toBe(200);
    });

    test("configurations of strangers: shown as missing, never an error", async () => {
      const bytes = (text: string) => new TextEncoder().encode(text);
      const strange: [string, unknown, string][] = [
        ["text", bytes("not json"), "unreadable"],
        ["list", bytes("[]"), "unreadable"],
        ["utf8", new Uint8Array([0x7b, 0xff, 0x7d]), "unreadable"],
        ["deep", bytes(`{"config":${"[".repeat(30_000)}`), "unreadable"],
        ["large", bytes(`{"author":"${"x".repeat(1_100_000)}"}`), "too-large"],
        [
          "inner",
          { config: { Env: { PATH: 1 }, Labels: ["x"], Entrypoint: 7, Volumes: "x", Healthcheck: [] } },
          "read",
        ],
        ["outer", { config: "x", history: { a: 1 }, os: 7, architecture: null, created: {} }, "read"],
        ["proto", bytes('{"__proto__":{"os":"x"},"config":{"Labels":{"__proto__":"y","<b>":"<script>"}}}'), "read"],
      ];
      for (const [reference, config, state] of strange) {
        await pushImage(hub, name, `strange-${reference}`, config);
        const shown = await image(`strange-${reference}`);
        expect([reference, shown.configState, shown.layers.length]).toEqual([reference, state, 1]);
        expect([reference, (await tag(`strange-${reference}`)).platforms]).toEqual([reference, []]);
        const raw = await get(`${API}/${name}/-/manifests/strange-${reference}/raw?part=config`);
        expect([reference, raw.isCut]).toEqual([reference, state === "too-large"]);
      }
      expect((await image("strange-proto")).config.labels).toEqual([
        { name: "<b>", value: "<script>" },
        { name: "__proto__", value: "y" },
      ]);
    });

    test("an image: configuration, steps with what each added, layers, tags", async () => {
      const { digest, size } = await pushImage(hub, name, "v1", CONFIG, [1_000, 2_000, 4_000], {
        annotations: { "org.opencontainers.image.source": "https://example.com" },
      });
      await hub.ask("carl", "PUT", `${API}/${name}/-/tags/v1-again`, { digest });
      const shown = await image("v1");
      expect(shown).toMatchObject({
        digest,
        kind: "image",
        manifestBytes: size,
        configState: "read",
        tags: ["v1", "v1-again"],
        hasMoreTags: false,
        children: null,
        subject: null,
        pulls: 0,
        isSigned: false,
        annotations: [{ name: "org.opencontainers.image.source", value: "https://example.com" }],
      });
      expect(shown.config).toMatchObject({
        os: "linux",
        architecture: "arm64",
        variant: "v8",
        user: "65532",
        entrypoint: ["/app"],
      });
      expect(shown.history.map((it: Shown) => [it.createdBy, it.sizeBytes, it.layer])).toEqual([
        ["ADD /", 1_000, 0],
        ["ENV X=1", 0, null],
        ["RUN make", 2_000, 1],
        [null, 4_000, 2],
      ]);
      expect(shown.sizeBytes).toBe(size + 7_000 + JSON.stringify(CONFIG).length);
      expect(await image(digest)).toEqual(shown);
      expect(await image(encodeURIComponent(digest))).toEqual(shown);
      const listed = await tag("v1");
      expect(listed).toMatchObject({
        digest,
        kind: "image",
        sizeBytes: shown.sizeBytes,
        pushedBy: "ann",
        lastPulledAt: null,
      });
      expect(listed.platforms).toEqual([
        { os: "linux", architecture: "arm64", variant: "v8", osVersion: null, digest, sizeBytes: shown.sizeBytes },
      ]);
      const raw = await get(`${API}/${name}/-/manifests/v1/raw`);
      expect([raw.digest, raw.sizeBytes, raw.isCut, JSON.parse(raw.text).layers.length]).toEqual([
        digest,
        size,
        false,
        3,
      ]);
    });

    test("an index: platforms with their sizes, attestations apart, what is named twice once", async () => {
      const one = await pushImage(hub, name, null, CONFIG, [1_000]);
      const layer = await pushBlob(hub, name, "application/vnd.in-toto+json", newBytes(10));
      const proof = await pushManifest(hub, name, null, { mediaType: OCI_MANIFEST, config: layer, layers: [layer] });
      const absent = { mediaType: OCI_MANIFEST, digest: `sha256:${"0".repeat(64)}`, size: 7 };
      const platform = { os: "linux", architecture: "arm64", variant: "v8" };
      const attests = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": one.digest,
      };
      const manifests = [
        { ...one, platform },
        { ...one, platform: { os: "linux", architecture: "amd64" } },
        { ...absent, platform: { os: "windows", architecture: "amd64", "os.version": "10.0" } },
        { ...proof, platform: { os: "unknown", architecture: "unknown" }, annotations: attests },
      ];
      const index = await pushManifest(hub, name, "multi", { mediaType: OCI_INDEX, manifests });
      const alone = (await image(one.digest)).sizeBytes as number;
      const shown = await image("multi");
      expect(shown.children.map((it: Shown) => [it.digest, it.sizeBytes, it.isHere, it.attests])).toEqual([
        [one.digest, alone, true, null],
        [one.digest, alone, true, null],
        [absent.digest, null, false, null],
        [proof.digest, proof.size + 10, true, one.digest],
      ]);
      expect([shown.kind, shown.configState, shown.layers, shown.history]).toEqual(["index", "none", [], []]);
      expect(shown.sizeBytes).toBe(index.size + alone + proof.size + 10);
      const listed = await tag("multi");
      expect(listed.sizeBytes).toBe(shown.sizeBytes);
      expect(listed.platforms.map((it: Shown) => [it.os, it.architecture, it.osVersion, it.sizeBytes])).toEqual([
        ["linux", "arm64", null, alone],
        ["linux", "amd64", null, alone],
        ["windows", "amd64", "10.0", null],
      ]);
      expect((await image(one.digest)).indexes).toEqual([
        { digest: index.digest, mediaType: OCI_INDEX, tags: ["multi"] },
      ]);
      // Read again from what was kept.
      expect(await tag("multi")).toEqual(listed);
    });

    test("referrers as a tree, by subject and by cosign's tags", async () => {
      const root = await pushImage(hub, name, "signed", CONFIG);
      const of = (subject: Descriptor) => ({
        subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      });
      const created = { "org.opencontainers.image.created": "2026-02-02T00:00:00Z" };
      const sbom = await pushArtifact(hub, name, null, "application/spdx+json", { ...of(root), annotations: created });
      const nested = await pushArtifact(hub, name, null, SIGNATURE, of(sbom));
      const base = root.digest.replace(":", "-");
      const legacy = await pushArtifact(hub, name, `${base}.sig`, "application/vnd.example.old");
      const listedAs = await pushArtifact(hub, name, null, "application/vnd.example.listed", {
        annotations: { n: "1" },
      });
      await pushManifest(hub, name, base, { mediaType: OCI_INDEX, manifests: [listedAs] });
      const { items, isWhole, digest } = await get(`${API}/${name}/-/manifests/signed/referrers`);
      expect([digest, isWhole]).toEqual([root.digest, true]);
      const told = new Map(items.map((it: Shown) => [it.digest, it]));
      expect(told.get(sbom.digest)).toMatchObject({
        parent: root.digest,
        depth: 1,
        kind: "sbom",
        via: "subject",
        created: created["org.opencontainers.image.created"],
      });
      expect(told.get(nested.digest)).toMatchObject({ parent: sbom.digest, depth: 2, kind: "signature" });
      expect(told.get(legacy.digest)).toMatchObject({
        parent: root.digest,
        kind: "signature",
        via: "tag",
        tag: `${base}.sig`,
      });
      expect(told.get(listedAs.digest)).toMatchObject({ parent: root.digest, via: "index", kind: "artifact" });
      expect(items).toHaveLength(4);
      const order = items.map((it: Shown) => it.digest);
      expect(order.indexOf(nested.digest)).toBe(order.indexOf(sbom.digest) + 1);
      expect((await image("signed")).isSigned).toBe(true);
      expect((await image(sbom.digest)).subject).toEqual({ digest: root.digest, isHere: true });
      expect([(await image(sbom.digest)).isSigned, (await image(nested.digest)).isSigned]).toEqual([true, false]);
      expect([(await tag("signed")).isSigned, (await tag("v1")).isSigned]).toEqual([true, false]);
      const noisy = await readAll(hub, "bob", `${API}/${name}/-/tags?q=sha256-`, 100);
      expect(noisy.map((it: Shown) => [it.name, it.isAuxiliary])).toEqual([
        [base, true],
        [`${base}.sig`, true],
      ]);
      expect(await readAll(hub, "bob", `${API}/${name}/-/tags?q=sha256-&auxiliary=false`, 100)).toEqual([]);
    });

    test("referrers that belong to each other end", async () => {
      const root = await pushImage(hub, name, "deep", CONFIG);
      let subject = root;
      for (let depth = 0; depth < 8; depth += 1) {
        const { mediaType, digest, size } = subject;
        subject = await pushArtifact(hub, name, null, "application/vnd.example.next", {
          subject: { mediaType, digest, size },
        });
      }
      const { items, isWhole } = await get(`${API}/${name}/-/manifests/deep/referrers`);
      expect([items.length, isWhole]).toEqual([5, false]);
    });

    test("tags by update, each once, also while some move", async () => {
      const repository = "acme/many";
      const { digest } = await pushImage(hub, repository, "t-0", CONFIG);
      const { digest: other } = await pushImage(hub, repository, "other", CONFIG);
      const change = (tagName: string, to: string) =>
        hub.ask("ann", "PUT", `${API}/${repository}/-/tags/${tagName}`, { digest: to });
      for (let index = 1; index < 12; index += 1) await change(`t-${index}`, digest);
      await change("t-3", other);
      const names = (query: string) =>
        readAll(hub, "ann", `${API}/${repository}/-/tags?${query}`, 5).then((all) => all.map((it) => it.name));
      const updated = await names("sort=updated");
      expect([updated.length, new Set(updated).size, updated[0], updated[1]]).toEqual([13, 13, "t-3", "t-11"]);
      expect(await names("sort=updated&q=T-1")).toEqual(["t-11", "t-10", "t-1"]);
      expect(await names("q=t-1")).toEqual(["t-1", "t-10", "t-11"]);
      const { next } = await get(`${API}/${repository}/-/tags?sort=updated&limit=2`, "ann");
      expect((await hub.ask("ann", "GET", `${API}/${repository}/-/tags?after=${next}`)).status).toBe(400);
    });

    test("pulls: by manifest, of a child for its indexes too, by hour and day", async () => {
      const { database, app } = hub.registry;
      let now = Date.UTC(2026, 0, 10, 12, 30);
      const tally = new PullTally({ database, repositories: app.repositories, log, now: () => now });
      const repository = parseRepositoryName(name);
      const child = await pushImage(hub, name, null, CONFIG);
      await pushManifest(hub, name, "pulled", {
        mediaType: OCI_INDEX,
        manifests: [{ ...child, platform: { os: "linux", architecture: "arm64" } }],
      });
      const before = (await tag("pulled")).pulls as number;
      for (let index = 0; index < 3; index += 1) tally.pulled(repository, child.digest);
      // Of what is not here, or not any more, nothing is kept.
      tally.pulled(repository, `sha256:${"9".repeat(64)}`);
      tally.pulled(parseRepositoryName("acme/none"), child.digest);
      await Promise.all([tally.flush(), tally.flush()]);
      now += 3_600_000;
      tally.pulled(repository, child.digest);
      await tally.close();
      const lastPulledAt = new Date(now).toISOString();
      expect(await image(child.digest)).toMatchObject({ pulls: 4, lastPulledAt });
      expect(await tag("pulled")).toMatchObject({ pulls: before + 4, lastPulledAt });
      const counts = async (unit: string) =>
        await database.execute<{ at: number; pulls: number }>(
          CompiledQuery.raw(
            `select at, pulls from pull_counts where unit = '${unit}' and at < 1800000000000 order by at`,
          ),
        );
      const day = Date.UTC(2026, 0, 10);
      expect((await counts("day")).rows.map((it) => [it.at, it.pulls])).toEqual([[day, 5]]);
      expect((await counts("hour")).rows.map((it) => [it.at, it.pulls])).toEqual([
        [day + 12 * 3_600_000, 4],
        [day + 13 * 3_600_000, 1],
      ]);
      // Hours older than a week go when there are new ones.
      now += 30 * 86_400_000;
      const later = new PullTally({ database, repositories: app.repositories, log, now: () => now });
      later.pulled(repository, child.digest);
      await later.close();
      expect((await counts("hour")).rows).toHaveLength(1);
      expect((await counts("day")).rows).toHaveLength(2);
    });

    test("pulls over time: a point a day, also without pulls", async () => {
      const { points, total, unit } = await get(`${API}/${name}/-/pulls?days=7`);
      expect([points.length, unit, total >= 0]).toEqual([7, "day", true]);
      const hours = await get(`${API}/${name}/-/pulls?unit=hour&days=90`);
      expect(hours.points).toHaveLength(168);
      expect(Date.parse(hours.points[167].at)).toBeLessThanOrEqual(Date.now());
      for (const days of ["0", "366", "x", "1.5"]) {
        expect((await hub.ask("bob", "GET", `${API}/${name}/-/pulls?days=${days}`)).status).toBe(400);
      }
    });

    test("activity: pushes for readers, settings for administrators", async () => {
      const repository = "acme/deeds";
      const { digest } = await pushImage(hub, repository, "one", CONFIG);
      const { digest: second } = await pushImage(hub, repository, "one", { ...CONFIG, author: "x" });
      await hub.ask("ann", "PATCH", `${API}/${repository}`, { description: "Deeds", visibility: "public" });
      await hub.ask("ann", "DELETE", `${API}/${repository}/-/tags/one`);
      const read = (who: string | null) => readAll(hub, who, `${API}/${repository}/-/activity`, 2) as Promise<Shown[]>;
      const deeds = await read(null);
      expect(deeds.map((it) => [it.action, it.tag, it.actor, it.before, it.digest, it.changes])).toEqual([
        ["tag.delete", "one", "ann", second, null, []],
        ["tag.move", "one", "ann", digest, second, []],
        ["tag.put", "one", "ann", null, digest, []],
      ]);
      const all = await read("ann");
      const settings =
        all.find((it) => it.action === "repository.update") ?? all.find((it) => it.action.startsWith("repository."));
      expect(settings?.changes).toContainEqual({ field: "visibility", before: "private", after: "public" });
      expect(all.length).toBeGreaterThan(deeds.length);
      // What was done under another name is still its own.
      await hub.ask("ann", "POST", `${API}/${repository}/-/rename`, { name: "acme/deeds-2" });
      expect((await readAll(hub, "bob", `${API}/acme/deeds-2/-/activity`, 2)).length).toBe(3);
    });

    test("activity without an audit log: the tags as they stand", async () => {
      const { database, app } = hub.registry;
      const repository = parseRepositoryName("acme/plain");
      const { digest } = await pushImage(hub, repository, "a", CONFIG);
      await pushImage(hub, repository, "b", CONFIG);
      const { accounts } = app.auth;
      const unused = { lists: null as never, settle: () => Promise.resolve() };
      const book = new ActivityBook({
        database,
        repositories: app.repositories,
        accounts,
        isAudited: false,
        ...unused,
      });
      const first = await book.list(null as never, repository, { after: undefined, limit: 1 });
      const second = await book.list(null as never, repository, { after: first.next ?? "", limit: 1 });
      expect([...first.items, ...second.items].map((it) => [it.action, it.tag, it.actor])).toEqual([
        ["tag.put", "b", "ann"],
        ["tag.put", "a", "ann"],
      ]);
      expect([second.items[0]?.digest, second.next]).toEqual([digest, null]);
    });

    test("the newest push: told to who may see it", async () => {
      const since = new Date(Date.now() - 1).toISOString();
      const newest = async (who: string | null, query = "") =>
        (await get(`/api/v1/pushes/newest?since=${since}${query}`, who)).push;
      const { digest } = await pushImage(hub, "acme/first", "v1", CONFIG);
      await Bun.sleep(1_100);
      expect(await newest("bob")).toMatchObject({ repository: "acme/first", tag: "v1", digest, by: "ann" });
      expect(await newest("zoe")).toBeNull();
      expect(await newest(null)).toBeNull();
      expect(await newest("bob", "&mine=true")).toBeNull();
      expect(await newest("ann", "&mine=true&namespace=acme")).toMatchObject({ tag: "v1" });
      expect(await newest("ann", "&namespace=none")).toBeNull();
      expect((await hub.ask("ann", "GET", "/api/v1/pushes/newest?since=yesterday")).status).toBe(400);
    });
  });
}
