// Damage to stored files, as disks and people do it, and what may never be answered about it.

import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { expect } from "bun:test";
import { digestOf } from "../../support/stored.ts";
import { runCommand } from "./operator.ts";
import type { Random } from "./scale.ts";

export interface StoredFile {
  repository: string;
  digest: string;
  size: number;
  path: string;
}

/** What is seen without reading all of the bytes: the size is wrong, or there is nothing. */
export type Visible = "truncated" | "emptied" | "removed" | "grown" | "swapped for another size";
/** What only a hash can tell. */
export type Hidden = "bit flipped" | "swapped for the same size";

export interface Damaged extends StoredFile {
  kind: Visible | Hidden;
  original: Uint8Array<ArrayBuffer>;
}

/** What fsck may call it: what was asked for in the meantime is out of service already. */
const KINDS: Record<Visible | Hidden, readonly string[]> = {
  "bit flipped": ["blob-bytes"],
  "swapped for the same size": ["blob-bytes"],
  "swapped for another size": ["blob-size", "blob-quarantined"],
  truncated: ["blob-size", "blob-quarantined"],
  emptied: ["blob-size", "blob-quarantined"],
  grown: ["blob-size", "blob-quarantined"],
  removed: ["blob-missing", "blob-quarantined"],
};

export interface FsckLine {
  kind: string;
  subject: string;
  repair: string | null;
  repaired: boolean;
}

/** `berth fsck` beside the server of this data directory: what it finds. */
export async function runFsck(
  dataDirectory: string,
  ...args: string[]
): Promise<{ exitCode: number; found: FsckLine[] }> {
  const { exitCode, lines, stderr } = await runCommand(dataDirectory, ["fsck", ...args]);
  if (exitCode > 1) throw new Error(`fsck ended with ${exitCode}: ${stderr}`);
  // A line a finding, and the report at the end.
  return { exitCode, found: lines.slice(0, -1) as FsckLine[] };
}

/** Fsck has found the damage, each by its name, and nothing else. */
export function expectNamed(found: readonly FsckLine[], damaged: readonly Damaged[], where: string): void {
  const kinds = new Map(damaged.map((it) => [it.digest, KINDS[it.kind]]));
  const named = new Set(found.map((it) => it.subject));
  const missed = damaged.filter((it) => !named.has(it.digest)).map((it) => `${it.kind} ${it.digest}`);
  expect(missed, `${where}: not found by fsck`).toEqual([]);
  const wrong = found.filter((it) => kinds.get(it.subject)?.includes(it.kind) !== true);
  expect(wrong, `${where}: found by fsck in vain, or under another name`).toEqual([]);
  expect(named.size, `${where}: named twice`).toBe(found.length);
}

function keep(file: StoredFile, kind: Visible | Hidden): Damaged {
  return { ...file, kind, original: new Uint8Array(readFileSync(file.path)) };
}

/** Flips one bit in the head, the middle or the tail. */
export function flipBit(file: StoredFile, random: Random): Damaged {
  const damaged = keep(file, "bit flipped");
  const third = Math.floor(file.size / 3);
  const position = Math.min(file.size - 1, random.below(3) * third + random.below(third));
  const byte = Buffer.alloc(1);
  const fd = openSync(file.path, "r+");
  readSync(fd, byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ (1 << random.below(8));
  writeSync(fd, byte, 0, 1, position);
  closeSync(fd);
  return damaged;
}

export function shorten(file: StoredFile, random: Random): Damaged {
  const damaged = keep(file, random.next() < 0.2 ? "emptied" : "truncated");
  if (damaged.kind === "emptied") truncateSync(file.path, 0);
  else truncateSync(file.path, random.next() < 0.3 ? file.size - 1 : random.below(file.size));
  return damaged;
}

export function grow(file: StoredFile): Damaged {
  const damaged = keep(file, "grown");
  truncateSync(file.path, file.size + 4096);
  return damaged;
}

export function removeFile(file: StoredFile): Damaged {
  const damaged = keep(file, "removed");
  rmSync(file.path);
  return damaged;
}

export function swap(one: StoredFile, other: StoredFile): Damaged[] {
  const kind = one.size === other.size ? "swapped for the same size" : "swapped for another size";
  const damaged = [keep(one, kind), keep(other, kind)];
  const aside = `${one.path}-aside`;
  copyFileSync(one.path, aside);
  renameSync(other.path, one.path);
  renameSync(aside, other.path);
  return damaged;
}

export function isHidden({ kind }: Damaged): boolean {
  return kind === "bit flipped" || kind === "swapped for the same size";
}

/**
 * Whole, and in ranges of many sizes: an answer that looks good holds the blob's own bytes. A server that has the file
 * open may still have those; gives whether the whole was refused.
 */
export async function expectNeverWrong(url: string, file: Damaged, random: Random, where: string): Promise<boolean> {
  const address = `${url}/v2/${file.repository}/blobs/${file.digest}`;
  let isRefused = false;
  const parts = [1, 100, 5_000, Math.floor(file.size / 2), file.size - 1];
  // Whichever comes first may be what makes the server notice; of a swapped file a range is the harder.
  for (const sizeBytes of file.kind.startsWith("swapped") || random.next() < 0.5
    ? [...parts, file.size]
    : [file.size, ...parts]) {
    const start = random.below(file.size - sizeBytes + 1);
    const range = `bytes=${start}-${start + sizeBytes - 1}`;
    const headers: Record<string, string> = sizeBytes === file.size ? {} : { range };
    const response = await fetch(address, { headers });
    // A body that breaks off is no clean answer.
    const bytes = await response.arrayBuffer().catch(() => null);
    if (sizeBytes === file.size) isRefused = response.status === 404;
    if (!response.ok || bytes === null) continue;
    const isRight = Buffer.from(bytes).equals(file.original.subarray(start, start + sizeBytes));
    expect(
      isRight,
      `${where}: ${file.kind}, ${file.size} bytes, ${range} answered ${response.status} with other bytes`,
    ).toBe(true);
  }
  return isRefused;
}

/**
 * What the server knows to be damaged, because it was asked for or because a scrub has hashed it, is neither served nor
 * said to be there, and a new push of the same bytes heals it.
 */
export async function expectHealed(url: string, damaged: readonly Damaged[]): Promise<void> {
  for (const file of damaged) {
    const address = `${url}/v2/${file.repository}/blobs/${file.digest}`;
    for (const method of ["GET", "HEAD"]) {
      const answer = await fetch(address, { method });
      await answer.arrayBuffer().catch(() => null);
      expect(answer.status, `${method} of a blob: ${file.kind}`).toBe(404);
    }
    const uploads = `${url}/v2/${file.repository}/blobs/uploads/?digest=${file.digest}`;
    const pushed = await fetch(uploads, { method: "POST", body: file.original });
    expect(pushed.status, `push of what was damaged: ${file.kind}`).toBe(201);
    const healed = await fetch(address);
    expect(digestOf(new Uint8Array(await healed.arrayBuffer()))).toBe(file.digest);
  }
}
