/** Where the bytes are, how they grew, and what takes them away. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { SelectField } from "../../../ui/field.tsx";
import { formatBytes, formatCount, plural } from "../../../ui/format.ts";
import { Card, Section } from "../../../ui/page.tsx";
import { Progress } from "../../../ui/progress.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import type { AdminProps } from "../admin-pages.tsx";
import { Collection } from "./collection.tsx";
import { GrowthChart } from "./growth-chart.tsx";
import { StorageTree } from "./storage-tree.tsx";
import { Works } from "./works.tsx";

type Storage = Awaited<ReturnType<typeof client.storage.get>>;

const COUNTING_MS = 2_000;

export function StorageSection({ mayChange }: AdminProps) {
  const [days, setDays] = useState("30");
  const storage = useRead(client.storage.get, undefined, {
    again: { everyMs: COUNTING_MS, until: ({ isCounting, totals }) => !isCounting && totals !== null },
  });
  return (
    <div className="flex flex-col gap-8">
      <Section title="Storage">
        <Answer answer={storage}>{(it) => <Totals storage={it} />}</Answer>
      </Section>
      <Section title="By namespace and repository">
        <StorageTree countedAt={storage.data?.countedAt ?? null} />
      </Section>
      <Section
        title="Growth"
        actions={
          <SelectField label="Over" value={days} onChange={(event) => setDays(event.target.value)}>
            <option value="7">7 days</option>
            <option value="30">30 days</option>
            <option value="90">90 days</option>
            <option value="365">a year</option>
          </SelectField>
        }
      >
        <GrowthChart days={Number(days)} />
      </Section>
      <Collection mayChange={mayChange} freed={storage.data?.freed ?? null} />
      {mayChange && <Works />}
    </div>
  );
}

function Totals({ storage: { totals, disk, countedAt, isCounting } }: { storage: Storage }) {
  return (
    <>
      {totals === null ? (
        <p role="status" className="text-sm text-soft">
          {isCounting
            ? "Counting for the first time…"
            : "Nothing was counted yet: the job that counts the storage does."}
        </p>
      ) : (
        <ul className="grid grid-cols-2 gap-3 lg:grid-cols-4">
          <Figure name="Stored" value={formatBytes(totals.storedBytes)} note={plural(totals.blobs, "blob")} />
          <Figure
            name="Of content"
            value={formatBytes(totals.logicalBytes)}
            note={`in ${plural(totals.repositories, "repository", "repositories")}`}
          />
          <Figure
            name="Saved by sharing"
            value={totals.storedBytes === 0 ? "1×" : `${(totals.logicalBytes / totals.storedBytes).toFixed(2)}×`}
            note={`${formatBytes(Math.max(0, totals.logicalBytes - totals.storedBytes))} not stored twice`}
          />
          <Figure
            name="Named by nothing"
            value={formatBytes(totals.condemnedBytes)}
            note="goes with a garbage collection"
          />
        </ul>
      )}
      {disk !== null && (
        <div className="flex flex-col gap-1.5 text-sm">
          <Progress label="Disk in use" done={disk.totalBytes - disk.freeBytes} total={disk.totalBytes} />
          <p className="text-soft">
            Disk: {formatBytes(disk.freeBytes)} free of {formatBytes(disk.totalBytes)};{" "}
            {formatBytes(disk.availableBytes)} can still be pushed.
          </p>
        </div>
      )}
      {countedAt !== null && (
        <p className="text-sm text-soft">
          {totals !== null && `${formatCount(totals.manifests)} manifests of ${formatBytes(totals.manifestBytes)}. `}
          Counted <Time at={countedAt} />
          {isCounting ? ", counting anew." : "."}
        </p>
      )}
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <li>
      <Card className="flex h-full flex-col">
        <span className="text-sm">{name}</span>
        <span className="text-xl font-semibold tabular-nums">{value}</span>
        <span className="text-xs text-soft">{note}</span>
      </Card>
    </li>
  );
}
