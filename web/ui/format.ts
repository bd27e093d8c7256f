/** Figures and times as people read them. */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Powers of 1,000, as clients print sizes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

const WHOLE = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `1.2M`, where the whole number is told elsewhere. */
export function formatShort(count: number): string {
  return SHORT.format(count);
}

/** `3 tags`, `1 tag`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** `3 hours ago`, `in 2 days`. */
export function formatAgo(time: string | number, now = Date.now()): string {
  const difference = new Date(time).getTime() - now;
  for (const [unit, size] of STEPS) {
    if (Math.abs(difference) >= size) return AGO.format(Math.trunc(difference / size), unit);
  }
  return Math.abs(difference) < 45_000 ? "just now" : AGO.format(Math.trunc(difference / 1_000), "second");
}

const FULL = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export function formatTime(time: string | number): string {
  return FULL.format(new Date(time));
}
