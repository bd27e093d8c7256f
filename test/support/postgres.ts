// A PostgreSQL server of a test's own: a new cluster in a temporary directory, on a free port of the loopback interface.
// Its default collation is a natural language's, so that a list sorted by the server's locale would be noticed.

import { chown, mkdtemp, rm } from "node:fs/promises";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { cleanEnvironment, run, searchPath, startProcess } from "./process.ts";

const INT8 = 20;
const PROGRAMS = "/usr/lib/postgresql";

export interface Postgres {
  /** Makes an empty database; gives its URL. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Which databases the tests of both shall run on: `DATABASES=sqlite` narrows. */
export function chosenDatabases(): ("sqlite" | "postgres")[] {
  const words = (process.env["DATABASES"] ?? "sqlite,postgres").split(",").map((it) => it.trim());
  return (["sqlite", "postgres"] as const).filter((it) => words.includes(it));
}

/** Why PostgreSQL cannot be started here, or null. */
export function lackingPostgres(): string | null {
  if (!chosenDatabases().includes("postgres")) return "cannot: DATABASES leaves PostgreSQL out";
  if (findPrograms() === null) {
    return existsSync("/usr/bin/apt-get")
      ? "postgresql is not installed: run npm run test:setup"
      : "cannot: postgresql is not installed, and this is not Debian";
  }
  if (process.getuid?.() !== 0) return null;
  if (findAccount() === null) return "cannot: PostgreSQL refuses root, and there is no account postgres";
  return Bun.which("setpriv", { PATH: searchPath() }) === null ? "cannot: there is no setpriv" : null;
}

export async function startPostgres(): Promise<Postgres> {
  const programs = findPrograms();
  if (programs === null) throw new Error("PostgreSQL is not installed");
  const directory = await mkdtemp(join(tmpdir(), "berth-postgres-"));
  const account = process.getuid?.() === 0 ? findAccount() : null;
  if (account) await chown(directory, account.uid, account.gid);
  const as = account ? ["setpriv", `--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups"] : [];
  const data = join(directory, "data");
  const env = cleanEnvironment({ HOME: directory });
  try {
    const locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"];
    const init = [join(programs, "initdb"), "-D", data, "-U", "berth", "-A", "trust", "--no-sync", ...locale];
    await run([...as, ...init], { env, cwd: directory });
    const port = await findFreePort();
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${port}`,
      `unix_socket_directories=${directory}`,
      // The tests look at what is stored, not at what a power loss would leave of it.
      "fsync=off",
      "max_connections=100",
      "shared_buffers=32MB",
    ];
    const server = await startProcess({
      name: "postgres",
      command: [...as, join(programs, "postgres"), "-D", data, ...settings.flatMap((it) => ["-c", it])],
      cwd: directory,
      env,
      ready: (logs) => logs.includes("database system is ready to accept connections"),
    });
    const urlOf = (database: string) => `postgres://berth@127.0.0.1:${port}/${database}`;
    let count = 0;
    return {
      createDatabase: async () => {
        count += 1;
        const name = `test${count}`;
        await queryPostgres(urlOf("postgres"), `create database ${name}`);
        return urlOf(name);
      },
      stop: async () => {
        // SIGINT ends connections instead of waiting for them.
        process.kill(server.pid, "SIGINT");
        try {
          await server.stop();
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Runs one statement on a connection of its own; gives its rows, with numbers for 64-bit integers. */
export async function queryPostgres(
  url: string,
  text: string,
  values: readonly unknown[] = [],
  before: readonly string[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of before) await client.query(statement);
    const result = await client.query<Record<string, unknown>>(text, [...values]);
    const numbers = result.fields.filter((field) => field.dataTypeID === INT8);
    for (const row of result.rows) {
      for (const { name } of numbers) if (row[name] !== null) row[name] = Number(row[name]);
    }
    return result.rows;
  } finally {
    await client.end();
  }
}

function findPrograms(): string | null {
  if (!existsSync(PROGRAMS)) return null;
  const versions = readdirSync(PROGRAMS).filter((it) => existsSync(join(PROGRAMS, it, "bin/initdb")));
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(PROGRAMS, newest, "bin");
}

function findAccount(): { uid: number; gid: number } | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((it) => it.startsWith("postgres:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no port"));
      });
    });
  });
}
