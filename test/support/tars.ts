// Tar archives written byte by byte, so that a test can say in them what no tool would.

export interface TarEntry {
  name: string;
  /** `0` file, `1` hard link, `2` symlink, `3` and `4` devices, `5` directory, `6` fifo, `x` and `g` PAX, `L` GNU long name. */
  type?: string;
  content?: string | Uint8Array;
  /** What the header says; that of the content unless given. */
  size?: number;
  /** The 12 bytes of the size as they are. */
  rawSize?: Uint8Array;
  mode?: number;
  uid?: number;
  gid?: number;
  /** Seconds since 1970. */
  mtime?: number;
  link?: string;
  /** Makes the header's checksum wrong. */
  isDamaged?: boolean;
}

const BLOCK = 512;

/** The archive of the entries, in order; `end`: whether two empty blocks say that there are no more. */
export function tarOf(entries: readonly TarEntry[], { end = true } = {}): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  for (const entry of entries) {
    const content = bytesOf(entry.content ?? "");
    pieces.push(headerOf(entry, content.length), content, new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  if (end) pieces.push(new Uint8Array(BLOCK * 2));
  return new Uint8Array(Buffer.concat(pieces));
}

/** A PAX record: its own length, a key and a value. */
export function paxOf(records: Record<string, string>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + String(rest).length;
      if (String(length).length !== String(rest).length) length = rest + String(length).length;
      return `${length} ${key}=${value}\n`;
    })
    .join("");
}

function headerOf(entry: TarEntry, length: number): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  const { name, type = "0", mode = 0o644, uid = 0, gid = 0, mtime = 1_700_000_000, link = "" } = entry;
  header.write(name, 0, 100);
  octal(header, mode, 100, 8);
  octal(header, uid, 108, 8);
  octal(header, gid, 116, 8);
  octal(header, entry.size ?? length, 124, 12);
  if (entry.rawSize) header.set(entry.rawSize, 124);
  octal(header, mtime, 136, 12);
  header.fill(" ", 148, 156);
  header.write(type, 156, 1);
  header.write(link, 157, 100);
  header.write("ustar\u000000", 257, 8);
  const sum = header.reduce((total, byte) => total + byte, 0) + (entry.isDamaged ? 1 : 0);
  octal(header, sum, 148, 8);
  return header;
}

function octal(header: Buffer, value: number, at: number, length: number): void {
  header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, length);
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
