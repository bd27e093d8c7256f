/** What a run did, in words. */
import { formatBytes, formatCount } from "../../../ui/format.ts";

type Value = number | string | boolean | null;

/** `freedBytes: 5000` is `["freed", "5.0 kB"]`. What is null says nothing. */
export function figuresOf(summary: Readonly<Record<string, Value>>): [string, string][] {
  return Object.entries(summary).flatMap(([key, value]) =>
    value === null ? [] : [[wordsOf(key), valueWords(key, value)] satisfies [string, string]],
  );
}

/** In one line, without what is zero: `freed 5.0 kB, blobs 3`. */
export function summaryLine(summary: Readonly<Record<string, Value>>): string {
  const worth = Object.fromEntries(Object.entries(summary).filter(([, value]) => value !== 0 && value !== false));
  return figuresOf(worth)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function wordsOf(key: string): string {
  const stem = key === "bytes" ? key : key.replace(/Bytes$/, "");
  return stem.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function valueWords(key: string, value: number | string | boolean): string {
  if (typeof value === "number") return /bytes$/i.test(key) ? formatBytes(value) : formatCount(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value;
}

/** `1.2 s`, `3 min 5 s`, of milliseconds. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
