/** Archives of rows that are not as they were written: cut anywhere, a bit turned anywhere, or made by somebody else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Repositories } from "../repositories/repositories.ts";
import { ArchiveError, checkArchive, IncompleteArchiveError, writeArchive } from "./row-archive.ts";

let directory: string;
let database: Database;
let archive: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-archive-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  const repositories = new Repositories(database);
  for (let index = 0; index < 600; index += 1) {
    await database.write((trx) => repositories.ensure(trx, parseRepositoryName(`team-${index % 7}/app-${index}`)));
  }
  const chunks: Uint8Array[] = [];
  await writeArchive(database, async (chunk) => void chunks.push(new Uint8Array(chunk)));
  archive = new Uint8Array(Buffer.concat(chunks));
});

afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 1_000) yield bytes.subarray(start, start + 1_000);
}

/** What reading it comes to: the number of its repositories, or the error. */
async function read(bytes: Uint8Array): Promise<unknown> {
  return await checkArchive(inPieces(bytes)).then(
    ({ rows }) => rows["repositories"],
    (error: unknown) => error,
  );
}

/** Some text as an archive has it, `%` standing for the end that belongs to the lines between. */
async function readText(header: string, lines: string, rows: Record<string, number>): Promise<unknown> {
  const sha256 = new Bun.CryptoHasher("sha256").update(lines).digest("hex");
  const text = `${header}\n${lines}${JSON.stringify({ end: true, rows, sha256 })}\n`;
  return await read(Bun.zstdCompressSync(text));
}

const HEADER = '{"format":"berth-rows","version":1,"schema":"0001-content","takenAt":1,"berth":"1.0.0"}';
const NAMESPACES = '{"table":"namespaces","columns":["id","name","created_at"],"bytes":[]}\n';

test("cut anywhere it is incomplete, and nothing else", async () => {
  expect(await read(archive)).toBe(600);
  const step = Math.max(1, Math.floor(archive.length / 150));
  const lengths = Array.from({ length: 20 }, (_, index) => index);
  for (let length = 20; length < archive.length - 32; length += step) lengths.push(length);
  for (const length of lengths) {
    const outcome = await read(archive.subarray(0, length));
    expect([length, outcome]).toEqual([length, expect.any(IncompleteArchiveError)]);
  }
  // All lines are there; what is cut is a checksum beside their own.
  expect(await read(archive.subarray(0, archive.length - 1))).toBe(600);
});

test("with a bit turned anywhere it is refused, or gives the same rows", async () => {
  const step = Math.max(1, Math.floor(archive.length / 300));
  for (let at = 0; at < archive.length; at += step) {
    const outcome = await read(archive.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte)));
    if (outcome !== 600) expect([at, outcome]).toEqual([at, expect.any(ArchiveError)]);
  }
});

describe("lines that only somebody else can have written", () => {
  test("as it should be", async () => {
    expect(await readText(HEADER, `${NAMESPACES}[1,"a",2]\n`, { namespaces: 1 })).toBeUndefined();
  });

  test.each([
    ["a text for an id", `${NAMESPACES}["x","a",2]\n`],
    ["a number that is no whole one", `${NAMESPACES}[1.5,"a",2]\n`],
    ["a number that is too large", `${NAMESPACES}[1e300,"a",2]\n`],
    ["a number for a name", `${NAMESPACES}[1,1,2]\n`],
    ["a list for a name", `${NAMESPACES}[1,["a"],2]\n`],
    ["a value too many", `${NAMESPACES}[1,"a",2,3]\n`],
    ["a row before any table", `[1,"a",2]\n`],
    ["an unknown table", `{"table":"holds","columns":["id"],"bytes":[]}\n`],
    ["an unknown column", `{"table":"namespaces","columns":["id","__proto__"],"bytes":[]}\n[1,"a"]\n`],
    ["a table that comes twice", `${NAMESPACES}[1,"a",2]\n${NAMESPACES}`],
    ["no JSON", "{\n"],
    ["something else", "7\n"],
  ])("%s", async (_, lines) => {
    expect(await readText(HEADER, lines, { namespaces: 1 })).toBeInstanceOf(ArchiveError);
  });

  test("a time that no clock can show", async () => {
    const header = HEADER.replace('"takenAt":1', '"takenAt":1e300');
    expect(await readText(header, NAMESPACES, { namespaces: 0 })).toBeInstanceOf(ArchiveError);
  });
});

test("a line without an end is given up long before it fills the memory", async () => {
  const bomb = Bun.zstdCompressSync(new Uint8Array(300 * 2 ** 20).fill(32));
  expect(bomb.length).toBeLessThan(100_000);
  const before = process.memoryUsage.rss();
  expect(await read(bomb)).toBeInstanceOf(ArchiveError);
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 2 ** 20);
});
