// A merge into a registry whose users delete at the same moment what it brings.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../../src/access/principal.ts";
import { RegistryError } from "../../src/errors.ts";
import { parseRepositoryName } from "../../src/oci/reference.ts";
import { chosenDatabases, lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { openPlace, type Place } from "./backup-place.ts";
import { describeUnless } from "./support.ts";

const BUSY_MS = 6_000;
const IMAGES = 12;
const DANGLING =
  "select tags.name from tags left join manifests on manifests.repository_id = tags.repository_id and manifests.digest = tags.digest and manifests.deleted_at is null where tags.to_at is null and manifests.id is null";

let postgres: Postgres | null = null;
beforeAll(async () => {
  if (lackingPostgres() === null) postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
}, 60_000);

/** Deletes the manifests again and again, until it is told to stop. */
async function deleteAll(place: Place, digests: Awaited<ReturnType<Place["pushBlob"]>>[], isOver: () => boolean) {
  while (!isOver()) {
    for (const digest of digests) {
      await place.manifests.delete(OPEN_ANONYMOUS, parseRepositoryName("a"), digest).catch((error: unknown) => {
        if (!(error instanceof RegistryError)) throw error;
      });
    }
    await Bun.sleep(0);
  }
}

for (const kind of ["sqlite", "postgres"] as const) {
  const isChosen = chosenDatabases().includes("sqlite");
  const reason = kind === "postgres" ? lackingPostgres() : isChosen ? null : "cannot: DATABASES leaves it out";
  describeUnless(`into ${kind}`, reason, () => {
    test("a tag never points to a manifest that was deleted", async () => {
      const directory: TemporaryDirectory = await makeTemporaryDirectory("backup-races");
      for (const name of ["origin", "used"]) mkdirSync(directory.join(name));
      const url = kind === "postgres" ? ((await postgres?.createDatabase()) ?? null) : null;
      const [origin, place] = [await openPlace(directory.join("origin")), await openPlace(directory.join("used"), url)];
      try {
        const digests = [];
        for (let mark = 1; mark <= IMAGES; mark += 1) {
          digests.push((await origin.pushImage("a", mark, `v${mark}`)).digest);
        }
        const from = { directory: directory.join("backup") };
        await origin.backup.run(from);
        for (const end = performance.now() + BUSY_MS; performance.now() < end;) {
          let isOver = false;
          const deleting = deleteAll(place, digests, () => isOver);
          await place.merge.run({ from, principal: OPEN_ANONYMOUS }).finally(() => (isOver = true));
          await deleting;
          expect((await place.database.execute(CompiledQuery.raw(DANGLING))).rows).toEqual([]);
        }
      } finally {
        await origin.close();
        await place.close();
        await directory.remove();
      }
    });
  });
}
