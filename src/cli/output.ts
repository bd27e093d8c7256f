/** What commands print: sizes, times and tables for people, and JSON for programs. */

import type { DamagedBlob, Step } from "../operator/api.ts";

const CLEAR_LINE = "\r\u001b[K";
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `0 B`, `1.5 KiB`, `12.0 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // As soon as it would be printed as 1024.0.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `1 tag`, `2 tags`, `0 tags`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** In the local time zone: `2026-11-21 15:04`. */
export function formatTime(ms: number): string {
  const at = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The two largest units that say how long: `6 d 23 h`, `4 min`, `0 min`. */
export function formatDuration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const parts = [
    [Math.floor(minutes / 1_440), "d"],
    [Math.floor(minutes / 60) % 24, "h"],
    [minutes % 60, "min"],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).slice(0, 2);
  return shown.length === 0 ? "0 min" : shown.map(([number, unit]) => `${number} ${unit}`).join(" ");
}

/** Names and values, the values below each other. */
export function formatRows(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
}

/** Resolves when the line is on its way; ends the process quietly when nobody reads any more. */
export async function print(text: string): Promise<void> {
  await write(process.stdout, `${text}\n`);
}

export async function printJson(value: unknown): Promise<void> {
  await print(JSON.stringify(value));
}

export async function printDamages(damaged: readonly DamagedBlob[], damagedCount: number): Promise<void> {
  for (const { digest, reason } of damaged) await print(`damaged ${digest}: ${reason}`);
  if (damagedCount > damaged.length) await print(`… and ${damagedCount - damaged.length} more`);
  if (damagedCount > 0) await print(`${count(damagedCount, "blob")} damaged; a push of the same content heals it`);
}

/** Progress on a terminal, in one line that the next one replaces; nothing where nobody watches. */
export async function showProgress(step: Step): Promise<void> {
  if (!process.stderr.isTTY || step.event !== "progress") return;
  const { phase, done, total, bytes } = step.progress;
  const of = total === null ? "" : ` of ${total}`;
  await write(process.stderr, `${CLEAR_LINE}${phase} ${done}${of}, ${formatBytes(bytes)} copied`);
}

/** What `showProgress` left. */
export function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
}

export async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
