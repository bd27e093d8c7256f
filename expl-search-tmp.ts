import pg from "pg";
import * as q from "./src/search/queries/search.ts";
import { visibilityOf } from "./src/access/visibility.ts";
import { ANONYMOUS } from "./src/access/principal.ts";
const c = new pg.Client("postgres://berth@127.0.0.1:35953/test1"); await c.connect();
await c.query("analyze");
for (const [match, lim] of [["(('web':* | '_gweb') & '_vpublic')", 2000], ["('nginx':* & '_i43')", 50000]] as const) {
const st = q.listMatches.compile("postgres");
const values: any = { ...visibilityOf(ANONYMOUS), pushedSince: 0, match, matchLimit: lim, limit: 1001 };
const params = st.parameters.map((p: any) => (p && typeof p === "object" && "name" in p ? values[p.name] : p));
const lit = (v: any) => (typeof v === "number" ? String(v) : `'${String(v).replaceAll("'", "''")}'`);
const sql = st.sql;
await c.query("set plan_cache_mode = force_generic_plan");
await c.query(`prepare s${lim} as ${sql}`);
const r = await c.query(`explain analyze execute s${lim}(${params.map(lit).join(",")})`);
console.log(r.rows.map((x: any) => x["QUERY PLAN"]).join("\n").slice(0, 4000));
}
await c.end();
