/**
 * What the program does when the server starts it as a child: reads an archive of a stranger, or answers questions about
 * indexes. Bytes come through standard input and go through standard output; what is said besides goes through the
 * channel to the parent. It knows no configuration, no credential and no path.
 */
import { createReadStream } from "node:fs";
import { createZstdCompress } from "node:zlib";
import type { ArchiveLimits, FromReader, IndexMessage, Span, ToReader } from "../entry.ts";
import { ArchiveError } from "./archive-error.ts";
import { confine } from "./confine.ts";

export type ChildTask =
  | { kind: "index"; limits: ArchiveLimits; isBackground: boolean }
  | { kind: "extract"; limits: ArchiveLimits; spans: Span[] }
  | { kind: "read"; maxEntries: number };

const PIECE_BYTES = 256 * 1024;
const LINES_BYTES = 128 * 1024;
const PROGRESS_MS = 250;
const READER_CPU_SECONDS = 600;
/** What an index may have, as it is stored: more is no answer to anybody. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** `text`: a ChildTask as JSON, from the parent. */
export async function runChild(text: string): Promise<void> {
  const task = JSON.parse(text) as ChildTask;
  // Whoever has no parent any more has nothing to do.
  process.on("disconnect", () => process.exit(0));
  if (task.kind === "read") {
    confine({ cpuSeconds: READER_CPU_SECONDS, isBackground: false });
    return await read(task.maxEntries);
  }
  confine({ cpuSeconds: task.limits.cpuSeconds, isBackground: task.kind === "index" && task.isBackground });
  if (task.kind === "index") await index(task.limits);
  else await extract(task);
}

async function index(limits: ArchiveLimits): Promise<void> {
  const { indexArchive, NoArchiveError } = await import("./index-archive.ts");
  const packer = createZstdCompress();
  let written = 0;
  packer.on("data", (piece: Buffer) => {
    written += piece.length;
    process.stdout.write(piece);
  });
  let lines: string[] = [];
  let length = 0;
  const flush = () => {
    if (lines.length > 0) packer.write(`${lines.join("\n")}\n`);
    lines = [];
    length = 0;
    if (written > MAX_OUTPUT_BYTES) throw new ArchiveError("its index would be too large");
  };
  let toldAt = performance.now();
  let allBytes = 0;
  try {
    const { entries, uncompressedBytes } = await indexArchive(standardInput(), limits, {
      line: (line) => {
        const json = JSON.stringify(line);
        lines.push(json);
        length += json.length;
        if (length > LINES_BYTES) flush();
      },
      read: (readBytes) => {
        allBytes = readBytes;
        const now = performance.now();
        if (now - toldAt < PROGRESS_MS) return;
        toldAt = now;
        tell({ kind: "progress", readBytes });
      },
    });
    flush();
    await new Promise<void>((resolve) => void packer.once("end", resolve).end());
    await drained();
    end({ kind: "done", entries, uncompressedBytes, readBytes: allBytes });
  } catch (error) {
    if (error instanceof NoArchiveError) return end({ kind: "unsupported", reason: error.message });
    const reason = error instanceof Error ? error.message : String(error);
    end({ kind: "failed", reason, isFinal: error instanceof ArchiveError && error.isFinal });
  }
}

async function extract({ spans, limits }: Extract<ChildTask, { kind: "extract" }>): Promise<void> {
  const { extractSpans } = await import("./extract.ts");
  try {
    await extractSpans(standardInput(), process.stdout, spans, limits);
    await drained();
    process.exit(0);
  } catch {
    process.exit(1);
  }
}

async function read(maxEntries: number): Promise<void> {
  const { Reader } = await import("./reader.ts");
  const reader = new Reader(maxEntries);
  process.on("message", (message) => {
    // Sent by the parent, which is this same program.
    const reply = reader.receive(message as ToReader);
    if (reply !== null) tell(reply);
  });
  tell({ id: 0, kind: "ready" });
}

function tell(message: IndexMessage | FromReader): void {
  process.send?.(message);
}

/** Tells it last, and ends when it is told. */
function end(message: IndexMessage): void {
  process.send?.(message, undefined, undefined, () => process.exit(0));
}

function standardInput() {
  // Opened already; the path is of no matter.
  return createReadStream("", { fd: 0, highWaterMark: PIECE_BYTES, autoClose: false });
}

function drained(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write("", () => resolve()));
}
