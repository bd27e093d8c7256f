import { openSqlite } from "/work/main/src/database/drivers/sqlite.ts";
import { openPostgres } from "/work/main/src/database/drivers/postgres.ts";
import { CompiledQuery } from "kysely";
import { Indexer } from "/work/main/src/search/indexer.ts";
import { Search } from "/work/main/src/search/search.ts";
import { Suggestions } from "/work/main/src/search/suggestions.ts";
import { RepositoryLists } from "/work/main/src/repositories/lists.ts";
import { Repositories } from "/work/main/src/repositories/repositories.ts";
import { ANONYMOUS, OPERATOR } from "/work/main/src/access/principal.ts";
import { statSync } from "node:fs";
const kind = process.argv[2]!; const N = Number(process.argv[3] ?? 100000);
const url = process.argv[4]!;
const db = kind === "sqlite" ? await openSqlite({ path: "/tmp/sb/b.db", onSyncFailure: (e) => { throw e; } }) : await openPostgres({ url, poolSize: 10, onIdleError: () => {} });
const raw = (text: string) => CompiledQuery.raw(text);
const count = async () => Number(Object.values((await db.execute<any>(raw("select count(*) as n from repositories"))).rows[0])[0]);
const WORDS = "web server proxy database cache queue stream worker api gateway auth login metrics logs trace search mail storage backup cloud edge iot ml model train infer video image audio chat bot game forum wiki blog shop cart pay invoice ledger bank chain wallet map geo weather news feed sync mirror build test deploy lint scan sign vault secret key dns dhcp vpn tunnel router switch switchboard firewall".split(" ");
let seed = 42; const rnd = (n: number) => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return seed % n; };
const w = () => WORDS[rnd(WORDS.length)]!;
if ((await count()) < N) {
  const t = performance.now();
  const cfg = JSON.stringify({ os: "linux", architecture: "amd64", config: { Labels: { "org.opencontainers.image.title": "Example", maintainer: "Ops" } } });
  await db.write(async (trx) => { for (let i = 0; i < 1000; i++) await trx.execute(raw(`insert into namespaces (name, created_at, display_name) values ('org${i}', 1, 'Org ${i}') on conflict do nothing`)); });
  const hex = kind === "sqlite" ? (b: string) => `x'${Buffer.from(b).toString("hex")}'` : (b: string) => `'\\x${Buffer.from(b).toString("hex")}'`;
  await db.write(async (trx) => { await trx.execute(raw(`insert into blobs (digest, size_bytes, state, created_at, verified_at, content) values ('sha256:cfg', 100, 'live', 1, 1, ${hex(cfg)})`)); });
  const man = JSON.stringify({ schemaVersion: 2, config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: "sha256:cfg" }, layers: [], annotations: { "org.opencontainers.image.source": "https://git.example/x" } });
  for (let at = 0; at < N; at += 500) await db.write(async (trx) => {
    const R: string[] = [], M: string[] = [], T: string[] = [], L: string[] = [];
    for (let i = at; i < Math.min(at + 500, N); i++) {
      const name = i === 4242 ? "org42/nginx" : i === 777 ? "org7/zymurgy-tool" : `org${i % 1000}/${w()}-${w()}-${i}`;
      const vis = i % 3 === 0 ? "private" : "public";
      const readme = Array.from({ length: 120 }, w).join(" ");
      R.push(`(${i + 1}, (select id from namespaces where name='org${i % 1000}'), '${name}', ${i + 1}, '${vis}', '${w()} ${w()} for the ${w()} team', '${readme}', ${Math.floor(1e6 / (1 + rnd(N)))}, ${rnd(100000)}, ${Date.now() - rnd(400) * 86400000})`);
      M.push(`(${i + 1}, 'sha256:m', 'application/vnd.oci.image.manifest.v1+json', ${man.length}, 1, ${hex(man)})`);
      L.push(`(1, ${i + 1}, 1)`);
      for (const tag of ["latest", "1", "1.2", `1.2.${rnd(30)}`, "edge-alpine"]) T.push(`(${i + 1}, '${tag}', 1, 'sha256:m', ${i}, 'x')`);
    }
    await trx.execute(raw(`insert into repositories (id, namespace_id, name, created_at, visibility, description, readme, star_count, pull_count, pushed_at) ${kind === "postgres" ? "overriding system value" : ""} values ${R.join(",")}`));
    await trx.execute(raw(`insert into manifests (repository_id, digest, media_type, size_bytes, created_at, content) values ${M.join(",")}`));
    await trx.execute(raw(`insert into tags (repository_id, name, revision, digest, from_at, actor) values ${T.join(",")}`));
    await trx.execute(raw(`insert into repository_blobs (blob_id, repository_id, created_at) values ${L.join(",")}`));
  });
  console.log("filled", ((performance.now() - t) / 1000).toFixed(1), "s");
}
const log: any = { warn: console.log, error: console.log, info() {} };
const indexer = new Indexer({ database: db, log, readonly: false });
const state = (await db.execute<any>(raw("select count(*) as n from search_documents"))).rows[0].n;
if (Number(state) < N || process.argv.includes("force")) {
  const t = performance.now(); const c = process.cpuUsage();
  let worst = 0, last = performance.now(); const iv = setInterval(() => { const n = performance.now(); worst = Math.max(worst, n - last - 5); last = n; }, 5);
  const n = await indexer.rebuild(new AbortController().signal, () => {});
  clearInterval(iv);
  const u = process.cpuUsage(c);
  console.log("indexed", n, ((performance.now() - t) / 1000).toFixed(1), "s wall", ((u.user + u.system) / 1e6).toFixed(1), "s cpu, worst loop delay", worst.toFixed(1));
}
if (kind === "sqlite") console.log((await db.execute<any>(raw("select name, sum(pgsize) as bytes from dbstat where name like 'search%' group by name"))).rows);
else console.log((await db.execute<any>(raw("select pg_total_relation_size('search_documents') as docs, pg_relation_size('search_documents_tokens') as gin"))).rows);
const repositories = new Repositories(db);
const search = new Search({ database: db, indexer, findNamespace: (n) => repositories.findNamespace(db, n) });
const suggestions = new Suggestions(db);
const lists = new RepositoryLists({ database: db, repositories, names: search });
async function measure(label: string, f: () => Promise<any>, runs = 30) {
  const wall: number[] = [], cpu: number[] = []; let out: any;
  await f();
  let worst = 0;
  for (let i = 0; i < runs; i++) { const c = process.cpuUsage(); const t = performance.now(); out = await f(); wall.push(performance.now() - t); const u = process.cpuUsage(c); cpu.push((u.user + u.system) / 1000); await Bun.sleep(2); }
  const p = (a: number[], q: number) => a.toSorted((x, y) => x - y)[Math.min(a.length - 1, Math.floor(a.length * q))]!.toFixed(1);
  console.log(label.padEnd(44), "wall p50", p(wall, .5), "p99", p(wall, .99), " cpu p50", p(cpu, .5), "p99", p(cpu, .99), " ", out);
}
for (const [who, principal] of [["anyone", ANONYMOUS], ["admin", OPERATOR]] as const) {
  for (const text of ["nginx", "zymurgy", "ymurg", "web", "database server", "w", "team", "qzxv", "", "switchbo", "databas", "org 1"]) {
    await measure(`${who} search '${text}'`, async () => { const r = await search.find(principal, { text, order: "relevance" }); return [r.found.length, r.isCapped, r.found[0]?.name]; });
  }
  await measure(`${who} search web stars`, async () => (await search.find(principal, { text: "web", order: "stars" })).found.length);
  await measure(`${who} search '' updated`, async () => (await search.find(principal, { text: "", order: "updated" })).found.length);
  await measure(`${who} search web day`, async () => { const r = await search.find(principal, { text: "web", order: "updated", updated: "day" }); return [r.found.length, r.isCapped]; });
  await measure(`${who} search helm`, async () => (await search.find(principal, { text: "", order: "updated", kind: "helm" })).found.length);
  for (const text of ["n", "ngin", "we", "web", "web-s", "org", "qzxv"]) await measure(`${who} suggest '${text}'`, async () => { const r = await suggestions.list(principal, text); return [r.length, r[0]?.name]; });
  for (const q of ["ngin", "qzxv", "qz", "q", "web"]) await measure(`${who} list q=${q}`, async () => (await lists.list(principal, { order: "name", limit: 50, after: undefined, namespace: undefined, q, prefix: undefined, visibility: undefined, official: false, starred: false } as any)).items.length);
}
await indexer.close(); await db.close(); process.exit(0);
