/** Kinds of value that several parts of the configuration share: sizes in bytes, paths, secrets. */
import { z } from "zod";
import { Secret } from "./secret.ts";

const SIZE_UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const SIZE = /^(\d{1,12}) ?(KiB|MiB|GiB|TiB)$/;

export type ByteLimits = { minimum?: number; maximum?: number };

/** A number of bytes, written as a number or as `64MiB`. */
export function byteSize({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: ByteLimits = {}) {
  const range = `from ${formatBytes(minimum)}${maximum < Number.MAX_SAFE_INTEGER ? ` to ${formatBytes(maximum)}` : ""}`;
  return z
    .union([z.int(), z.string().regex(SIZE)], { error: "expected a number of bytes, or text such as 64MiB" })
    .transform((value) => (typeof value === "number" ? value : parseBytes(value)))
    .refine((value) => value >= minimum && value <= maximum, { error: `expected a size ${range}` });
}

/** A path of a file or directory; relative ones start at the working directory. */
export function path() {
  return z
    .string()
    .min(1)
    .refine((value) => !value.includes("\0"), { error: "expected a path without NUL characters" });
}

/** Text that is never shown. Each such key `x` can also be given as `xFile`, a file that holds the text. */
export function secret() {
  return z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .meta({ writeOnly: true });
}

/** `67108864` → `64MiB`; what does not divide stays a number. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of Object.entries(SIZE_UNITS).reverse()) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

function parseBytes(text: string): number {
  const [, count = "", unit = ""] = SIZE.exec(text) ?? [];
  const size = Object.entries(SIZE_UNITS).find(([name]) => name === unit)?.[1] ?? 1;
  return Number(count) * size;
}
