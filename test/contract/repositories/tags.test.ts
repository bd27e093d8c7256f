// Tags as resources: looked at, moved, deleted, pointed back; on both databases, over HTTP.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { openHub, readAll, type Hub } from "./support.ts";

const createDatabase = sharePostgres();
const API = "/api/v1/repositories";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
let made = 0;

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let hub: Hub;
    let name: string;
    beforeAll(async () => {
      hub = await openHub(dialect, createDatabase);
      name = "acme/api";
    });
    afterAll(async () => {
      await hub?.close();
    });

    /** A manifest of its own under the tags; gives its digest. */
    const push = async (repository: string, ...tags: string[]): Promise<string> => {
      const text = JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [],
        annotations: { made: String((made += 1)) },
      });
      let digest = "";
      for (const tag of tags) {
        const { status, headers } = await hub.ask("ann", "PUT", `/v2/${repository}/manifests/${tag}`, text, {
          "content-type": OCI_INDEX,
        });
        expect(status).toBe(201);
        digest = headers.get("docker-content-digest") ?? "";
      }
      return digest;
    };
    const tags = (rest: string, who: string, method = "GET", body?: unknown) =>
      hub.ask(who, method, `${API}/${name}/-/tags${rest}`, body);

    test("looked at: with digest, size and who pushed it", async () => {
      const { body } = await tags("/1", "bob");
      expect(body).toMatchObject({ name: "1", revision: 1, platforms: null, pushedBy: "anonymous" });
      expect(body.sizeBytes).toBeGreaterThan(20_000);
      const list = (await tags("", "bob")).body;
      const { platforms: _, ...listed } = body;
      expect([list.items, list.next]).toMatchObject([[listed], null]);
      expect((await tags("/none", "bob")).status).toBe(404);
      expect((await tags("/-x", "bob")).status).toBe(400);
    });

    test("listed in pages, narrowed by name", async () => {
      await push(name, ...Array.from({ length: 12 }, (_, index) => `Release_${index}`));
      const names = (query: string) =>
        readAll(hub, "bob", `${API}/${name}/-/tags${query}`, 5).then((it) => it.map(({ name }) => name));
      expect(await names("")).toHaveLength(13);
      expect(await names("?q=release_1")).toEqual(["Release_1", "Release_10", "Release_11"]);
      expect(await names("?q=release.")).toEqual([]);
      expect(await names("?q=%25")).toEqual([]);
    });

    test("platforms of an index, without attestations", async () => {
      const child = await push(name, "child");
      const { headers } = await hub.ask("ann", "HEAD", `/v2/${name}/manifests/${child}`);
      const size = Number(headers.get("content-length"));
      const of = (os: string, architecture: string, variant?: string) => ({
        mediaType: OCI_INDEX,
        digest: child,
        size,
        platform: { os, architecture, ...(variant ? { variant } : {}) },
      });
      const manifests = [of("linux", "arm64", "v8"), of("linux", "amd64"), of("unknown", "unknown")];
      const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
      expect(
        (await hub.ask("ann", "PUT", `/v2/${name}/manifests/multi`, text, { "content-type": OCI_INDEX })).status,
      ).toBe(201);
      expect((await tags("/multi", "bob")).body.platforms).toEqual([
        { os: "linux", architecture: "arm64", variant: "v8", digest: child },
        { os: "linux", architecture: "amd64", variant: null, digest: child },
      ]);
    });

    test("moved, with a history that says who and when", async () => {
      const first = await push(name, "move", "first");
      const second = await push(name, "second");
      expect((await tags("/move", "bob", "PUT", { digest: second })).status).toBe(403);
      const moved = await tags("/move", "carl", "PUT", { digest: second });
      expect(moved.body).toMatchObject({ name: "move", digest: second, revision: 2, pushedBy: "carl" });
      expect((await hub.ask("bob", "HEAD", `/v2/${name}/manifests/move`)).headers.get("docker-content-digest")).toBe(
        second,
      );
      // Where it points already: nothing happens.
      expect((await tags("/move", "carl", "PUT", { digest: second })).body.revision).toBe(2);
      expect((await tags("/fresh", "carl", "PUT", { digest: first })).body.revision).toBe(1);
      const history = await readAll(hub, "bob", `${API}/${name}/-/tags/move/history`, 1);
      expect(history.map((it) => [it.revision, it.digest, it.actor])).toEqual([
        [2, second, "carl"],
        [1, first, "ann"],
      ]);
      expect([history[0]?.to, history[1]?.to === null]).toEqual([null, false]);
      for (const [digest, status] of [
        [`sha256:${"0".repeat(64)}`, 404],
        ["latest", 400],
        ["sha256:abc", 400],
        ["", 400],
      ] as const) {
        expect([digest, (await tags("/move", "carl", "PUT", { digest })).status]).toEqual([digest, status]);
      }
      // A manifest of another repository is none of this one's.
      const foreign = await push("acme/site", "foreign");
      expect((await tags("/move", "carl", "PUT", { digest: foreign })).status).toBe(404);
      expect((await hub.ask("carl", "PUT", `${API}/acme/site/-/tags/move`, { digest: first })).status).toBe(404);
    });

    test("deleted by maintainers; undeleted by them alone; pointed back by those who push", async () => {
      const first = await push(name, "back");
      const second = await push(name, "back");
      expect((await tags("/back", "carl", "DELETE")).status).toBe(403);
      expect((await tags("/back/restore", "bob", "POST", { revision: 1 })).status).toBe(403);
      expect((await tags("/back/restore", "carl", "POST", {})).status).toBe(400);
      expect((await tags("/back/restore", "carl", "POST", { revision: 9 })).status).toBe(404);
      expect((await tags("/back/restore", "carl", "POST", { revision: 1 })).body).toMatchObject({
        digest: first,
        revision: 3,
      });
      expect((await tags("/back", "mia", "DELETE")).status).toBe(204);
      expect((await tags("/back", "mia")).status).toBe(404);
      expect((await tags("/back", "mia", "DELETE")).status).toBe(404);
      const [deleted] = (await tags("/back/history", "bob")).body.items;
      expect([deleted?.digest, deleted?.deletedBy]).toEqual([first, "mia"]);
      expect((await tags("/back/restore", "carl", "POST", {})).status).toBe(403);
      expect((await tags("/back/restore", "mia", "POST", {})).body).toMatchObject({ digest: first, revision: 4 });
      // With its manifest, when that lies in the bin too.
      expect((await hub.ask("mia", "DELETE", `/v2/${name}/manifests/${second}`)).status).toBe(202);
      expect((await tags("/back/restore", "carl", "POST", { revision: 2 })).status).toBe(404);
      expect((await tags("/back/restore", "mia", "POST", { revision: 2 })).body).toMatchObject({ digest: second });
      expect((await tags("/none/restore", "mia", "POST", {})).status).toBe(404);
      expect((await tags("/none/history", "mia")).status).toBe(404);
    });

    test("an image deleted by maintainers, with its tags; had back with them", async () => {
      const digest = await push(name, "gone-1", "gone-2");
      const foreign = await push("acme/site", "not-here");
      const remove = (who: string | null, reference: string) =>
        hub.ask(who, "DELETE", `${API}/${name}/-/manifests/${encodeURIComponent(reference)}`);
      for (const [who, reference, status] of [
        [null, digest, 401],
        ["bob", digest, 403],
        ["carl", digest, 403],
        // By a tag nothing is deleted that others point to.
        ["mia", "gone-1", 400],
        ["mia", "sha256:abc", 400],
        ["mia", `sha256:${"0".repeat(64)}`, 404],
        ["mia", foreign, 404],
      ] as const) {
        expect([who, reference, (await remove(who, reference)).status]).toEqual([who, reference, status]);
      }
      expect((await tags("/gone-2", "bob")).status).toBe(200);
      expect((await remove("mia", digest)).status).toBe(204);
      expect((await remove("mia", digest)).status).toBe(404);
      for (const tag of ["gone-1", "gone-2"]) expect((await tags(`/${tag}`, "bob")).status).toBe(404);
      expect((await hub.ask("bob", "HEAD", `/v2/${name}/manifests/${digest}`)).status).toBe(404);
      const back = await hub.ask("mia", "POST", `${API}/${name}/-/bin/restore`, { reference: digest });
      expect([back.status, back.body.digest, back.body.tags]).toEqual([200, digest, ["gone-1", "gone-2"]]);
      expect((await tags("/gone-2", "bob")).body.digest).toBe(digest);
    });

    test("moved by many at once: every revision once, and the last is where it points", async () => {
      const digests: string[] = [];
      for (let index = 0; index < 4; index += 1) digests.push(await push(name, `race-${index}`));
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          index % 6 === 5
            ? tags("/race", "mia", "DELETE")
            : tags("/race", "carl", "PUT", { digest: digests[index % 4] }),
        ),
      );
      expect(answers.filter((it) => it.status >= 500)).toEqual([]);
      const history = await readAll(hub, "bob", `${API}/${name}/-/tags/race/history`, 7);
      expect(history.map((it) => it.revision)).toEqual(history.map((_, index) => history.length - index));
      expect(history.slice(1).every((it) => it.to !== null)).toBe(true);
    });
  });
}
