/** Limits in words. */
import { formatCount } from "../../../ui/format.ts";

export function limitWords(limit: number | null, format: (value: number) => string = formatCount): string {
  return limit === null ? "no limit" : format(limit);
}

export function usedWords(used: number, limit: number | null, format: (value: number) => string = formatCount): string {
  return limit === null ? format(used) : `${format(used)} of ${format(limit)}`;
}

export function pullWords(pulls: number | null, windowSeconds: number): string {
  return pulls === null ? "no limit" : `${formatCount(pulls)} in ${spanWords(windowSeconds)}`;
}

/** `6 hours`; the largest unit that the span is a whole number of. */
export function spanWords(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ] as const;
  for (const [size, word] of units) {
    if (seconds % size === 0) return seconds === size ? `1 ${word}` : `${formatCount(seconds / size)} ${word}s`;
  }
  return `${formatCount(seconds)} seconds`;
}

/** Where plans limit nothing, their figures would only look like overdraws. */
export function limitInForce(isEnforced: boolean, limit: number | null): number | null {
  return isEnforced ? limit : null;
}
