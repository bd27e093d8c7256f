// Lists, search, stars, counts of pulls, and why somebody may: on both databases, over HTTP.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { basic } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { openHub, readAll, type Hub } from "./support.ts";

const createDatabase = sharePostgres();
const API = "/api/v1/repositories";
const COUNT = 1_000;

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let hub: Hub;
    let zoe: number;
    beforeAll(async () => {
      hub = await openHub(dialect, createDatabase);
      const { registry } = hub;
      await registry.addOrganisation("many", "ann");
      const rows = Array.from({ length: COUNT }, (_, index) => {
        const name = `many/r${String(index).padStart(4, "0")}`;
        const description = index % 10 === 0 ? "Database tools 100%" : "";
        return `('${name}', ${index + 1}, ${index + 1}, 'public', '${description}', ${index % 7}, ${index % 3})`;
      });
      await registry.change(
        `insert into repositories (namespace_id, name, created_at, pushed_at, visibility, description, star_count, pull_count)
          select namespaces.id, v.name, v.created_at, v.pushed_at, v.visibility, v.description, v.star_count, v.pull_count
          from namespaces, (select '' as name, 0 as created_at, 0 as pushed_at, '' as visibility, '' as description, 0 as star_count, 0 as pull_count where 1 = 0
            union all values ${rows.join(", ")}) as v
          where namespaces.name = 'many'`,
      );
      await registry.change("update repositories set is_official = 1 where name = 'many/r0007'");
      // The index has to catch up with what was made behind its back.
      while ((await hub.ask(null, "GET", "/v1/search?q=many")).body.num_results < COUNT) await Bun.sleep(100);
      zoe = await registry.find("select id from accounts where name = 'zoe'");
    });
    afterAll(async () => {
      await hub?.close();
    });

    test.each(["name", "updated", "stars", "pulls"])(
      "by %s: every one once, in order, whatever the page",
      async (sort) => {
        for (const limit of [7, 333]) {
          const items = await readAll(hub, null, `${API}?namespace=many&sort=${sort}`, limit);
          expect(new Set(items.map((it) => it.name)).size).toBe(COUNT);
          const key = sort === "updated" ? "updatedAt" : sort;
          const keys = items.map((it) => it[key] as string | number);
          expect(keys).toEqual(sort === "name" ? keys.toSorted(byValue) : keys.toSorted((a, b) => byValue(b, a)));
        }
      },
    );

    test("narrowed: by namespace, name, visibility, flag and stars", async () => {
      const names = async (who: string | null, query: string) =>
        (await readAll(hub, who, `${API}?${query}`, 400)).map((it) => it.name);
      expect(await names("ann", "namespace=acme")).toEqual(["acme/api", "acme/site"]);
      expect(await names("ann", "namespace=ACME&visibility=private")).toEqual(["acme/api"]);
      expect(await names(null, "namespace=acme")).toEqual(["acme/site"]);
      expect(await names("ann", "namespace=nobody")).toEqual([]);
      expect(await names(null, "q=R000&namespace=many")).toHaveLength(10);
      expect(await names(null, "prefix=many/r00&q=5")).toHaveLength(19);
      expect(await names(null, "q=%25")).toEqual([]);
      expect(await names(null, "q=_")).toEqual([]);
      expect(await names(null, "q=\\")).toEqual([]);
      expect(await names(null, "q='; drop table repositories")).toEqual([]);
      expect(await names(null, "official=true")).toEqual(["many/r0007"]);
      expect(await names(null, "starred=true")).toEqual([]);
      for (const query of ["sort=size", "limit=0", "limit=1001", "after=xx", "unknown=1", `q=${"x".repeat(101)}`]) {
        expect([query, (await hub.ask(null, "GET", `${API}?${query}`)).status]).toEqual([query, 400]);
      }
      // A cursor of one list is none of another.
      const { next } = (await hub.ask(null, "GET", `${API}?limit=1`)).body;
      expect((await hub.ask(null, "GET", `${API}?limit=1&sort=stars&after=${next}`)).status).toBe(400);
    });

    test("a hidden one among a thousand changes no answer to those who may not see it", async () => {
      const asked = [
        ...["name", "updated", "stars", "pulls"].map((sort) => `${API}?limit=1000&sort=${sort}`),
        `${API}?namespace=many&limit=1000`,
        `${API}?q=hidden`,
        `${API}?prefix=many/r05&limit=100`,
        "/v2/_catalog?n=1000",
        "/v1/search?q=many&n=100",
        "/v1/search?q=hidden&n=100",
        "/v1/search?q=r05&n=100",
        `${API}?deleted=true`,
      ];
      const read = async (who: string | null) =>
        await Promise.all(
          asked.map(async (path) => {
            const { status, text, headers } = await hub.ask(who, "GET", path);
            const kept = [...headers].filter(([name]) => name !== "x-request-id" && name !== "date");
            // When acme's own pushes were is written some seconds after them.
            const settled = text.replaceAll(/("name":"acme\/\w+"[^}]*"updatedAt":)"[^"]*"/g, '$1""');
            return JSON.stringify([path, status, kept, settled]);
          }),
        );
      const before = [await read("zoe"), await read(null)];
      for (const name of ["many/r0500-hidden", "hidden", "many/a", "many/z"]) {
        const namespace = name.includes("/") ? "many" : "library";
        await hub.registry.change(
          `insert into namespaces (name, created_at) values ('${namespace}', 1) on conflict do nothing`,
          `insert into repositories (namespace_id, name, created_at, pushed_at, visibility, description, star_count, pull_count, is_official)
            select id, '${name}', 1, 500, 'private', 'hidden many r05', 1000, 1000, 1 from namespaces where name = '${namespace}'`,
        );
      }
      expect([await read("zoe"), await read(null)]).toEqual(before);
      const found = (await hub.ask("root", "GET", "/v1/search?q=hidden&n=100")).body;
      expect(found.num_results).toBe(4);
      await hub.registry.change("delete from repositories where description = 'hidden many r05'");
    });

    test("the search: names and descriptions, official first, then stars, then names", async () => {
      const search = async (query: string, who: string | null = null) =>
        (await hub.ask(who, "GET", `/v1/search?${query}`)).body;
      const first = await search("q=many/r&n=5");
      expect(first).toMatchObject({ query: "many/r", num_results: COUNT, num_pages: COUNT / 5, page: 1, page_size: 5 });
      expect(first.results.map((it) => it.name)).toEqual([
        "many/r0007",
        "many/r0006",
        "many/r0013",
        "many/r0020",
        "many/r0027",
      ]);
      expect(Object.keys(first.results[0] ?? {}).sort()).toEqual([
        "description",
        "is_automated",
        "is_official",
        "is_trusted",
        "name",
        "star_count",
      ]);
      expect((await search("q=many/r&n=5&page=2")).results[0]?.name).toBe("many/r0034");
      expect((await search("q=DATABASE%20Tools%20100%25")).num_results).toBe(COUNT / 10);
      expect((await search("q=100%25x")).results).toEqual([]);
      expect((await search("q=acme")).results.map((it) => it.name)).toEqual(["acme/site"]);
      expect((await search("q=acme", "bob")).results.map((it) => it.name)).toEqual(["acme/api", "acme/site"]);
      expect((await search("q=")).num_results).toBe(COUNT);
      expect((await search("q=many&n=1000")).results).toHaveLength(100);
      for (const query of ["q=a&n=0", "q=a&n=-1", "q=a&page=x", `q=${"x".repeat(256)}`, "q=a%00"]) {
        expect([query, (await hub.ask(null, "GET", `/v1/search?${query}`)).status]).toEqual([query, 400]);
      }
      const ping = await hub.ask(null, "GET", "/v1/_ping");
      expect([ping.status, ping.text]).toEqual([200, "true"]);
    });

    test("the search takes Basic and Bearer, refuses wrong ones, and asks nobody for a login", async () => {
      const { url } = hub.registry;
      const token = await hub.registry.addToken("bob", { scopes: [{ actions: ["pull"], pattern: "acme/s*" }] });
      const find = async (headers: Record<string, string>) => {
        const response = await fetch(`${url}/v1/search?q=acme`, { headers });
        const body = (await response.json()) as { results?: { name: string }[] };
        return [response.status, body.results?.map((it) => it.name)];
      };
      expect(await find(basic("bob", token))).toEqual([200, ["acme/site"]]);
      expect((await find(basic("bob", "wrong")))[0]).toBe(401);
      const scope = "registry:catalog:search";
      const answer = await fetch(`${url}/token?service=${url.slice(7)}&scope=${scope}`, { headers: basic("bob") });
      const { token: jwt } = (await answer.json()) as { token: string };
      expect(await find({ authorization: `Bearer ${jwt}` })).toEqual([200, ["acme/api", "acme/site"]]);
      expect((await find({ authorization: "Bearer x.y.z" }))[0]).toBe(401);
    });

    test("stars: a person's, counted once, not with a token for pulls", async () => {
      const star = (who: string, method = "PUT", name = "acme/site") => hub.ask(who, method, `${API}/${name}/-/star`);
      await Promise.all([star("zoe"), star("zoe"), star("zoe"), star("bob")]);
      expect((await hub.ask("zoe", "GET", `${API}/acme/site`)).body).toMatchObject({ stars: 2, isStarred: true });
      expect((await hub.ask("ann", "GET", `${API}/acme/site`)).body).toMatchObject({ stars: 2, isStarred: false });
      expect((await readAll(hub, "zoe", `${API}?starred=true`, 10)).map((it) => it.name)).toEqual(["acme/site"]);
      await Promise.all([star("zoe", "DELETE"), star("zoe", "DELETE")]);
      expect((await hub.ask("zoe", "GET", `${API}/acme/site`)).body).toMatchObject({ stars: 1, isStarred: false });
      expect((await hub.ask(null, "PUT", `${API}/acme/site/-/star`)).status).toBe(401);
      const robot = await hub.registry.addToken("acme-ci", { kind: "robot" });
      const asRobot = await hub.ask(null, "PUT", `${API}/acme/site/-/star`, undefined, basic("acme-ci", robot));
      expect([asRobot.status, asRobot.text.includes("given by people")]).toEqual([403, true]);
      const pulls = await hub.registry.addToken("zoe", {
        scopes: [{ actions: ["pull"], pattern: "*" }],
        name: "pulls",
      });
      expect((await hub.ask(null, "PUT", `${API}/acme/site/-/star`, undefined, basic("zoe", pulls))).status).toBe(403);
      // A hidden star tells nothing.
      expect((await star("bob", "PUT", "acme/api")).status).toBe(204);
      await hub.registry.change(
        `delete from team_members where account_id = (select id from accounts where name = 'bob')`,
      );
      expect((await readAll(hub, "bob", `${API}?starred=true`, 10)).map((it) => it.name)).toEqual(["acme/site"]);
      await hub.registry.addTeam("acme", "again", "bob");
      await hub.registry.grant("acme", "team:again", "read", "acme");
      expect(zoe).toBeGreaterThan(0);
    });

    test("pulls: each GET of what is not an index, written within seconds and at the end", async () => {
      const { registry } = hub;
      const find = (text: string) => registry.find(text);
      await registry.change("update repositories set pull_count = 0, pushed_at = 5 where name = 'acme/site'");
      await Promise.all(Array.from({ length: 20 }, () => hub.ask(null, "GET", "/v2/acme/site/manifests/1")));
      for (const reference of ["1", "none"])
        await fetch(`${registry.url}/v2/acme/site/manifests/${reference}`, { method: "HEAD" });
      const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
      const push = () => hub.ask("carl", "PUT", "/v2/acme/site/manifests/index", index, { "content-type": OCI_INDEX });
      expect((await push()).status).toBe(201);
      await hub.ask(null, "GET", "/v2/acme/site/manifests/index");
      const deadline = Date.now() + 10_000;
      while (
        (await find("select pull_count from repositories where name = 'acme/site'")) === 0 &&
        Date.now() < deadline
      ) {
        await Bun.sleep(200);
      }
      expect(await find("select pull_count from repositories where name = 'acme/site'")).toBe(20);
      expect(await find("select pushed_at from repositories where name = 'acme/site'")).toBeGreaterThan(1_000_000);
    });

    test("why: for oneself, and for those who may ask about others", async () => {
      const why = async (who: string | null, query: string) =>
        await hub.ask(who, "GET", `/api/v1/access/explain?${query}`);
      expect((await why(null, "repository=acme/api")).status).toBe(401);
      const own = (await why("bob", "repository=acme/api&action=push")).body;
      expect(own).toMatchObject({ account: "bob", isAllowed: false, neededRole: "write", role: "read" });
      expect(own.reason).toContain("you have read through team");
      expect(own.rules).toContainEqual({
        kind: "grant",
        role: "read",
        via: "team again",
        pattern: null,
        counts: true,
        text: "a grant of role read to team again",
      });
      const asked = (await why("ann", "repository=acme/api&action=push&account=carl")).body;
      expect([asked.isAllowed, asked.role, asked.reason]).toEqual([true, "write", ""]);
      expect((await why("otto", "repository=acme/api&account=zoe")).body).toMatchObject({
        isAllowed: false,
        role: null,
      });
      expect((await why("root", "repository=acme/site&account=zoe")).body.rules).toContainEqual(
        expect.objectContaining({ kind: "public", counts: true }),
      );
      expect((await why("root", "repository=acme/api&account=missing")).status).toBe(404);
      for (const who of ["zoe", "bob", "mia"]) {
        expect((await why(who, "repository=acme/api&account=carl")).status).toBe(403);
        const missing = await why(who, "repository=nobody/api&account=carl");
        expect(missing.status).toBe(403);
      }
      const [hidden, missing] = await Promise.all([
        why("zoe", "repository=acme/api"),
        why("zoe", "repository=acme/nix"),
      ]);
      expect(hidden.text.replaceAll("acme/api", "N")).toBe(missing.text.replaceAll("acme/nix", "N"));
      const token = await hub.registry.addToken("ann", {
        scopes: [{ actions: ["pull"], pattern: "acme/*" }],
        name: "why",
      });
      const limited = await hub.ask(
        null,
        "GET",
        "/api/v1/access/explain?repository=acme/api&action=push",
        undefined,
        basic("ann", token),
      );
      expect(limited.body).toMatchObject({ isAllowed: false, role: "admin" });
      expect(limited.body.rules).toContainEqual(expect.objectContaining({ kind: "ceiling", counts: false }));
      expect((await why("ann", "repository=acme/api&action=own")).status).toBe(400);
    });
  });
}

function byValue(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
