/** Values as registry:2 writes them: addresses to listen on, Go durations, YAML 1.1 booleans. */

/** `:5000`, `localhost:5000`, `[::1]:5000`; no host means every IPv4 address. Null when it is none of these. */
export function parseAddress(value: unknown): { host: string; port: number } | null {
  const match = /^(\[[0-9A-Fa-f:.%]+\]|[^:/\s[\]]*):(\d{1,5})$/.exec(String(value));
  const port = Number(match?.[2]);
  if (!match || port > 65_535) return null;
  const host = (match[1] ?? "").replace(/^\[|\]$/g, "");
  return { host: host === "" ? "0.0.0.0" : host, port };
}

const SECOND_NS = 1e9;
/** In nanoseconds, as Go counts: whole numbers, which floating point adds without error. */
const UNIT_NS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: SECOND_NS,
  m: 60 * SECOND_NS,
  h: 3600 * SECOND_NS,
};

/** `1h30m` → 5400, rounded up to whole seconds; a bare number counts nanoseconds, as in Go. Null when it is neither. */
export function parseDurationSeconds(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? Math.ceil(value / SECOND_NS) : null;
  const text = String(value);
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, count = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Math.round(Number(count) * (UNIT_NS[unit] ?? 0));
  }
  return Math.ceil(total / SECOND_NS);
}

/** Null when it is no boolean. */
export function parseBoolean(value: unknown): boolean | null {
  const text = String(value).toLowerCase();
  if (["true", "yes", "on", "y"].includes(text)) return true;
  return ["false", "no", "off", "n"].includes(text) ? false : null;
}
