// What the pages of images and of storage must not tell: of other tenants, of names that others had, and beyond a token's limits.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { basic } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { openHub, type Hub } from "../repositories/support.ts";
import { describeUnless } from "../support.ts";
import { newBytes, OCI_CONFIG, OCI_LAYER, OCI_INDEX, OCI_MANIFEST, pushArtifact, pushBlob, pushImage, pushManifest } from "./support.ts";

const createDatabase = sharePostgres();
const API = "/api/v1/repositories";

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let hub: Hub;
    beforeAll(async () => {
      hub = await openHub(dialect, createDatabase);
    });
    afterAll(async () => {
      await hub?.close();
    });

    test("a limited token of an administrator: what keeps a blob, and what a deletion frees, within its limits", async () => {
      const layer = newBytes(7_000);
      for (const name of ["acme/near", "acme/far"]) {
        const made = await hub.ask("ann", "POST", API, { name });
        expect(made.status).toBe(201);
        const shared = await pushBlob(hub, name, OCI_LAYER, layer);
        const config = await pushBlob(hub, name, OCI_CONFIG, new TextEncoder().encode("{}"));
        await pushManifest(hub, name, "v1", { mediaType: OCI_MANIFEST, config, layers: [shared] });
      }
      const { digest } = await pushBlob(hub, "acme/near", OCI_LAYER, layer);
      const scopes = [{ actions: ["pull", "push", "delete", "manage"] as const, pattern: "acme/near" }];
      const token = await hub.registry.addToken("root", { scopes, name: "narrow" });
      for (const path of [`blobs/${digest}/keepers`, "deletion", "deletion?tag=v1"]) {
        const whole = await hub.ask("root", "GET", `${API}/acme/near/-/${path}`);
        expect([path, whole.status, whole.text.includes("acme/far")]).toEqual([path, 200, !path.includes("tag")]);
        const narrow = await hub.ask(null, "GET", `${API}/acme/near/-/${path}`, undefined, basic("root", token));
        expect([path, narrow.status, narrow.text.includes("acme/far")]).toEqual([path, 200, false]);
      }
    });

    test("how large another's blob is cannot be asked by naming it", async () => {
      const secret = await pushBlob(hub, "acme/api", OCI_LAYER, newBytes(123_457));
      await pushImage(hub, "acme/api", "secret", { os: "linux", architecture: "amd64" });
      const config = await pushBlob(hub, "acme/site", OCI_CONFIG, new TextEncoder().encode('{"x":1}'));
      const foreign = { ...secret, size: 1, urls: ["https://example.com/x"] };
      const image = await pushManifest(hub, "acme/site", "probe", { mediaType: OCI_MANIFEST, config, layers: [foreign] });
      await pushManifest(hub, "acme/site", "probes", { mediaType: OCI_INDEX, manifests: [{ ...image, platform: { os: "linux", architecture: "amd64" } }] });
      for (const path of ["tags", "manifests/probe", "manifests/probes", "tags/probe", "tags/probes", "deletion", "deletion?digest=" + image.digest]) {
        const { text, status } = await hub.ask("ann", "GET", `${API}/acme/site/-/${path}`);
        const numbers = text.match(/\d{5,}/g) ?? [];
        expect([path, status, numbers.filter((it) => it.length === 6 && it > "123456" && it < "126000")]).toEqual([path, 200, []]);
      }
    });

    test("deleted manifests are for those who may delete", async () => {
      const { digest } = await pushImage(hub, "acme/site", "gone", { os: "linux", architecture: "s390x" }, [777]);
      const shown = await hub.ask("ann", "GET", `${API}/acme/site/-/manifests/${digest}`);
      const layer = (shown.body as any).layers[0].digest;
      expect((await hub.ask("ann", "DELETE", `/v2/acme/site/manifests/${digest}`)).status).toBe(202);
      for (const who of [null, "zoe"]) {
        const told = await hub.ask(who, "GET", `${API}/acme/site/-/blobs/${layer}/keepers`);
        expect([who, told.text.includes(digest)]).toEqual([who, false]);
      }
      const own = await hub.ask("ann", "GET", `${API}/acme/site/-/blobs/${layer}/keepers`);
      expect(own.text).toContain(digest);
    });

    test("activity: not of who had the name before", async () => {
      const name = "acme/passed-on";
      expect((await hub.ask("ann", "POST", API, { name })).status).toBe(201);
      await pushImage(hub, name, "secret-tag", { os: "linux" });
      const before = await hub.ask("ann", "GET", `${API}/${name}/-/activity`);
      expect(before.text).toContain("secret-tag");
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: "acme/passed-away" })).status).toBe(200);
      const again = await hub.ask("ann", "POST", API, { name, visibility: "public" });
      expect([again.status, again.text]).toEqual([201, expect.anything()]);
      const now = await hub.ask("ann", "GET", `${API}/${name}/-/activity`);
      expect([now.status, now.text.includes("secret-tag")]).toEqual([200, false]);
      console.log(now.text);
      const moved = await hub.ask("ann", "GET", `${API}/acme/passed-away/-/activity`);
      console.log(moved.text);
      expect((await hub.ask("ann", "DELETE", `${API}/${name}`)).status).toBe(204);
    });
    test("activity: not of an account of the same name", async () => {
      const made = await hub.ask("root", "POST", API, { name: "zoe" });
      console.log(made.status, made.text);
      await hub.ask("root", "PATCH", "/api/v1/accounts/zoe", { displayName: "Zoe the Great" });
      const told = await hub.ask("root", "GET", `${API}/zoe/-/activity`);
      console.log(told.text);
      expect(told.text).not.toContain("account.");
    });

    test("referrers with much to say hold nobody up", async () => {
      const name = "acme/site";
      const { digest } = await pushImage(hub, name, "popular", { os: "linux", architecture: "arm64" });
      const subject = { mediaType: OCI_MANIFEST, digest, size: 1 };
      const annotations: Record<string, string> = {};
      for (let index = 0; index < 400; index += 1) annotations[`a.b.${index}`] = "x".repeat(140);
      for (let index = 0; index < 300; index += 1) {
        await pushArtifact(hub, name, null, "application/x-note", { subject, annotations: { ...annotations, index: String(index) } });
      }
      let longest = 0;
      let last = performance.now();
      const timer = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 1);
      const begun = performance.now();
      const told = await fetch(`${hub.registry.url}${API}/${name}/-/manifests/${digest}/referrers`);
      const size = (await told.arrayBuffer()).byteLength;
      clearInterval(timer);
      console.log(dialect, "referrers", told.status, size, "bytes", Math.round(performance.now() - begun), "ms, held", Math.round(longest));
    }, 60_000);

    test("a large index holds nobody up", async () => {
      const name = "acme/site";
      const child = await pushImage(hub, name, null, { os: "linux", architecture: "arm64" });
      const manifests = Array.from({ length: 999 }, (_, index) => ({
        ...child,
        platform: { os: "linux", architecture: "arm64" },
        annotations: Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`k${index}.${at}`, "v".repeat(130)])),
      }));
      const index = await pushManifest(hub, name, "huge", { mediaType: OCI_INDEX, manifests });
      for (let round = 0; round < 3; round += 1) {
        let longest = 0;
        let last = performance.now();
        const timer = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 1);
        const begun = performance.now();
        const told = await fetch(`${hub.registry.url}${API}/${name}/-/manifests/huge`);
        const size = (await told.arrayBuffer()).byteLength;
        clearInterval(timer);
        console.log(dialect, "index of", index.size, told.status, size, "bytes", Math.round(performance.now() - begun), "ms, held", Math.round(longest));
      }
    }, 60_000);
  });
}
