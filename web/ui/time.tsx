/** A time: how long ago, and exactly for those who point at it. */
import { formatAgo, formatTime } from "./format.ts";

export function Time({ at, never = "never" }: { at: string | null; never?: string }) {
  if (at === null) return <span className="text-soft">{never}</span>;
  return (
    <time dateTime={at} title={formatTime(at)} className="whitespace-nowrap">
      {formatAgo(at)}
    </time>
  );
}
