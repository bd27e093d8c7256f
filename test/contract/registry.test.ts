// The rules of the registry, on every pair of a database and a storage driver.

import { afterAll, beforeAll, describe } from "bun:test";
import { DATABASES, lackingDatabase, sharePostgres } from "./databases.ts";
import { binRules } from "./registry/bin-rules.ts";
import { checkRules } from "./registry/check-rules.ts";
import { healRules } from "./registry/heal-rules.ts";
import { linkRules } from "./registry/link-rules.ts";
import { manifestRules } from "./registry/manifest-rules.ts";
import { referrerRules } from "./registry/referrer-rules.ts";
import { openRegistry, type Registry } from "./registry/registry.ts";
import { tagRules } from "./registry/tag-rules.ts";
import { uploadRules } from "./registry/upload-rules.ts";
import { describeUnless } from "./support.ts";

const createDatabase = sharePostgres();

for (const database of DATABASES) {
  const reason = lackingDatabase(database);
  for (const storage of ["filesystem", "memory"] as const) {
    describeUnless(`${database} and ${storage}`, reason, () => {
      const combination = { database, storage, createDatabase };
      let registry: Registry;
      beforeAll(async () => {
        registry = await openRegistry(combination);
      });
      afterAll(async () => {
        await registry?.close();
      });
      describe("manifests", () => manifestRules(() => registry));
      describe("tags", () => tagRules(() => registry));
      describe("referrers", () => referrerRules(() => registry));
      describe("the recycle bin", () => binRules(() => registry));
      describe("checks", () => checkRules(() => registry));
      describe("healing", () => healRules(combination));
      describe("links", () => linkRules(() => registry, combination));
      describe("uploads", () => uploadRules(() => registry, combination));
    });
  }
}
