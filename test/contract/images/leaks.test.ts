// What the pages of images and of storage must not tell: of other tenants, of names that others had, and beyond a token's limits.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { basic } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { openHub, type Hub } from "../repositories/support.ts";
import { describeUnless } from "../support.ts";
import {
  newBytes,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_INDEX,
  OCI_MANIFEST,
  pushArtifact,
  pushBlob,
  pushImage,
  pushManifest,
} from "./support.ts";

const createDatabase = sharePostgres();
const API = "/api/v1/repositories";

/** Of an image or its referrers, what is looked at here. */
type Shown = {
  annotations: object[];
  children: { annotations: object[] }[];
  layers: { digest: string }[];
  items: { annotations: object[] }[];
};

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let hub: Hub;
    beforeAll(async () => {
      hub = await openHub(dialect, createDatabase);
    });
    afterAll(async () => {
      await hub?.close();
    });

    const get = async (path: string): Promise<Shown> => {
      const { status, body, text } = await hub.ask("ann", "GET", path);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return body as unknown as Shown;
    };

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
      const image = await pushManifest(hub, "acme/site", "probe", {
        mediaType: OCI_MANIFEST,
        config,
        layers: [foreign],
      });
      await pushManifest(hub, "acme/site", "probes", {
        mediaType: OCI_INDEX,
        manifests: [{ ...image, platform: { os: "linux", architecture: "amd64" } }],
      });
      for (const path of [
        "tags",
        "manifests/probe",
        "manifests/probes",
        "tags/probe",
        "tags/probes",
        "deletion",
        "deletion?digest=" + image.digest,
      ]) {
        const { text, status } = await hub.ask("ann", "GET", `${API}/acme/site/-/${path}`);
        const numbers = text.match(/\d{5,}/g) ?? [];
        expect([path, status, numbers.filter((it) => it.length === 6 && it > "123456" && it < "126000")]).toEqual([
          path,
          200,
          [],
        ]);
      }
    });

    test("deleted manifests are for those who may delete", async () => {
      const { digest } = await pushImage(hub, "acme/site", "gone", { os: "linux", architecture: "s390x" }, [777]);
      const layer = (await get(`${API}/acme/site/-/manifests/${digest}`)).layers[0]?.digest;
      expect((await hub.ask("ann", "DELETE", `/v2/acme/site/manifests/${digest}`)).status).toBe(202);
      for (const who of [null, "zoe"]) {
        const told = await hub.ask(who, "GET", `${API}/acme/site/-/blobs/${layer}/keepers`);
        expect([who, told.text.includes(digest)]).toEqual([who, false]);
      }
      const own = await hub.ask("ann", "GET", `${API}/acme/site/-/blobs/${layer}/keepers`);
      expect(own.text).toContain(digest);
    });

    test("activity: not of who had the name before, nor of an account that is called so", async () => {
      const name = "acme/passed-on";
      expect((await hub.ask("ann", "POST", API, { name })).status).toBe(201);
      await pushImage(hub, name, "later-tag", { os: "linux" });
      const id = await hub.registry.find(`select id from repositories where name = '${name}'`);
      const event = (at: string, kind: string, action: string, target: string) =>
        `insert into audit_events (at, actor_name, actor_kind, action, target_kind, target_id, target_name, outcome, occurrences)
          select ${at}, 'stranger', 'person', '${action}', '${kind}', '${target}', '${name}', 'allowed', 1 from repositories where id = ${id}`;
      await hub.registry.change(
        event("created_at - 60000", "tag", "tag.put", "secret-tag"),
        event("created_at + 1", "account", "account.change", "secret-account"),
        event("created_at + 1", "tag", "tag.put", "own-tag"),
      );
      const { text } = await hub.ask("root", "GET", `${API}/${name}/-/activity`);
      expect(text).toContain("own-tag");
      expect(text).toContain("later-tag");
      expect(text).toContain("repository.create");
      expect(text).not.toContain("secret");
    });

    test("of what there may be much, each says little", async () => {
      const name = "acme/site";
      const annotations = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a.b.${index}`, "x"]));
      const child = { ...(await pushImage(hub, name, null, { os: "linux", architecture: "arm64" })), annotations };
      const index = await pushManifest(hub, name, "wordy", { mediaType: OCI_INDEX, manifests: [child], annotations });
      const subject = { mediaType: OCI_INDEX, digest: index.digest, size: index.size };
      await pushArtifact(hub, name, null, "application/x-note", { subject, annotations });
      const long = { ...annotations, long: "x".repeat(10_000) };
      await pushArtifact(hub, name, null, "application/x-note", { subject, annotations: long });
      const shown = await get(`${API}/${name}/-/manifests/wordy`);
      expect([shown.annotations.length, shown.children[0]?.annotations.length]).toEqual([100, 20]);
      const referrers = (await get(`${API}/${name}/-/manifests/wordy/referrers`)).items;
      expect(referrers.map((it) => it.annotations.length).sort((a, b) => a - b)).toEqual([0, 20]);
    });
  });
}
