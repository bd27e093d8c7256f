import { startPostgres } from "./test/support/postgres.ts";
const pg = await startPostgres(); const url = await pg.createDatabase();
console.log(url);
const p = Bun.spawn([process.execPath, "./bench-search-tmp.ts", "postgres", "100000", url], { stdout: "inherit", stderr: "inherit" });
await p.exited; await pg.stop(); process.exit(0);
