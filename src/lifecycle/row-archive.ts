/**
 * All rows of one instant as a stream of bytes, the same for every database: zstd over lines of JSON.
 *
 *     {"format":"berth-rows","version":1,"schema":"0001-content","takenAt":1790000000000,"berth":"1.0.0"}
 *     {"table":"namespaces","columns":["id","name","created_at"],"bytes":[]}
 *     [1,"library",1780000000000]
 *     …                                     the tables in the order of ARCHIVE_TABLES; bytes are base64
 *     {"end":true,"rows":{"namespaces":1,…},"sha256":"…"}
 *
 * The last line counts the rows and has the hash of all lines between it and the first: without it the archive is
 * incomplete, however it came to be so.
 */
import { z } from "zod";
import packageJson from "../../package.json" with { type: "json" };
import type { Database, Queryable } from "../database/database.ts";
import { migrations } from "../database/migrations/migrations.ts";
import { type ArchiveRow, type ArchiveTable, type ColumnKind, PAGE_ROWS } from "./archive-table.ts";
import { ARCHIVE_TABLES } from "./archive-tables.ts";

const FORMAT = "berth-rows";
const VERSION = 1;
const GATHER_BYTES = 256 * 1024;
/** A manifest of the largest size that can be configured fits, in base64 and with its annotations once more. */
const MAX_LINE_BYTES = 128 * 1024 * 1024;
/** The last moment that a Date can hold. */
const MAX_TIME = 8.64e15;
const PAGE_BYTES = 4 * 1024 * 1024;

/** `rows` by table. */
export type ArchiveSummary = { takenAt: number; rows: Record<string, number>; sha256: string };

export type ArchivePage = { table: ArchiveTable; rows: ArchiveRow[] };

/** The archive is damaged, incomplete, or of another version; its message is for the operator. */
export class ArchiveError extends Error {
  override readonly name: string = "ArchiveError";
}

/** It ends before its end, as one does whose writer was killed; what is there may be as it should. */
export class IncompleteArchiveError extends ArchiveError {
  override readonly name = "IncompleteArchiveError";
}

const headerLine = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  schema: z.string(),
  takenAt: z.int().min(0).max(MAX_TIME),
  berth: z.string(),
});
const tableLine = z.object({ table: z.string(), columns: z.array(z.string()), bytes: z.array(z.string()) });
const endLine = z.object({ end: z.literal(true), rows: z.record(z.string(), z.number()), sha256: z.string() });

/** Loaded only when an archive is written or read: they would take some milliseconds of every start. */
async function loadZstd() {
  const [zlib, { Readable }, { pipeline }] = await Promise.all([
    import("node:zlib"),
    import("node:stream"),
    import("node:stream/promises"),
  ]);
  return { zlib, Readable, pipeline };
}

function schemas(): string[] {
  return Object.keys(migrations("sqlite"));
}

export type WriteOptions = {
  signal?: AbortSignal | undefined;
  /** Called now and then with the number of rows written so far. */
  onRows?: ((count: number) => void) | undefined;
};

/** Hands the archive of this moment to `append`, piece by piece; one that was broken off has no end. */
export async function writeArchive(
  database: Database,
  append: (chunk: Uint8Array) => Promise<void>,
  options: WriteOptions = {},
): Promise<ArchiveSummary> {
  const { zlib, pipeline } = await loadZstd();
  return await database.snapshot(async (snapshot) => {
    const summary: ArchiveSummary = { takenAt: Date.now(), rows: {}, sha256: "" };
    const compress = zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
    await pipeline(lines(snapshot, summary, options), compress, async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) await append(chunk);
    });
    return summary;
  });
}

/** The text of the archive in pieces; fills in the summary. */
async function* lines(
  snapshot: Queryable,
  summary: ArchiveSummary,
  { signal, onRows }: WriteOptions,
): AsyncGenerator<Buffer> {
  const header = { format: FORMAT, version: VERSION, schema: schemas().at(-1), takenAt: summary.takenAt };
  yield Buffer.from(`${JSON.stringify({ ...header, berth: packageJson.version })}\n`);
  const hash = new Bun.CryptoHasher("sha256");
  let written = 0;
  let text = "";
  const take = () => {
    const piece = Buffer.from(text);
    hash.update(piece);
    text = "";
    return piece;
  };
  for (const table of ARCHIVE_TABLES) {
    const { name, columns, kinds } = table;
    const bytes = columns.filter((column) => kinds.get(column) === "bytes");
    text += `${JSON.stringify({ table: name, columns, bytes })}\n`;
    let count = 0;
    for await (const rows of table.pages(snapshot)) {
      signal?.throwIfAborted();
      for (const row of rows) {
        text += `${JSON.stringify(columns.map((column) => encode(row[column])))}\n`;
        if (text.length > GATHER_BYTES) yield take();
      }
      count += rows.length;
      onRows?.(written + count);
    }
    written += count;
    summary.rows[name] = count;
  }
  if (text !== "") yield take();
  summary.sha256 = hash.digest("hex");
  yield Buffer.from(`${JSON.stringify({ end: true, rows: summary.rows, sha256: summary.sha256 })}\n`);
}

function encode(value: ArchiveRow[string] | undefined): string | number | null {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64");
  return value ?? null;
}

/**
 * The rows of an archive in pages of one table each, and at the end what it says of itself. Throws ArchiveError, at
 * the latest at its end, when it is not whole: rows that came before that are not to be relied on.
 */
