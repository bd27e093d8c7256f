/** The difference of two images in figures: bytes, files, layers. */
import type { ReactNode } from "react";
import type { client } from "../../data/client.ts";
import { Digest } from "../../ui/copy.tsx";
import { formatBytes, plural } from "../../ui/format.ts";
import { Card } from "../../ui/page.tsx";

export type Diff = Awaited<ReturnType<typeof client.files.diff>>;

export function DiffSummary({ diff }: { diff: Diff }) {
  const { from, to, totals, layers } = diff;
  const shared = layers.filter((it) => it.in === "both");
  const sharedBytes = shared.reduce((sum, it) => sum + it.sizeBytes, 0);
  return (
    <Card className="flex flex-col gap-4">
      <dl className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-3">
        <Figure name="Size" value={signed(to.sizeBytes - from.sizeBytes)}>
          {formatBytes(from.sizeBytes)} → {formatBytes(to.sizeBytes)} compressed
          {totals !== null && (
            <>
              <br />
              {signed(totals.toBytes - totals.fromBytes)} unpacked
            </>
          )}
        </Figure>
        <Figure name="Files" value={totals === null ? "…" : plural(changesOf(totals), "change")}>
          {totals !== null && (
            <>
              <Sum>
                {plural(totals.added.files, "added", "added")} ({formatBytes(totals.added.bytes)}),
              </Sum>{" "}
              <Sum>
                {plural(totals.removed.files, "removed", "removed")} ({formatBytes(totals.removed.bytes)}),
              </Sum>{" "}
              <Sum>
                {plural(totals.changed.files, "changed", "changed")} ({signed(totals.changed.bytes)})
              </Sum>
            </>
          )}
        </Figure>
        <Figure name="Layers" value={`${shared.length} of ${to.layers.length} shared`}>
          {formatBytes(sharedBytes)} that whoever has the first need not pull again
        </Figure>
      </dl>
      <details className="text-sm">
        <summary className="text-soft">All layers</summary>
        <ul aria-label="Layers of both" className="mt-2 flex flex-col gap-1">
          {layers.map((it, index) => (
            // A layer may be there twice.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="flex flex-wrap items-center gap-x-3">
              <span className="w-24 text-soft">{PLACES[it.in]}</span>
              <span className="w-20 text-right tabular-nums">{formatBytes(it.sizeBytes)}</span>
              <Digest digest={it.digest} />
            </li>
          ))}
        </ul>
      </details>
    </Card>
  );
}

const PLACES = { both: "in both", from: "only before", to: "only after" } as const;

function Figure({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div className="flex flex-col">
      <dt className="text-sm text-soft">{name}</dt>
      <dd>
        <p className="text-lg font-semibold tabular-nums">{value}</p>
        <p className="text-sm text-soft">{children}</p>
      </dd>
    </div>
  );
}

function Sum({ children }: { children: ReactNode }) {
  return <span className="whitespace-nowrap">{children}</span>;
}

function changesOf({ added, removed, changed }: NonNullable<Diff["totals"]>): number {
  return added.files + removed.files + changed.files;
}

function signed(bytes: number): string {
  if (bytes === 0) return "±0 B";
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes).replace("-", "−");
}
