// Repositories as resources: made, described, renamed, moved, deleted, restored; on both databases, over HTTP.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { openHub, readAll, type Hub } from "./support.ts";

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

    let made = 0;
    /** A new empty repository of acme's. */
    const make = async (options: object = {}): Promise<string> => {
      const name = `acme/made-${(made += 1)}`;
      const { status, text } = await hub.ask("ann", "POST", API, { name, ...options });
      expect([status, text.slice(0, 20)]).toEqual([201, text.slice(0, 20)]);
      return name;
    };
    const tag = async (who: string, repository: string, tagName: string) =>
      await hub.ask(who, "PUT", `/v2/${repository}/manifests/${tagName}`, INDEX, { "content-type": OCI_INDEX });

    test("what it says, to each caller", async () => {
      const owner = await hub.ask("ann", "GET", `${API}/acme/api`);
      expect(owner.body).toMatchObject({ name: "acme/api", namespace: "acme", visibility: "private", role: "admin" });
      expect(owner.body).toMatchObject({ tags: 1, manifests: 1, stars: 0, isStarred: false, isOfficial: false });
      expect(owner.body.actions).toEqual([
        "pull",
        "push",
        "delete",
        "see-deleted",
        "describe",
        "see-grants",
        "administer",
      ]);
      const reader = await hub.ask("bob", "GET", `${API}/acme/api`);
      expect([reader.body.role, reader.body.actions]).toEqual(["read", ["pull"]]);
      const stranger = await hub.ask(null, "GET", `${API}/acme/site`);
      expect([stranger.body.role, stranger.body.actions]).toEqual([null, ["pull"]]);
    });

    test("for outsiders a private one is what does not exist, on every route", async () => {
      const bodies: [string, string, unknown?][] = [
        ["GET", ""],
        ["PATCH", "", { description: "x" }],
        ["DELETE", ""],
        ["DELETE", "?now=true"],
        ["PUT", "/-/official", { isOfficial: true }],
        ["POST", "/-/rename", { name: "acme/other" }],
        ["POST", "/-/move", { name: "zoe/api" }],
        ["POST", "/-/restore"],
        ["PUT", "/-/star"],
        ["DELETE", "/-/star"],
        ["GET", "/-/tags"],
        ["GET", "/-/tags/1"],
        ["GET", "/-/tags/1/history"],
        ["PUT", "/-/tags/1", { digest: `sha256:${"a".repeat(64)}` }],
        ["DELETE", "/-/tags/1"],
        ["POST", "/-/tags/1/restore", {}],
      ];
      for (const who of ["zoe", null]) {
        for (const [method, rest, body] of bodies) {
          const ask = (name: string) => hub.ask(who, method, `${API}/${name}${rest}`, body);
          const [there, missing] = await Promise.all([ask("acme/api"), ask("acme/xyz")]);
          const clean = ({ status, text }: { status: number; text: string }) =>
            [
              method,
              rest,
              status,
              text.replaceAll(/acme\/(?:api|xyz)/g, "N").replace(/"requestId":"[^"]*"/, ""),
            ] as const;
          expect(clean(there)).toEqual(clean(missing));
          expect(there.status).toBeGreaterThanOrEqual(401);
        }
      }
      const before = await hub.ask("ann", "GET", `${API}/acme/api`);
      expect(before.body.tags).toBe(1);
    });

    test("describing is for maintainers, the visibility for admins, the flag for administrators", async () => {
      const path = `${API}/acme/api`;
      expect((await hub.ask("carl", "PATCH", path, { description: "x" })).status).toBe(403);
      const readme = `# API\r\n<script>\u{1f600}\n${"é".repeat(30_000)}`;
      const described = await hub.ask("mia", "PATCH", path, { description: "The API", readme });
      expect([described.status, described.body.description, described.body.readme]).toEqual([200, "The API", readme]);
      expect((await hub.ask("mia", "PATCH", path, { visibility: "public" })).status).toBe(403);
      expect((await hub.ask("mia", "PATCH", path, { visibility: "private" })).status).toBe(200);
      expect((await hub.ask("ann", "PUT", `${path}/-/official`, { isOfficial: true })).status).toBe(403);
      expect((await hub.ask("root", "PUT", `${path}/-/official`, { isOfficial: true })).body.isOfficial).toBe(true);
      expect((await hub.ask("root", "PUT", `${path}/-/official`, { isOfficial: false })).body.isOfficial).toBe(false);
      for (const body of [
        { description: "x".repeat(201) },
        { readme: "x".repeat(64 * 1024 + 1) },
        { isOfficial: true },
        { id: "1" },
        { description: "a\0b" },
        { visibility: "internal" },
        { stars: 5 },
      ]) {
        expect([body, (await hub.ask("ann", "PATCH", path, body)).status]).toEqual([body, 400]);
      }
    });

    test("an edit of what somebody else changed meanwhile is refused", async () => {
      const name = await make();
      const etag = (await hub.ask("ann", "GET", `${API}/${name}`)).headers.get("etag") ?? "";
      const edits = ["one", "two"].map((description) =>
        hub.ask("ann", "PATCH", `${API}/${name}`, { description }, { "if-match": etag }),
      );
      const statuses = (await Promise.all(edits)).map((it) => it.status).toSorted((a, b) => a - b);
      expect(statuses).toEqual([200, 412]);
    });

    test("a visibility that changes counts at once, for content and lists", async () => {
      const name = await make();
      await tag("ann", name, "1");
      const pull = async () => (await hub.ask(null, "GET", `/v2/${name}/manifests/1`)).status;
      expect(await pull()).toBe(401);
      expect((await hub.ask("ann", "PATCH", `${API}/${name}`, { visibility: "public" })).status).toBe(200);
      expect(await pull()).toBe(200);
      expect((await hub.ask("ann", "PATCH", `${API}/${name}`, { visibility: "private" })).status).toBe(200);
      expect(await pull()).toBe(401);
      expect((await hub.ask(null, "GET", `${API}?prefix=${name}`)).body.items).toEqual([]);
    });

    test("making one: for those who may, by names that are free", async () => {
      expect((await hub.ask(null, "POST", API, { name: "acme/a1" })).status).toBe(401);
      const [foreign, missing] = await Promise.all([
        hub.ask("zoe", "POST", API, { name: "acme/a1" }),
        hub.ask("zoe", "POST", API, { name: "nobody/a1" }),
      ]);
      expect([foreign.status, missing.status]).toEqual([403, 403]);
      expect(foreign.body.detail.replace("acme", "N")).toBe(missing.body.detail.replace("nobody", "N"));
      expect((await hub.ask("bob", "POST", API, { name: "acme/a1" })).status).toBe(403);
      const wanted = { name: "acme/a1", description: "d", readme: "r", visibility: "public" };
      // Public where that is not the usual thing: for those who could make it so afterwards.
      expect((await hub.ask("carl", "POST", API, wanted)).status).toBe(403);
      const twice = [hub.ask("ann", "POST", API, wanted), hub.ask("ann", "POST", API, wanted)];
      const made = (await Promise.all(twice)).map((it) => it.status);
      expect(made.toSorted((a, b) => a - b)).toEqual([201, 409]);
      expect((await hub.ask(null, "GET", `${API}/acme/a1`)).body).toMatchObject({
        description: "d",
        readme: "r",
        tags: 0,
      });
      expect((await hub.ask("ann", "POST", API, { name: "acme/a2" })).body.visibility).toBe("private");
      for (const name of ["Acme/x", "acme//x", "acme/x:1", "../x", ""]) {
        expect([name, (await hub.ask("ann", "POST", API, { name })).status]).toEqual([name, 400]);
      }
      // A grant on a pattern lets its holder make what matches it, and no more.
      await hub.registry.addPerson(`pat`);
      await hub.registry.grant("acme", "pat", "write", "acme/web-*");
      expect((await hub.ask("pat", "POST", API, { name: "acme/web-1" })).status).toBe(201);
      expect((await hub.ask("pat", "POST", API, { name: "acme/db-1" })).status).toBe(403);
      expect((await hub.ask("zoe", "POST", API, { name: "zoe/mine" })).status).toBe(201);
    });

    test("renamed: the old name answers, stays taken, and can be had back", async () => {
      const name = await make();
      await tag("ann", name, "1");
      const to = `${name}-new`;
      expect((await hub.ask("carl", "POST", `${API}/${name}/-/rename`, { name: to })).status).toBe(403);
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: "zoe/x" })).status).toBe(400);
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: "acme/api" })).status).toBe(409);
      const { body: before } = await hub.ask("ann", "GET", `${API}/${name}`);
      const { body: after } = await hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: to });
      expect([after.name, after.id]).toEqual([to, before.id]);
      for (const each of [name, to]) {
        expect((await hub.ask("ann", "GET", `/v2/${each}/manifests/1`)).status).toBe(200);
        expect((await hub.ask("ann", "GET", `${API}/${each}`)).body.id).toBe(before.id);
      }
      expect((await tag("ann", name, "2")).status).toBe(201);
      expect((await hub.ask("ann", "GET", `${API}/${to}`)).body.tags).toBe(2);
      expect((await hub.ask("ann", "POST", API, { name })).status).toBe(409);
      const other = await make();
      expect((await hub.ask("ann", "POST", `${API}/${other}/-/rename`, { name })).status).toBe(409);
      expect((await hub.ask("ann", "POST", `${API}/${to}/-/rename`, { name })).body).toMatchObject({
        name,
        id: before.id,
      });
      expect((await hub.ask("ann", "GET", `/v2/${to}/tags/list`)).status).toBe(200);
      // Many names, all of them its own.
      for (const each of ["a", "b", "c"])
        await hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: `${name}-${each}` });
      for (const each of ["-a", "-b", "-c", "-new", ""]) {
        expect((await hub.ask("ann", "GET", `${API}/${name}${each}`)).body.id).toBe(before.id);
      }
    });

    test("of two that want one name, one gets it", async () => {
      for (let round = 0; round < 5; round += 1) {
        const [left, right] = [await make(), await make()];
        const to = `${left}-wanted`;
        const answers = await Promise.all([
          hub.ask("ann", "POST", `${API}/${left}/-/rename`, { name: to }),
          hub.ask("ann", "POST", `${API}/${right}/-/rename`, { name: to }),
          hub.ask("ann", "POST", API, { name: to }),
        ]);
        expect(answers.map((it) => it.status).filter((it) => it < 300).length).toBe(1);
        expect(answers.every((it) => [200, 201, 409].includes(it.status))).toBe(true);
      }
    });

    test("a push while it is renamed is not lost, and makes no second one", async () => {
      for (let round = 0; round < 5; round += 1) {
        const name = await make();
        const to = `${name}-new`;
        const pushes = Array.from({ length: 6 }, (_, index) => tag("ann", index % 2 === 0 ? name : to, `t${index}`));
        const [renamed, ...pushed] = await Promise.all([
          hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: to }),
          ...pushes,
        ]);
        expect(pushed.map((it) => it.status)).toEqual(pushed.map(() => 201));
        // Pushes to the new name may have made it before: then it was taken.
        expect([200, 409]).toContain(renamed.status);
        const tags = async (each: string) =>
          (await hub.ask("ann", "GET", `/v2/${each}/tags/list`)).body.tags as string[];
        const found = new Set([...(await tags(name)), ...(await tags(to))]);
        expect([...found].sort()).toEqual(["t0", "t1", "t2", "t3", "t4", "t5"]);
        if (renamed.status === 200) expect(await tags(name)).toEqual(await tags(to));
      }
    });

    test("moved: by those who may both, without the old namespace's grants", async () => {
      const name = await make();
      await tag("ann", name, "1");
      await hub.registry.grant("acme", "zoe", "admin", name);
      const to = `zoe/${name.slice(5)}`;
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/move`, { name: to })).status).toBe(403);
      await hub.registry.grant("acme", "bob", "read", name);
      // A right on it alone takes it neither out of its namespace nor to another of its names.
      expect((await hub.ask("zoe", "POST", `${API}/${name}/-/move`, { name: to })).status).toBe(403);
      expect((await hub.ask("zoe", "POST", `${API}/${name}/-/rename`, { name: "acme/taken-by-zoe" })).status).toBe(403);
      const members = "/api/v1/namespaces/acme/members/zoe";
      expect((await hub.ask("ann", "PUT", members, { role: "owner" })).status).toBe(200);
      const moved = await hub.ask("zoe", "POST", `${API}/${name}/-/move`, { name: to });
      expect((await hub.ask("ann", "DELETE", members)).status).toBe(204);
      expect([moved.status, moved.body.name, moved.body.namespace, moved.body.role]).toEqual([200, to, "zoe", "admin"]);
      expect((await hub.ask("zoe", "GET", `/v2/${name}/manifests/1`)).status).toBe(200);
      for (const who of ["ann", "bob", "carl"]) {
        for (const each of [name, to]) expect((await hub.ask(who, "GET", `/v2/${each}/manifests/1`)).status).toBe(403);
      }
      expect((await hub.ask("ann", "POST", API, { name })).status).toBe(409);
      expect(await hub.registry.find(`select count(*) from grants where repository_id = ${moved.body.id}`)).toBe(0);
    });

    test("deleted: gone for everyone, its name refused; restored as it was", async () => {
      const name = await make({ visibility: "public", description: "d" });
      await tag("ann", name, "1");
      await hub.registry.grant("acme", "zoe", "write", name);
      expect((await hub.ask("mia", "DELETE", `${API}/${name}`)).status).toBe(403);
      expect((await hub.ask("ann", "DELETE", `${API}/${name}`)).status).toBe(204);
      for (const who of ["ann", "zoe", "root", null]) {
        expect((await hub.ask(who, "GET", `${API}/${name}`)).status).toBeGreaterThanOrEqual(401);
        expect((await hub.ask(who, "GET", `/v2/${name}/manifests/1`)).status).toBeGreaterThanOrEqual(401);
        expect((await hub.ask(who, "GET", `${API}?prefix=${name}`)).body.items).toEqual([]);
        expect((await hub.ask(who, "GET", `/v1/search?q=${name}`)).body.results).toEqual([]);
      }
      const push = await tag("carl", name, "2");
      expect([push.status, push.text.includes("restore it from the recycle bin")]).toEqual([403, true]);
      expect((await hub.ask("ann", "POST", API, { name })).status).toBe(409);
      const binned = (await readAll(hub, "ann", `${API}?deleted=true`, 2)).map((it) => it.name);
      expect(binned).toContain(name);
      expect(await readAll(hub, "zoe", `${API}?deleted=true`, 2)).toEqual([]);
      expect(await readAll(hub, "carl", `${API}?deleted=true`, 2)).toEqual([]);
      expect((await hub.ask("ann", "DELETE", `${API}/${name}`)).status).toBe(404);
      const [outside, missing] = await Promise.all([
        hub.ask("zoe", "POST", `${API}/${name}/-/restore`),
        hub.ask("zoe", "POST", `${API}/acme/missing/-/restore`),
      ]);
      expect([outside.status, outside.body.detail.replace(name, "N")]).toEqual([
        missing.status,
        missing.body.detail.replace("acme/missing", "N"),
      ]);
      const restored = await hub.ask("ann", "POST", `${API}/${name}/-/restore`);
      expect(restored.body).toMatchObject({ name, visibility: "public", description: "d", tags: 1 });
      expect((await tag("zoe", name, "3")).status).toBe(201);
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/restore`)).status).toBe(404);
    });

    test("a former name of one in the bin is refused too", async () => {
      const name = await make();
      await hub.ask("ann", "POST", `${API}/${name}/-/rename`, { name: `${name}-new` });
      await hub.ask("ann", "DELETE", `${API}/${name}`);
      expect((await tag("ann", name, "1")).status).toBe(403);
      expect((await hub.ask("ann", "GET", `${API}/${name}`)).status).toBe(404);
      expect((await hub.ask("ann", "POST", `${API}/${name}-new/-/restore`)).status).toBe(200);
      expect((await hub.ask("ann", "GET", `${API}/${name}`)).body.name).toBe(`${name}-new`);
    });

    test("deleted and restored at once: it is in one place afterwards", async () => {
      const name = await make();
      for (let round = 0; round < 10; round += 1) {
        const answers = await Promise.all([
          hub.ask("ann", "DELETE", `${API}/${name}`),
          hub.ask("ann", "POST", `${API}/${name}/-/restore`),
          hub.ask("ann", "DELETE", `${API}/${name}`),
        ]);
        expect(answers.every((it) => it.status < 500)).toBe(true);
        const isHere = (await hub.ask("ann", "GET", `${API}/${name}`)).status === 200;
        const isBinned = (await readAll(hub, "ann", `${API}?deleted=true`, 50)).some((it) => it.name === name);
        expect(isHere).toBe(!isBinned);
        if (!isHere) await hub.ask("ann", "POST", `${API}/${name}/-/restore`);
      }
    });

    test("deleted for good: its rows go, its name stays, and nothing brings it back", async () => {
      const name = await make();
      for (const each of ["1", "2", "3"]) await tag("ann", name, each);
      await hub.ask("ann", "PUT", `${API}/${name}/-/star`);
      const { body } = await hub.ask("ann", "GET", `${API}/${name}`);
      await hub.registry.grant("acme", "zoe", "admin", name);
      expect((await hub.ask("ann", "DELETE", `${API}/${name}`)).status).toBe(204);
      expect((await hub.ask("ann", "DELETE", `${API}/${name}?now=true`)).status).toBe(204);
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/restore`)).status).toBe(404);
      await hub.collect();
      for (const table of ["manifests", "tags", "stars", "grants"]) {
        expect([
          table,
          await hub.registry.find(`select count(*) from ${table} where repository_id = ${body.id}`),
        ]).toEqual([table, 0]);
      }
      expect((await hub.ask("ann", "POST", `${API}/${name}/-/restore`)).status).toBe(404);
      expect((await readAll(hub, "ann", `${API}?deleted=true`, 50)).map((it) => it.name)).not.toContain(name);
      expect((await tag("ann", name, "1")).status).toBe(403);
      expect((await hub.ask("ann", "POST", API, { name })).status).toBe(409);
    });

    test("deleted for good while it is restored and pushed to: it is gone, or whole", async () => {
      for (let round = 0; round < 6; round += 1) {
        const name = await make();
        for (const each of ["1", "2", "3"]) await tag("ann", name, each);
        await hub.ask("ann", "DELETE", `${API}/${name}`);
        const [restored, , , ...rest] = await Promise.all([
          hub.ask("ann", "POST", `${API}/${name}/-/restore`),
          hub.ask("ann", "DELETE", `${API}/${name}?now=true`),
          hub.collect(),
          tag("ann", name, "4"),
          hub.ask("ann", "POST", `${API}/${name}/-/restore`),
        ]);
        expect([restored, ...rest].every((it) => it.status < 500)).toBe(true);
        await hub.collect();
        const found = await hub.ask("ann", "GET", `${API}/${name}`);
        const tags = await hub.registry.find(
          `select count(*) from tags inner join repositories on repositories.id = tags.repository_id where repositories.name = '${name}' and to_at is null`,
        );
        if (found.status === 200) expect(tags).toBeGreaterThanOrEqual(3);
        else expect([found.status, tags]).toEqual([404, 0]);
      }
    });

    test("what lay in the bin for long enough goes by itself, oldest first, and not before", async () => {
      const [old, young] = [await make(), await make()];
      for (const each of [old, young]) {
        await tag("ann", each, "1");
        expect((await hub.ask("ann", "DELETE", `${API}/${each}`)).status).toBe(204);
      }
      await hub.registry.change(`update repositories set deleted_at = 1000 where name = '${old}'`);
      await hub.collect();
      const binned = (await readAll(hub, "ann", `${API}?deleted=true`, 50)).map((it) => it.name);
      expect([binned.includes(old), binned.includes(young)]).toEqual([false, true]);
      expect((await hub.ask("ann", "POST", `${API}/${old}/-/restore`)).status).toBe(404);
      expect((await hub.ask("ann", "POST", `${API}/${young}/-/restore`)).body.tags).toBe(1);
    });

    test("two moved into each other's names, and swapped: both refused, nothing lost", async () => {
      const [left, right] = [await make(), await make()];
      const answers = await Promise.all([
        hub.ask("ann", "POST", `${API}/${left}/-/rename`, { name: right }),
        hub.ask("ann", "POST", `${API}/${right}/-/rename`, { name: left }),
      ]);
      expect(answers.map((it) => it.status)).toEqual([409, 409]);
    });

    test("library/x and x are one", async () => {
      await hub.registry.addOrganisation("library", "ann");
      expect((await hub.ask("ann", "POST", API, { name: "library/tool", visibility: "public" })).body.name).toBe(
        "tool",
      );
      expect((await hub.ask("ann", "POST", API, { name: "tool" })).status).toBe(409);
      const [short, long] = await Promise.all([
        hub.ask(null, "GET", `${API}/tool`),
        hub.ask(null, "GET", `${API}/library/tool`),
      ]);
      expect(short.body).toEqual(long.body);
      expect((await hub.ask("ann", "PUT", `${API}/library/tool/-/star`)).status).toBe(204);
      expect((await hub.ask(null, "GET", `${API}/tool`)).body.stars).toBe(1);
      expect((await hub.ask("ann", "POST", `${API}/tool/-/rename`, { name: "library/tool2" })).body.name).toBe("tool2");
      expect((await hub.ask(null, "GET", `${API}/library/tool`)).body.name).toBe("tool2");
      const search = async (q: string) => (await hub.ask(null, "GET", `/v1/search?q=${q}`)).body.results;
      expect(await search("library%2Ftool2")).toEqual(await search("tool2"));
    });
  });
}

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const INDEX = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
