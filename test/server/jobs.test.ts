// Runs of background work that a server did not live to end.

import { Database as Connection } from "bun:sqlite";
import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { join } from "node:path";
import { basic, PASSWORD } from "../support/access.ts";
import { startBerth } from "../support/berth.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";

test("a run that a killed server was at is marked as interrupted at the next start", async () => {
  const directory = await makeTemporaryDirectory("jobs");
  const options = {
    dataDirectory: directory.path,
    env: { BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: PASSWORD },
  };
  try {
    await (await startBerth(options)).kill();
    const connection = new Connection(join(directory.path, "berth.db"));
    connection.run(
      "insert into job_runs (kind, node, began_at, seen_at, outcome, summary, log) values ('backup', ?, 1, 2, 'running', '{}', '[]')",
      [hostname()],
    );
    connection.close();
    const berth = await startBerth(options);
    try {
      let runs: unknown[] = [];
      for (let tries = 0; tries < 100 && runs.length === 0; tries += 1) {
        const answer = await fetch(`${berth.url}/api/v1/jobs/runs?outcome=interrupted`, { headers: basic("root") });
        // The shape that the contract gives to a page.
        runs = ((await answer.json()) as { items: unknown[] }).items;
        await Bun.sleep(50);
      }
      expect(runs).toMatchObject([
        { kind: "backup", outcome: "interrupted", error: "the server ended before this did" },
      ]);
    } finally {
      await berth.stop();
    }
  } finally {
    await directory.remove();
  }
}, 60_000);
