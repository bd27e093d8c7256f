// The audit log over HTTP, on both databases: who sees what of it, whole and as a file.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { auditApi } from "../../../src/audit/api.ts";
import { assertContract } from "../../../src/contract/assert-contract.ts";
import { basic, makeAcme, openAccessRegistry, type AccessRegistry } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";

setDefaultTimeout(60_000);
const createDatabase = sharePostgres();
const INDEX = "application/vnd.oci.image.index.v1+json";

type Shown = {
  id: string;
  at: string;
  actor: { kind: string; name: string };
  credential: string | null;
  action: string;
  target: { kind: string; name: string; id: string | null };
  outcome: string;
  reason: string | null;
  address: string | null;
  agent: string | null;
  requestId: string | null;
  before: object | null;
  after: object | null;
  count: number;
};

test("the contract holds", () => assertContract({ audit: auditApi }));

for (const kind of DATABASES) {
  describeUnless(`audit API on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createDatabase() } : {});
      await makeAcme(registry);
      await registry.addPerson("eve");
      await registry.addOrganisation("rival", "eve");
      await push("rival/app", "1", "eve");
      await push("acme/api", "v2", "carl");
    }, 60_000);
    afterAll(async () => await registry?.close());

    const ask = (path: string, headers: Record<string, string> = {}, method = "GET", body?: string) =>
      fetch(`${registry.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const push = (repository: string, tag: string, name: string) =>
      ask(
        `/v2/${repository}/manifests/${tag}`,
        { ...basic(name), "content-type": INDEX, "user-agent": "test-agent/1" },
        "PUT",
        JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { tag } }),
      );
    const list = async (path: string, name: string): Promise<Shown[]> => {
      const items: Shown[] = [];
      for (let after: string | null = ""; after !== null;) {
        const separator = path.includes("?") ? "&" : "?";
        const answer: Response = await ask(`${path}${after === "" ? "" : `${separator}after=${after}`}`, basic(name));
        expect([path, name, answer.status]).toEqual([path, name, 200]);
        const page = (await answer.json()) as { items: Shown[]; next: string | null };
        items.push(...page.items);
        after = page.next;
      }
      return items;
    };

    describe("who may read it", () => {
      test.each([
        ["/api/v1/audit", { root: 200, otto: 200, ann: 403, carl: 403, zoe: 403, nobody: 401 }],
        ["/api/v1/audit/export", { root: 200, otto: 200, ann: 403, carl: 403, zoe: 403, nobody: 401 }],
        ["/api/v1/namespaces/acme/audit", { root: 200, ann: 200, bob: 403, carl: 403, eve: 403, nobody: 401 }],
        ["/api/v1/namespaces/acme/audit/export", { root: 200, ann: 200, carl: 403, eve: 403, nobody: 401 }],
        ["/api/v1/namespaces/rival/audit", { root: 200, eve: 200, ann: 403, nobody: 401 }],
      ])("%s", async (path, expected) => {
        for (const [name, status] of Object.entries(expected)) {
          const answer = await ask(path, name === "nobody" ? {} : basic(name));
          // The whole of an export, so that it ends.
          await answer.text();
          expect([name, answer.status]).toEqual([name, status]);
        }
      });

      test("a namespace of others is as one that is not there", async () => {
        const answers = [];
        for (const namespace of ["rival", "absent"]) {
          const answer = await ask(`/api/v1/namespaces/${namespace}/audit`, basic("ann"));
          const { requestId: _, ...problem } = (await answer.json()) as Record<string, unknown>;
          answers.push([answer.status, JSON.stringify(problem).replaceAll(namespace, "NAME")]);
        }
        expect(answers[0]).toEqual(answers[1]);
      });

      test("nothing of others is in a namespace's log, nor where people come from", async () => {
        const events = await list("/api/v1/namespaces/acme/audit?limit=3", "ann");
        expect(events.length).toBeGreaterThan(3);
        expect(events.filter((it) => !/^acme(\/|$)/.test(it.target.name))).toEqual([]);
        expect(JSON.stringify(events)).not.toContain("rival");
        for (const { address, agent, requestId, credential } of events) {
          expect([address, agent, requestId, credential]).toEqual([null, null, null, null]);
        }
        const rivals = await list("/api/v1/namespaces/rival/audit", "eve");
        expect(rivals.every((it) => it.target.name.startsWith("rival"))).toBe(true);
      });
    });

    test("an event says who, what, on what, from where, when and how", async () => {
      const [event] = await list("/api/v1/audit?action=tag.put&actor=carl", "otto");
      expect(event).toMatchObject({
        actor: { kind: "person", name: "carl" },
        credential: "password",
        target: { kind: "tag", name: "acme/api", id: "v2" },
        outcome: "allowed",
        reason: null,
        address: "127.0.0.1",
        agent: "test-agent/1",
        before: null,
        after: { digest: expect.stringMatching(/^sha256:/) as unknown },
        count: 1,
      });
      expect(Math.abs(Date.parse(event!.at) - Date.now())).toBeLessThan(120_000);
      expect(event!.requestId).toMatch(/^\w+-\w+$/);
    });

    test("denials are there with their reason, and whose login failed", async () => {
      expect((await push("acme/api", "v3", "bob")).status).toBe(403);
      expect((await push("acme/api", "v3", "zoe")).status).toBe(403);
      expect((await ask("/v2/acme/api/manifests/1", basic("zoe"))).status).toBe(403);
      expect((await ask("/v2/acme/api/manifests/1")).status).toBe(401);
      expect((await ask("/v2/", basic("ann", "wrong"))).status).toBe(401);
      expect((await ask("/v2/", basic("typed-by-mistake", "wrong"))).status).toBe(401);
      await registry.app.auth.audit.flush();
      const denied = await list("/api/v1/audit?outcome=denied&target=acme/api", "root");
      const short = (it: Shown) => [it.actor.name, it.action, it.address];
      expect(denied.map(short)).toEqual([
        ["zoe", "repository.pull", "127.0.0.1"],
        ["zoe", "repository.push", "127.0.0.1"],
        ["bob", "repository.push", "127.0.0.1"],
      ]);
      expect(denied.at(-1)?.reason).toContain("needs role write; you have read through team qa");
      // The owners see that somebody tried.
      expect((await list("/api/v1/namespaces/acme/audit?outcome=denied", "ann")).map((it) => it.actor.name)).toEqual([
        "zoe",
        "zoe",
        "bob",
      ]);
      const failed = await list("/api/v1/audit?outcome=failed&action=account.login", "root");
      expect(failed.map((it) => [it.actor.name, it.target.name, it.reason])).toEqual([
        ["anonymous", "", "no such account"],
        ["ann", "ann", "wrong password"],
      ]);
      expect(JSON.stringify(await list("/api/v1/audit", "root"))).not.toContain("typed-by-mistake");
    });

    test("pages are whole, whatever their size", async () => {
      const ids = (events: Shown[]) => events.map((it) => it.id);
      const all = ids(await list("/api/v1/audit?limit=1000", "otto"));
      expect(all.length).toBeGreaterThan(6);
      expect(ids(await list("/api/v1/audit?limit=2", "otto"))).toEqual(all);
      expect(new Set(all).size).toBe(all.length);
    });

    const refused = [
      "from=yesterday",
      "to=5",
      "limit=0",
      "limit=5000",
      "outcome=maybe",
      "after=zzz",
      "after=WyJ4Il0",
      "actor=",
      "nonsense=1",
      "actor=a&actor=b",
      `target=${"x".repeat(600)}`,
      "target=%00",
      "format=xml",
    ];
    test("what is no filter is refused", async () => {
      for (const query of refused) {
        for (const path of ["/api/v1/audit", "/api/v1/audit/export"]) {
          const answer = await ask(`${path}?${query}`, basic("root"));
          // A list has no format, an export no pages.
          expect([path, query, answer.status]).toEqual([path, query, 400]);
          await answer.text();
        }
      }
    });

    test("what looks like SQL, a pattern or a path is a name that nobody has", async () => {
      for (const text of ["' or 1=1 --", "%", "_", "acme/%", "../audit", '"', "a*"]) {
        const query = encodeURIComponent(text);
        for (const field of ["actor", "target", "action", "address"]) {
          expect([field, text, await list(`/api/v1/audit?${field}=${query}`, "root")]).toEqual([field, text, []]);
        }
      }
      expect((await ask("/api/v1/audit?namespace=absent", basic("root"))).status).toBe(404);
    });

    test("an export is the list as lines, and is written down itself", async () => {
      const before = await list("/api/v1/audit?limit=1000", "otto");
      const answer = await ask("/api/v1/audit/export", { ...basic("otto"), "user-agent": "exporter" });
      expect(answer.headers.get("content-type")).toBe("application/jsonl");
      expect(answer.headers.get("content-disposition")).toBe('attachment; filename="audit.jsonl"');
      const events = (await answer.text())
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Shown);
      const [own, ...others] = events;
      expect(own).toMatchObject({
        action: "audit.export",
        actor: { name: "otto" },
        agent: "exporter",
        address: "127.0.0.1",
      });
      expect(own?.after).toEqual({ format: "jsonl" });
      expect(others).toEqual(before);
      await (await ask("/api/v1/namespaces/acme/audit/export?format=csv&outcome=allowed", basic("ann"))).text();
      expect((await list("/api/v1/namespaces/acme/audit?action=audit.export", "ann"))[0]).toMatchObject({
        actor: { name: "ann" },
        after: { outcome: "allowed", format: "csv" },
      });
    });

    test("CSV, by ?format= and by Accept, holds no formulas", async () => {
      await registry.app.auth.audit.write({
        by: { kind: "person", name: "=cmd|'/C calc'!A0" },
        action: "team.create",
        target: { kind: "team", name: '@SUM(1)",\r\n+1' },
        reason: "-2",
      });
      for (const [query, accept] of [
        ["?format=csv", "*/*"],
        ["", "text/csv"],
      ] as const) {
        const answer = await ask(`/api/v1/audit/export${query}`, { ...basic("root"), accept });
        expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
        const lines = (await answer.text()).split("\r\n");
        expect(lines[0]).toStartWith("id,at,actorKind,actor,");
        const line = lines.find((it) => it.includes("team.create"));
        expect(line).toContain(`"'=cmd|'/C calc'!A0"`);
        expect(line).toContain(`"'@SUM(1)"",\u{fffd}\u{fffd}+1"`);
        expect(line).toContain(`"'-2"`);
        for (const cell of lines.flatMap((it) => it.split(","))) expect(cell).not.toMatch(/^"?[=+@-]/);
      }
    });

    test("a large one is sent as it is read", async () => {
      await registry.database.write(async (trx) => {
        for (let index = 0; index < 2_500; index += 1) {
          await registry.app.auth.audit.record(trx, {
            by: { kind: "system", name: "filler" },
            action: "setting.change",
            target: { kind: "setting", name: `s${index}` },
          });
        }
      });
      const answer = await ask("/api/v1/audit/export?actor=filler", basic("root"));
      const names = (await answer.text())
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as Shown).target.name);
      expect(names).toHaveLength(2_500);
      expect(new Set(names).size).toBe(2_500);
      // Whoever leaves in its middle ends it.
      const left = await ask("/api/v1/audit/export", basic("root"));
      await left.body?.cancel();
      expect((await ask("/api/v1/audit?limit=1", basic("root"))).status).toBe(200);
    }, 30_000);
  });
}