export async function* readArchive(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ArchivePage, ArchiveSummary> {
  const reader = new LineReader();
  let page: ArchivePage | null = null;
  let pageBytes = 0;
  for await (const line of reader.lines(chunks)) {
    const row = reader.accept(line);
    if (row === null || reader.table === null) continue;
    if (page !== null && (page.table !== reader.table || page.rows.length >= PAGE_ROWS || pageBytes > PAGE_BYTES)) {
      yield page;
      page = null;
    }
    if (page === null) {
      page = { table: reader.table, rows: [] };
      pageBytes = 0;
    }
    page.rows.push(row);
    pageBytes += line.length;
  }
  const summary = reader.finish();
  if (page !== null) yield page;
  return summary;
}

/** Reads an archive to its end and gives what it says of itself. Throws ArchiveError when it is not whole. */
export async function checkArchive(
  chunks: AsyncIterable<Uint8Array>,
  onRows?: (count: number) => void,
): Promise<ArchiveSummary> {
  const pages = readArchive(chunks);
  let count = 0;
  for (let next = await pages.next(); ; next = await pages.next()) {
    if (next.done === true) return next.value;
    count += next.value.rows.length;
    onRows?.(count);
  }
}

class LineReader {
  /** Whose rows come now. */
  table: ArchiveTable | null = null;
  readonly #hash = new Bun.CryptoHasher("sha256");
  readonly #rows: Record<string, number> = {};
  #columns: readonly string[] = [];
  #takenAt: number | null = null;
  #end: z.infer<typeof endLine> | null = null;

  async *lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    const { zlib, Readable, pipeline } = await loadZstd();
    const text = zlib.createZstdDecompress();
    // Its failure is thrown by reading from `text`.
    pipeline(Readable.from(chunks), text).catch(() => undefined);
    let rest: Buffer[] = [];
    let restBytes = 0;
    try {
      for await (const piece of text as AsyncIterable<Buffer>) {
        let start = 0;
        for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
          const tail = piece.subarray(start, end);
          yield rest.length === 0 ? tail : Buffer.concat([...rest, tail]);
          rest = [];
          restBytes = 0;
          start = end + 1;
        }
        rest.push(piece.subarray(start));
        restBytes += piece.length - start;
        if (restBytes > MAX_LINE_BYTES) throw new ArchiveError("the archive has a line that is far too long");
      }
    } catch (error) {
      if (error instanceof ArchiveError || !isZstdError(error)) throw error;
      throw new ArchiveError("the archive is damaged: its bytes are not those that were written", { cause: error });
    }
    if (restBytes > 0) throw incomplete();
  }

  /** The row that the line holds, null when it holds none. */
  accept(line: Buffer): ArchiveRow | null {
    if (this.#end !== null) throw new ArchiveError("the archive goes on after its end");
    if (this.#takenAt === null) {
      this.#takenAt = parseHeader(line);
      return null;
    }
    const value = parse(line);
    if (Array.isArray(value)) {
      this.#note(line);
      return this.#row(value);
    }
    const end = endLine.safeParse(value);
    if (end.success) {
      this.#end = end.data;
      return null;
    }
    this.#note(line);
    const { table: name, columns } = expectShape(tableLine, value);
    const table = ARCHIVE_TABLES.find((it) => it.name === name);
    if (table === undefined || this.#rows[name] !== undefined || columns.some((it) => !table.kinds.has(it))) {
      throw new ArchiveError(`the archive has a table that this version does not know: ${name}`);
    }
    this.table = table;
    this.#columns = columns;
    this.#rows[name] = 0;
    return null;
  }

  finish(): ArchiveSummary {
    if (this.#end === null || this.#takenAt === null) throw incomplete();
    const { rows, sha256 } = this.#end;
    const isWhole =
      this.#hash.digest("hex") === sha256 && ARCHIVE_TABLES.every(({ name }) => this.#rows[name] === rows[name]);
    if (!isWhole) throw new ArchiveError("the archive is damaged: its rows are not those that were written");
    return { takenAt: this.#takenAt, rows, sha256 };
  }

  #note(line: Buffer): void {
    this.#hash.update(line);
    this.#hash.update("\n");
  }

  #row(values: unknown[]): ArchiveRow {
    const { table } = this;
    if (table === null || values.length !== this.#columns.length) {
      throw new ArchiveError("the archive has a row that fits no table");
    }
    this.#rows[table.name] = (this.#rows[table.name] ?? 0) + 1;
    const row: ArchiveRow = {};
    for (const [index, column] of this.#columns.entries()) row[column] = decode(values[index], table.kinds.get(column));
    return row;
  }
}

/** SQLite would take any value for any column. */
function decode(value: unknown, kind: ColumnKind | undefined): ArchiveRow[string] {
  if (value === null) return null;
  if (kind === "integer" && Number.isSafeInteger(value)) return Number(value);
  if (kind === "text" && typeof value === "string") return value;
  if (kind === "bytes" && typeof value === "string") return new Uint8Array(Buffer.from(value, "base64"));
  throw new ArchiveError("the archive has a row with a value that its column cannot have");
}

function parseHeader(line: Buffer): number {
  const value = parse(line);
  const header = headerLine.safeParse(value);
  if (!header.success) {
    throw new ArchiveError("this is no row archive that this version of Berth can read", { cause: header.error });
  }
  if (!schemas().includes(header.data.schema)) {
    throw new ArchiveError(
      `the archive was made by a newer version of Berth (${header.data.berth}): restore it with that version or a newer one`,
    );
  }
  return header.data.takenAt;
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch (error) {
    throw new ArchiveError("the archive has a line that is not JSON", { cause: error });
  }
}

function expectShape<T>(shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new ArchiveError("the archive has a line of a shape that it should not have");
  return parsed.data;
}

function incomplete(): IncompleteArchiveError {
  return new IncompleteArchiveError("the archive is incomplete: its end is missing");
}

function isZstdError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^(?:ZSTD|Z)_/.test(error.code);
}
