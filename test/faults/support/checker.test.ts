// The checker can fail: each rule, broken on purpose, is named by its letter, and by fsck where that is fsck's business.

import { Database as Connection } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBerth } from "../../support/berth.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";
import { check, listFiles } from "./checker.ts";
import { Journal } from "./journal.ts";
import { randomFrom } from "./scale.ts";
import { otherPushes, pushScenario, runSteps } from "./scenario.ts";

const REPOSITORY = "checked/app";
/** No collector may mend what is broken here before the checker has seen it. */
const ENV = { BERTH_GC_ENABLED: "false", BERTH_SNAPSHOT_ENABLED: "false", BERTH_LOG_ACCESS: "false" };
const DAY_MS = 86_400_000;

type Damage = (dataDirectory: string, journal: Journal) => void;

let directory: TemporaryDirectory;
let journal: Journal;
let sound: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory("check");
  journal = new Journal(directory.join("journal"));
  sound = directory.join("sound");
  const berth = await startBerth({ dataDirectory: sound, env: ENV });
  try {
    const random = randomFrom(1);
    const { steps, image } = pushScenario(berth.url, journal, random, REPOSITORY);
    for (const { name, outcome } of await runSteps([...steps, ...otherPushes(berth.url, journal, random, image)])) {
      expect(outcome.acknowledged, `${name}: ${outcome.text}`).toBe(true);
    }
    // An upload that is not finished.
    const started = await fetch(`${berth.url}/v2/${REPOSITORY}/blobs/uploads/`, { method: "POST" });
    const path = berth.url + (started.headers.get("location") ?? "");
    expect((await fetch(path, { method: "PATCH", body: random.bytes(100_000) })).status).toBe(202);
  } finally {
    await berth.stop();
  }
}, 30_000);
afterAll(async () => {
  journal.close();
  await directory.remove();
});

/** What the checker finds in a copy to which `damage` was done. */
async function violationsAfter(damage: Damage): Promise<string[]> {
  const dataDirectory = directory.join("copy");
  cpSync(sound, dataDirectory, { recursive: true });
  const own = copyJournal();
  try {
    damage(dataDirectory, own);
    const berth = await startBerth({ dataDirectory, env: ENV });
    try {
      const options = { url: berth.url, dataDirectory, allowOrphans: false, everything: true };
      return (await check({ ...options, journal: own })).violations;
    } finally {
      await berth.kill();
    }
  } finally {
    own.close();
    rmSync(dataDirectory, { recursive: true });
  }
}

/** A check settles what it has read, so each has its own. */
function copyJournal(): Journal {
  const copy = new Journal(directory.join("journal-of-copy"));
  for (const register of journal.registers) {
    const { kind, repository, name } = register;
    for (const value of journal.allowed(register)) copy.begin([{ kind, repository, name, value }]).acknowledge();
  }
  return copy;
}

const sql = (text: string) => (dataDirectory: string) => {
  const connection = new Connection(join(dataDirectory, "berth.db"));
  connection.run("pragma foreign_keys = off");
  const { changes } = connection.run(text);
  connection.close();
  if (changes === 0) throw new Error(`changed nothing: ${text}`);
};

const onFile = (work: (path: string) => void) => (dataDirectory: string) => {
  const connection = new Connection(join(dataDirectory, "berth.db"), { readonly: true });
  // The column of this statement.
  const rows = connection.query("select storage_key from blobs where storage_key is not null limit 1").all();
  connection.close();
  const [row] = rows as { storage_key: string }[];
  if (!row) throw new Error("no file");
  work(join(dataDirectory, row.storage_key));
};

function flipFirstByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const A_LINK = "blob_id = (select min(blob_id) from repository_blobs)";
const DELETE_OF_A_TAG = { kind: "tag", repository: REPOSITORY, name: "added", value: null } as const;

/** What is done; the letters of the rules that must be named; whether fsck must name it too. */
const DAMAGES: [name: string, damage: Damage, letters: string, isNamedByFsck: boolean][] = [
  ["an acknowledged tag is gone", sql("delete from tags where name = 'added'"), "a", false],
  [
    "an acknowledged manifest is gone",
    sql("delete from manifests where id = (select max(id) from manifests)"),
    "abd",
    true,
  ],
  ["an acknowledged delete was undone", (_, own) => own.begin([DELETE_OF_A_TAG]).acknowledge(), "a", false],
  [
    "a layer's link is gone",
    sql(
      "delete from repository_blobs where blob_id = (select b.id from blobs b join manifest_references r on r.digest = b.digest limit 1)",
    ),
    "ab",
    true,
  ],
  ["a file has another byte", onFile(flipFirstByte), "ac", true],
  ["a file is shorter", onFile((path) => truncateSync(path, 10)), "ac", true],
  ["a file is gone", onFile((path) => rmSync(path)), "ag", true],
  [
    "a row has other bytes",
    sql("update blobs set content = zeroblob(size_bytes) where content is not null"),
    "ac",
    true,
  ],
  ["a manifest has other bytes", sql("update manifests set content = zeroblob(length(content))"), "ac", true],
  [
    "a row names a repository that is not there",
    sql(`update repository_blobs set repository_id = repository_id + 900 where ${A_LINK}`),
    "d",
    true,
  ],
  [
    "a blob without links is not condemned",
    sql(
      "insert into blobs (digest, size_bytes, content, state, verified_at, created_at) select 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, x'', 'live', 1, 1",
    ),
    "e",
    true,
  ],
  ["a linked blob is condemned", sql("update blobs set condemned_at = 1"), "e", false],
  ["a lease ended without a manifest", sql("update repository_blobs set kept_until = null"), "e", false],
  [
    "an upload is past its lease",
    sql(`update upload_sessions set updated_at = updated_at - ${2 * DAY_MS}`),
    "f",
    false,
  ],
  ["a tag that is there is in the bin", sql("update tags set deleted_at = 1 where to_at is null"), "e", false],
  ["a file has no row", (dataDirectory) => writeFileSync(join(dataDirectory, "blobs", "stray"), "x"), "g", false],
];

test("nothing is found where nothing is wrong", async () => {
  expect(readdirSync(sound)).toContain("berth.db");
  expect(listFiles(sound).length).toBeGreaterThan(3);
  expect(await violationsAfter(() => undefined)).toEqual([]);
});

for (const [name, damage, letters, isNamedByFsck] of DAMAGES) {
  test(`${name}: ${letters.split("").join(", ")}`, async () => {
    const violations = await violationsAfter(damage);
    const shown = violations.join("\n");
    const found = new Set(violations.map((it) => it.slice(0, it.indexOf(":"))));
    for (const letter of letters.split("")) expect([...found], shown).toContain(letter);
    expect(found.has("fsck"), shown).toBe(isNamedByFsck);
  }, 20_000);
}
