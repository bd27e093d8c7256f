/** The built pages in one file: a line with the header's length, the header (JSON), then every file in up to three encodings. */

/** 16 bytes with the ten digits and the line's end that follow make the file's first 27. */
export const PACK_MAGIC = "berth pages 0001";
const HEAD_BYTES = 27;
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/** Bytes, counted from the header's end. */
export type Extent = { offset: number; length: number };

export type PackEntry = {
  /** As it is asked for, such as `/assets/index-abc.js`. */
  path: string;
  type: string;
  /** Of the content. */
  version: string;
  plain: Extent;
  gzip: Extent;
  br: Extent;
};

export class Pack {
  readonly #file: Bun.BunFile;
  readonly #start: number;
  readonly #entries: ReadonlyMap<string, PackEntry>;

  private constructor(file: Bun.BunFile, start: number, entries: readonly PackEntry[]) {
    this.#file = file;
    this.#start = start;
    this.#entries = new Map(entries.map((it) => [it.path, it]));
  }

  /** Null where there is none. Throws for a file that is something else. */
  static async open(path: string): Promise<Pack | null> {
    const file = Bun.file(path);
    if (!(await file.exists())) return null;
    const head = await file.slice(0, HEAD_BYTES).text();
    const length = Number(head.slice(PACK_MAGIC.length, -1));
    if (!head.startsWith(PACK_MAGIC) || !(length <= MAX_HEADER_BYTES)) throw new Error(`${path} does not hold pages`);
    const start = HEAD_BYTES + length;
    // Written by the build beside the program, which is the same version's.
    const entries = JSON.parse(await file.slice(HEAD_BYTES, start).text()) as PackEntry[];
    return new Pack(file, start, entries);
  }

  find(path: string): PackEntry | null {
    return this.#entries.get(path) ?? null;
  }

  read({ offset, length }: Extent): Promise<Uint8Array<ArrayBuffer>> {
    return this.#file.slice(this.#start + offset, this.#start + offset + length).bytes();
  }
}
