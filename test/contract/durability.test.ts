// What a disk that fails or is full does to a push: strace watches or spoils the server's own system calls.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../src/database/drivers/sqlite.ts";
import { DatabaseFullError, type Database } from "../../src/database/database.ts";
import { CompiledQuery } from "kysely";
import { startBerth, type Berth } from "../support/berth.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const INDEX = "application/vnd.oci.image.index.v1+json";

function putTag(berth: Berth, tag: string): Promise<Response> {
  return fetch(`${berth.url}/v2/durable/app/manifests/${tag}`, {
    method: "PUT",
    headers: { "Content-Type": INDEX },
    body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { tag } }),
    signal: AbortSignal.timeout(20_000),
  });
}

describeWith("durability", ["strace"], () => {
  /** Starts a server below strace with these options. */
  async function startTraced(directory: TemporaryDirectory, options: readonly string[]): Promise<Berth> {
    return await startBerth({
      dataDirectory: directory.join("data"),
      prefix: ["strace", "-f", "-y", "-s", "64", "-o", directory.join("trace"), ...options],
    });
  }

  /** strace itself does not hear SIGTERM; it ends with the server that it watches. */
  async function stopTraced(berth: Berth): Promise<void> {
    const pid = /"message":"listening".*"pid":(\d+)/.exec(berth.logs())?.[1];
    if (pid !== undefined) process.kill(Number(pid), "SIGTERM");
    await berth.stop();
  }

  async function inDirectory(work: (directory: TemporaryDirectory) => Promise<void>): Promise<void> {
    const directory = await makeTemporaryDirectory("durability");
    try {
      await work(directory);
    } finally {
      await directory.remove();
    }
  }

  test("a push is acknowledged only after the log was synced", async () => {
    await inDirectory(async (directory) => {
      const calls = "trace=fdatasync,pwrite64,sendto,sendmsg,write,writev";
      const berth = await startTraced(directory, ["-e", calls]);
      try {
        for (const tag of ["one", "two", "three"]) expect((await putTag(berth, tag)).status).toBe(201);
      } finally {
        await stopTraced(berth);
      }
      const lines = readFileSync(directory.join("trace"), "utf8").split("\n");
      // The order of beginnings and ends is the order of lines; a call that others interrupt has two.
      const written = /pwrite64\(\d+<[^>]*berth\.db-wal>/;
      const answered = /(?:sendto|sendmsg|write|writev)\(.*HTTP\/1\.1 201 /;
      const answers = lines.flatMap((line, index) => (answered.test(line) ? [index] : []));
      expect(answers).toHaveLength(3);
      for (const answer of answers) {
        const lastWrite = lines.slice(0, answer).findLastIndex((line) => written.test(line));
        expect(lastWrite).toBeGreaterThan(0);
        const between = lines.slice(lastWrite + 1, answer);
        const begun = between.findIndex((line) => /fdatasync\(\d+<[^>]*berth\.db-wal>/.test(line));
        expect(begun).toBeGreaterThanOrEqual(0);
        const thread = between[begun]?.split(" ")[0];
        const ended = between.slice(begun).some((line) => line.startsWith(`${thread} `) && line.endsWith(" = 0"));
        expect(ended).toBe(true);
      }
    });
  });

  test("what a killed process left in the log is synced before anybody rests on it", async () => {
    await inDirectory(async (directory) => {
      const killed = await startBerth({ dataDirectory: directory.join("data") });
      expect((await putTag(killed, "one")).status).toBe(201);
      await killed.kill();
      const berth = await startTraced(directory, ["-e", "trace=fdatasync,sendto,sendmsg,write,writev"]);
      try {
        // Changes nothing, so that there is no commit of its own to sync.
        expect((await putTag(berth, "one")).status).toBe(201);
      } finally {
        await stopTraced(berth);
      }
      const lines = readFileSync(directory.join("trace"), "utf8").split("\n");
      const answered = lines.findIndex((line) => /(?:sendto|sendmsg|write|writev)\(.*HTTP\/1\.1 201 /.test(line));
      const synced = lines.findIndex((line) => /fdatasync\(\d+<[^>]*berth\.db-wal>/.test(line));
      expect(synced).toBeGreaterThanOrEqual(0);
      expect(synced).toBeLessThan(answered);
    });
  });

  test("when the log cannot be synced the process ends and the push was not acknowledged", async () => {
    await inDirectory(async (directory) => {
      const berth = await startTraced(directory, [
        "-e",
        "trace=fdatasync",
        "-e",
        // Counted for each thread: the first ones pass.
        "inject=fdatasync:error=EIO:when=3+",
      ]);
      const acknowledged: string[] = [];
      let ended = false;
      try {
        for (let index = 0; index < 10 && !ended; index += 1) {
          try {
            const answer = await putTag(berth, `t${index}`);
            if (answer.status === 201) acknowledged.push(`t${index}`);
            else ended = true;
          } catch {
            ended = true;
          }
        }
        expect(ended).toBe(true);
      } finally {
        await berth.kill().catch(() => undefined);
      }
      expect(berth.logs()).toContain("the disk did not confirm a write");
      const trace = readFileSync(directory.join("trace"), "utf8");
      const passed = trace.split("\n").filter((line) => /fdatasync.*= 0$/.test(line)).length;
      // strace counts for each thread; what matters is that no push had the failed sync as its last.
      expect(acknowledged.length).toBeLessThanOrEqual(passed);
      const next = await startBerth({ dataDirectory: directory.join("data") });
      try {
        for (const tag of acknowledged) {
          expect((await fetch(`${next.url}/v2/durable/app/manifests/${tag}`)).status).toBe(200);
        }
        expect((await putTag(next, "after")).status).toBe(201);
      } finally {
        await next.stop();
      }
    });
  });
});

describeWith("a full disk", ["root", "namespaces"], () => {
  test("a write fails with DatabaseFullError, reads go on, and room makes writes possible again", async () => {
    const directory = await makeTemporaryDirectory("full");
    let database: Database | null = null;
    try {
      const disk = directory.join("disk");
      await run(["mkdir", disk]);
      await run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
      database = await openSqlite({
        path: join(disk, "berth.db"),
        onSyncFailure: (error) => {
          throw error;
        },
      });
      const opened = database;
      const insert = (name: string) =>
        opened.write((trx) =>
          trx.execute(CompiledQuery.raw("insert into namespaces (name, created_at) values (?, 0)", [name])),
        );
      await insert("first");
      await Bun.write(join(disk, "filler"), new Uint8Array(64 * 1024));
      const large = "x".repeat(100_000);
      let failure: unknown = null;
      let count = 0;
      while (failure === null && count < 100) {
        count += 1;
        // Two works of one group: both must fail, since the disk refused what they share.
        const outcomes = await Promise.allSettled([insert(`${large}${count}`), insert(`small${count}`)]);
        const refused = outcomes.filter((it) => it.status === "rejected");
        if (refused.length > 0) {
          failure = refused[0]?.reason;
          expect(refused).toHaveLength(2);
        }
      }
      expect(failure).toBeInstanceOf(DatabaseFullError);
      const rows = await opened.execute<{ n: number }>(CompiledQuery.raw("select count(*) as n from namespaces"));
      expect(rows.rows).toEqual([{ n: 1 + 2 * (count - 1) }]);
      await run(["rm", join(disk, "filler")]);
      await insert("afterwards");
    } finally {
      try {
        await database?.close();
      } finally {
        await directory.remove();
      }
    }
  });
});
