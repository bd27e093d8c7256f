// What people and administrators are told of bytes, background work, health and settings, over HTTP on both databases; and what
// nobody else is told.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { JobRuns } from "../../src/jobs/job-runs.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { basic, claim, openAccessRegistry, PASSWORD, type AccessRegistry } from "../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "./databases.ts";
import {
  describeContent,
  imageOf,
  indexOf,
  newContent,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  pushBlob,
  putManifest,
  type Content,
} from "./registry/content.ts";
import type { Ask, Registry } from "./registry/registry.ts";
import { describeUnless } from "./support.ts";

const createDatabase = sharePostgres();
const log = createLog({ level: "error", format: "text", fd: 2 });

/** An answer, with the types of what tests look into. */
type Json = {
  [field: string]: unknown;
  id: string;
  next: string | null;
  items: Json[];
  checks: Json[];
  namespaces: Json[];
  disk: { freeBytes: number };
};

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let registry: AccessRegistry;
    let root: Registry;
    const base = newContent(10_000);
    const own = newContent(3_000);
    const config = newContent(64);
    let image: Content;
    let other: Content;

    const ask = async (
      who: string | null,
      method: string,
      path: string,
      body?: unknown,
    ): Promise<{ status: number; body: Json; text: string }> => {
      const response = await fetch(`${registry.url}${path}`, {
        method,
        headers: {
          ...(who === null ? {} : basic(who)),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Json, text };
    };
    const get = async (who: string | null, path: string): Promise<Json> => {
      const { status, body, text } = await ask(who, "GET", path);
      if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
      return body;
    };
    const ended = async (id: string): Promise<Json> => {
      for (let tries = 0; tries < 200; tries += 1) {
        const run = await get("root", `/api/v1/jobs/runs/${id}`);
        if (run["outcome"] !== "running") return run;
        await Bun.sleep(25);
      }
      throw new Error(`run ${id} does not end`);
    };

    beforeAll(async () => {
      const postgresUrl = dialect === "postgres" ? await createDatabase() : undefined;
      registry = await openAccessRegistry(postgresUrl === undefined ? {} : { postgresUrl });
      const asRoot = async (method: string, path: string, options: Ask = {}) => {
        const headers = { ...options.headers, ...basic("root") };
        const body = options.body ?? null;
        const response = await fetch(`${registry.url}${path}`, { method, headers, body });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const text = new TextDecoder().decode(bytes);
        return { status: response.status, headers: response.headers, bytes, text };
      };
      // What pushes content asks, and nothing else.
      root = { ask: asRoot } as unknown as Registry;
      await claim(registry);
      for (const name of ["ann", "bob", "mia", "zoe"]) await registry.addPerson(name);
      await registry.addPerson("otto", { systemRole: "auditor" });
      await registry.addOrganisation("acme", "ann");
      await registry.addOrganisation("rival", "zoe");
      await registry.addTeam("acme", "qa", "bob");
      image = imageOf(
        describeContent(OCI_CONFIG, config),
        [base, own].map((it) => describeContent(OCI_LAYER, it)),
      );
      other = imageOf(describeContent(OCI_CONFIG, config), [describeContent(OCI_LAYER, base)]);
      for (const blob of [base, own, config]) await pushBlob(root, "acme/api", blob);
      for (const blob of [base, config]) await pushBlob(root, "acme/web", blob);
      for (const blob of [base, own, config]) await pushBlob(root, "rival/copy", blob);
      await putManifest(root, "acme/api", "v1", image);
      await putManifest(root, "acme/api", "v2", image);
      await putManifest(root, "acme/api", "base", other);
      await putManifest(root, "acme/web", "v1", other);
      await putManifest(root, "rival/copy", "v1", image);
      await pushBlob(root, "acme/web", newContent(500));
      await registry.grant("acme", "mia", "maintain", "acme/api");
      await registry.grant("acme", "team:qa", "read", "acme/web");
    });
    afterAll(async () => {
      await registry.close();
    });

    describe("the instance", () => {
      test("tells everyone what a first page needs", async () => {
        const instance = await get(null, "/api/v1/instance");
        expect(instance).toMatchObject({
          name: "Berth",
          url: registry.url,
          host: registry.host,
          isClaimed: true,
          isOpen: false,
          isHttps: false,
          canSignIn: true,
          signInProblem: null,
          signUp: "closed",
        });
        const response = await fetch(`${registry.url}/api/v1/instance`, { headers: { host: "evil.example:1" } });
        expect((await response.json()) as Json).toMatchObject({ isOpen: false, canSignIn: false });
        expect(response.headers.get("cache-control")).toBe("no-store");
      });

      test("says in one answer who asks, and where they belong", async () => {
        const session = await get("ann", "/api/v1/session");
        expect(session["account"]).toMatchObject({ name: "ann", systemRole: "none" });
        expect<unknown[]>(session.namespaces).toMatchObject([
          { name: "ann", kind: "user", displayName: "", role: "owner" },
          { name: "acme", kind: "organisation", displayName: "", role: "owner" },
        ]);
      });
    });

    describe("usage", () => {
      test("sums up what each repository of a namespace stores, and not what others hold", async () => {
        const usage = await get("ann", "/api/v1/namespaces/acme/storage");
        expect(usage["state"]).toBe("ready");
        expect(usage["totals"]).toMatchObject({
          storedBytes: 13_564,
          logicalBytes: 23_628,
          repositories: 2,
          binnedBytes: 0,
          manifestBytes: image.bytes.length + 2 * other.bytes.length,
        });
        expect(usage["items"]).toMatchObject([
          {
            repository: "acme/api",
            uniqueBytes: 3_000,
            sharedBytes: 10_064,
            blobs: 3,
            tags: 3,
            manifests: 2,
            leasedBytes: 0,
          },
          {
            repository: "acme/web",
            uniqueBytes: 500,
            sharedBytes: 10_064,
            blobs: 3,
            tags: 1,
            manifests: 1,
            leasedBytes: 500,
          },
        ]);
        const first = await get("ann", "/api/v1/namespaces/acme/storage?limit=1");
        expect(first["items"]).toHaveLength(1);
        const rest = await get("ann", `/api/v1/namespaces/acme/storage?limit=1&after=${first["next"]}`);
        expect(rest["items"]).toMatchObject([{ repository: "acme/web" }]);
        expect(rest["next"]).toBeNull();
      });

      test("lists for a member only what the member may see, and answers strangers as if there was nothing", async () => {
        const seen = await get("bob", "/api/v1/namespaces/acme/storage");
        expect(seen["items"].map((it: Json) => it["repository"])).toEqual(["acme/web"]);
        const hidden = await ask("zoe", "GET", "/api/v1/namespaces/acme/storage");
        const absent = await ask("zoe", "GET", "/api/v1/namespaces/absent/storage");
        expect(hidden.status).toBe(absent.status);
        expect(hidden.text.replaceAll("acme", "absent").replace(/"requestId":"[^"]*"/, "")).toBe(
          absent.text.replace(/"requestId":"[^"]*"/, ""),
        );
        expect((await ask("ann", "GET", "/api/v1/namespaces/acme/storage?after=AAAA")).status).toBe(400);
      });

      test("names what keeps a blob, in the repositories that the caller sees", async () => {
        const path = `/api/v1/repositories/acme/api/-/blobs/${base.digest}/keepers`;
        const seen = await get("ann", path);
        expect(seen).toMatchObject({ sizeBytes: 10_000, state: "live", holds: [], next: null });
        const shown = seen["items"].map((it: Json) => [it["repository"], it["manifest"], it["tags"], it["role"]]);
        expect(new Set(shown)).toEqual(
          new Set([
            ["acme/api", image.digest, ["v1", "v2"], "layer"],
            ["acme/api", other.digest, ["base"], "layer"],
            ["acme/web", other.digest, ["v1"], "layer"],
          ]),
        );
        expect((await get("mia", path))["items"]).toHaveLength(2);
        expect((await get("otto", path))["items"]).toHaveLength(4);
        const pages: Json[] = [];
        for (let after = ""; ;) {
          const page = await get("otto", `${path}?limit=1${after}`);
          pages.push(...page["items"]);
          if (page["next"] === null) break;
          after = `&after=${page["next"]}`;
        }
        expect(pages).toHaveLength(4);
        // Of a repository that has it not, wherever else it may be.
        expect((await ask("ann", "GET", `/api/v1/repositories/acme/web/-/blobs/${own.digest}/keepers`)).status).toBe(
          404,
        );
        expect((await ask("ann", "GET", "/api/v1/repositories/acme/web/-/blobs/sha256:x/keepers")).status).toBe(400);
        expect((await ask("zoe", "GET", path)).status).toBe(403);
      });

      test("says what a deletion frees, and what keeps the rest", async () => {
        const path = "/api/v1/repositories/acme/api/-/deletion";
        expect(await get("ann", `${path}?digest=${image.digest}`)).toMatchObject({
          what: "manifest",
          tags: { count: 2, names: ["v1", "v2"] },
          freedAtOnce: { blobs: 0, bytes: 0 },
          freedLater: { blobs: 1, bytes: 3_000 },
          keptHere: { blobs: 2, bytes: 10_064 },
          keptElsewhere: { blobs: 0, bytes: 0 },
          // A rival has the layer too, which ann must not learn.
          isExact: false,
        });
        expect(await get("root", `${path}?digest=${image.digest}`)).toMatchObject({
          freedLater: { blobs: 0, bytes: 0 },
          keptElsewhere: { blobs: 1, bytes: 3_000 },
          keptBy: ["rival/copy"],
          freedFrom: null,
          isExact: true,
        });
        expect(await get("ann", `${path}?tag=v1`)).toMatchObject({
          what: "tag",
          digest: image.digest,
          freedLater: { blobs: 0, bytes: 0 },
        });
        expect(await get("ann", path)).toMatchObject({
          what: "repository",
          manifests: 2,
          freedLater: { blobs: 1, bytes: 3_000 },
          keptElsewhere: { blobs: 2, bytes: 10_064 },
          keptBy: ["acme/web"],
          tags: { count: 3 },
        });
        // What mia may see, acme/api alone, is all that counts.
        expect(await get("mia", path)).toMatchObject({ freedLater: { blobs: 3, bytes: 13_064 }, keptBy: [] });
        expect((await ask("bob", "GET", path)).status).toBe(403);
        expect((await ask("ann", "GET", `${path}?tag=absent`)).status).toBe(404);
        expect((await ask("ann", "GET", `${path}?tag=v1&digest=${image.digest}`)).status).toBe(400);
        expect((await ask("ann", "GET", `${path}?tag=../x`)).status).toBe(400);
      });

      test("knows image indexes, and what lies in the recycle bin", async () => {
        const index = indexOf([describeContent("application/vnd.oci.image.manifest.v1+json", other)]);
        await putManifest(root, "acme/web", "multi", index, OCI_INDEX);
        const doomed = await get("ann", `/api/v1/repositories/acme/web/-/deletion?digest=${other.digest}`);
        expect(doomed["namedBy"]).toEqual([index.digest]);
        expect((await root.ask("DELETE", `/v2/acme/web/manifests/${other.digest}`)).status).toBe(202);
        const kept = await get("ann", `/api/v1/repositories/acme/web/-/blobs/${base.digest}/keepers`);
        expect(kept["items"].filter((it: Json) => it["isDeleted"])).toMatchObject([
          { repository: "acme/web", tags: [] },
        ]);
        const binned = await get("ann", "/api/v1/repositories/acme/web/-/bin");
        expect(binned["items"].map((it: Json) => [it["kind"], it["reference"]])).toEqual([
          ["manifest", other.digest],
          ["tag", "v1"],
        ]);
        expect((await ask("bob", "GET", "/api/v1/repositories/acme/web/-/bin")).status).toBe(403);
        expect((await get("otto", "/api/v1/recycle-bin"))["items"]).toHaveLength(2);
        expect((await ask("ann", "GET", "/api/v1/recycle-bin")).status).toBe(403);
        const restore = await ask("ann", "POST", "/api/v1/repositories/acme/web/-/bin/restore", {
          reference: other.digest,
        });
        expect(restore.body).toMatchObject({ digest: other.digest, tags: ["v1"] });
        expect((await ask("mia", "POST", "/api/v1/repositories/acme/api/-/bin/purge", {})).status).toBe(403);
        expect((await ask("ann", "POST", "/api/v1/repositories/acme/web/-/bin/purge", {})).body).toMatchObject({
          manifests: 0,
          tags: 0,
        });
      });
    });

    describe("administration", () => {
      const PRIVATE = [
        "/api/v1/storage",
        "/api/v1/storage/tree",
        "/api/v1/storage/growth",
        "/api/v1/jobs",
        "/api/v1/jobs/runs",
        "/api/v1/jobs/runs/1",
        "/api/v1/administration/health",
        "/api/v1/administration/configuration",
        "/api/v1/administration/counts",
        "/api/v1/administration/identity-sources",
        "/api/v1/accounts/ann/sessions",
        "/api/v1/accounts/ann/tokens",
        "/api/v1/recycle-bin",
      ];
      test("is for auditors to read and administrators to do", async () => {
        for (const path of PRIVATE) {
          expect([path, (await ask("ann", "GET", path)).status]).toEqual([path, 403]);
          expect([path, (await ask(null, "GET", path)).status]).toEqual([path, 401]);
        }
        expect((await ask("otto", "POST", "/api/v1/jobs/runs", { kind: "gc" })).status).toBe(403);
        expect((await ask("otto", "POST", "/api/v1/administration/identity-sources/mail/test", {})).status).toBe(403);
        expect((await ask("otto", "DELETE", "/api/v1/accounts/ann/sessions/1")).status).toBe(403);
      });

      test("begins works, which leave runs with figures", async () => {
        const begun = await ask("root", "POST", "/api/v1/jobs/runs", { kind: "storage-count" });
        expect(begun.status).toBe(202);
        const run = await ended(begun.body["id"]);
        expect(run).toMatchObject({ kind: "storage-count", outcome: "done", startedBy: "root", error: null });
        expect(run["summary"]).toMatchObject({ storedBytes: 13_564, logicalBytes: 36_692, repositories: 3 });
        expect(run["log"]).not.toEqual([]);
        for (const kind of ["gc-plan", "gc", "fsck", "bin-empty"]) {
          const answer = await ask("root", "POST", "/api/v1/jobs/runs", { kind, now: kind === "gc" });
          expect([kind, answer.status]).toEqual([kind, 202]);
          expect([kind, (await ended(answer.body["id"]))["outcome"]]).toEqual([kind, "done"]);
        }
        const refused = await ask("root", "POST", "/api/v1/jobs/runs", { kind: "backup" });
        expect(refused.status).toBe(400);
        expect((await ask("root", "POST", "/api/v1/jobs/runs", { kind: "usage-recount" })).status).toBe(409);
        const listed = await get("otto", "/api/v1/jobs/runs?kind=gc&outcome=done");
        expect(listed["items"].length).toBeGreaterThan(0);
        const { items } = await get("otto", "/api/v1/jobs");
        expect(items.find((it: Json) => it["kind"] === "gc")).toMatchObject({ isEnabled: true, canStart: true });
        expect(items.find((it: Json) => it["kind"] === "gc")?.["nextDueAt"]).not.toBeNull();
        expect((await ask("root", "GET", "/api/v1/jobs/runs/999999")).status).toBe(404);
      });

      test("knows the whole storage, as a tree and in time", async () => {
        const storage = await get("otto", "/api/v1/storage");
        expect(storage["totals"]).toMatchObject({
          storedBytes: 13_564,
          logicalBytes: 36_692,
          blobs: 4,
          repositories: 3,
        });
        expect(storage["disk"]["freeBytes"]).toBeGreaterThan(0);
        const tree = await get("otto", "/api/v1/storage/tree");
        expect(tree["items"].map((it: Json) => [it["namespace"], it["uniqueBytes"], it["sharedBytes"]])).toEqual([
          ["acme", 500, 13_064],
          ["rival", 0, 13_064],
        ]);
        expect((await get("otto", "/api/v1/storage/growth"))["items"]).toMatchObject([{ storedBytes: 13_564 }]);
      });

      test("tells how the server is, and how it is configured, without secrets", async () => {
        const health = await get("otto", "/api/v1/administration/health");
        const states = Object.fromEntries(health["checks"].map((it: Json) => [it["id"], it["state"]]));
        expect(states).toMatchObject({
          database: "ok",
          storage: "ok",
          tls: "ok",
          backup: "warning",
          secretKey: "ok",
          claim: "ok",
        });
        expect(health).toMatchObject({ state: "warning", database: dialect });
        for (const { state, action } of health["checks"]) expect(action === null).toBe(state === "ok");
        const { items } = await get("otto", "/api/v1/administration/configuration");
        const setting = (key: string) => items.find((it: Json) => it["key"] === key);
        expect(setting("http.host")).toMatchObject({ value: '"127.0.0.1"', variable: "BERTH_HTTP_HOST" });
        expect(setting("admin.password")).toMatchObject({ value: null, isSecret: true });
        if (dialect === "postgres") expect(setting("database.url")).toMatchObject({ value: "set", defaultValue: null });
        expect(await get("otto", "/api/v1/administration/counts")).toMatchObject({
          people: 6,
          administrators: 1,
          auditors: 1,
          organisations: 2,
          repositories: 3,
        });
      });

      test("tests only sources that are configured", async () => {
        expect((await get("otto", "/api/v1/administration/identity-sources"))["items"]).toMatchObject([
          { name: "local", canTest: false },
        ]);
        for (const source of ["ldap:main", "oidc:x", "mail", "htpasswd"]) {
          const path = `/api/v1/administration/identity-sources/${source}/test`;
          expect((await ask("root", "POST", path, {})).status).toBe(404);
        }
        const evil = encodeURIComponent("http://127.0.0.1/");
        expect((await ask("root", "POST", `/api/v1/administration/identity-sources/${evil}/test`, {})).status).not.toBe(
          200,
        );
      });

      test("finds accounts by text and by what they are", async () => {
        const names = async (query: string) =>
          (await get("otto", `/api/v1/accounts?${query}`))["items"].map((it: Json) => it["name"]);
        await registry.change("update accounts set email = 'Mia.Jones@example.com' where name = 'mia'");
        expect(await names("q=JONES")).toEqual(["mia"]);
        expect(await names("systemRole=administrator")).toEqual(["root"]);
        expect(await names("kind=robot")).toEqual([]);
        expect(await names("isDisabled=true")).toEqual([]);
        expect(await names("q=%25")).toEqual([]);
        expect(await names("limit=2")).toEqual(["ann", "bob"]);
        const { next } = await get("otto", "/api/v1/accounts?limit=2&q=o");
        expect(await names(`limit=2&q=o&after=${next}`)).toEqual(["otto", "root"]);
        expect((await ask("ann", "GET", "/api/v1/accounts?q=a")).status).toBe(403);
      });

      test("sees and ends what accounts log in with", async () => {
        const login = await fetch(`${registry.url}/api/v1/session`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ name: "ann", password: PASSWORD }),
        });
        const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
        const { items } = await get("otto", "/api/v1/accounts/ann/sessions");
        expect(items).toHaveLength(1);
        const id = items[0]?.id;
        expect((await ask("root", "DELETE", `/api/v1/accounts/bob/sessions/${id}`)).status).toBe(404);
        expect((await ask("root", "DELETE", `/api/v1/accounts/ann/sessions/${id}`)).status).toBe(204);
        expect((await fetch(`${registry.url}/api/v1/session`, { headers: { cookie } })).status).toBe(401);
        const token = await registry.addToken("ann", { name: "ci" });
        const tokens = (await get("otto", "/api/v1/accounts/ann/tokens"))["items"];
        expect(tokens).toMatchObject([{ name: "ci" }]);
        expect(JSON.stringify(tokens)).not.toContain(token);
        expect((await ask("root", "DELETE", `/api/v1/accounts/ann/tokens/${tokens[0]?.id}`)).status).toBe(204);
        expect((await ask("root", "GET", "/api/v1/accounts/absent/sessions")).status).toBe(404);
      });
    });

    describe("runs of background work", () => {
      const make = (node = "machine", lastsMs = 5) =>
        new JobRuns({ database: registry.database, log, node, lastsMs, keep: 3 });
      /** One that is as silent as a process that was killed. */
      const begin = async (node: string) =>
        await make(node, 60_000).begin("restore", () => new Promise<never>(() => undefined), { startedBy: "root" });

      test("what found nothing to do leaves no row; what lasts has one while it goes on", async () => {
        const jobs = make();
        await jobs.run("scrub", async () => 0, { summary: () => null });
        expect((await jobs.states()).find(({ kind }) => kind === "scrub")).toMatchObject({ lastRun: null });
        const going = Promise.withResolvers<void>();
        const run = jobs.run(
          "scrub",
          async (report) => {
            report.note("a line\nand \u001b[31mmore");
            await going.promise;
            return 3;
          },
          { summary: (blobs) => ({ blobs }) },
        );
        await Bun.sleep(60);
        const [row] = await jobs.list({ kind: "scrub", before: Number.MAX_SAFE_INTEGER, limit: 1 });
        expect(row).toMatchObject({ outcome: "running" });
        going.resolve();
        await run;
        const found = await jobs.find(row?.id ?? 0);
        expect(found).toMatchObject({ outcome: "done", summary: { blobs: 3 } });
        expect(found?.log[0]?.text).toBe("a line and  [31mmore");
      });

      test("a failure is told, and thrown", async () => {
        const jobs = make();
        const fails = jobs.run("fsck", () => Promise.reject(new Error("no disk")), { startedBy: "root" });
        expect(fails).rejects.toThrow("no disk");
        await fails.catch(() => undefined);
        const [row] = await jobs.list({ kind: "fsck", outcome: "failed", before: Number.MAX_SAFE_INTEGER, limit: 1 });
        expect(row).toMatchObject({ error: "no disk", startedBy: "root" });
      });

      test("what a crash cut off is marked at the next start, what another machine does is left", async () => {
        const cut = await begin("machine");
        const next = make();
        expect(await next.interrupt({ isStart: true })).toBe(1);
        expect(await next.find(cut.id)).toMatchObject({ outcome: "interrupted" });
        if (dialect === "sqlite") return;
        const elsewhere = await begin("another");
        expect(await next.interrupt({ isStart: true })).toBe(0);
        expect(await next.find(elsewhere.id)).toMatchObject({ outcome: "running" });
        await registry.change("update job_runs set seen_at = 1 where outcome = 'running'");
        expect(await next.interrupt({ isStart: false })).toBe(1);
      });

      test("the oldest of a kind go", async () => {
        const jobs = make();
        for (let index = 0; index < 25; index += 1) {
          await jobs.run("layer-index", async () => index, { startedBy: "root", summary: (at) => ({ at }) });
        }
        const left = await jobs.list({ kind: "layer-index", before: Number.MAX_SAFE_INTEGER, limit: 100 });
        expect(left.length).toBeLessThan(10);
        expect(left[0]?.summary).toEqual({ at: 24 });
      });
    });
  });
}
