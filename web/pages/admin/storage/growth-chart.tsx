/** How the storage grew. */
import { lazy, Suspense, useMemo } from "react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { formatBytes } from "../../../ui/format.ts";
import { Card } from "../../../ui/page.tsx";
import { Answer, Loading } from "../../../ui/states.tsx";
import { daily, type GrowthPoint } from "./growth.ts";

const Chart = lazy(async () => ({ default: (await import("../../../ui/chart.tsx")).Chart }));

export function GrowthChart({ days }: { days: number }) {
  const growth = useRead(client.storage.growth, { query: { days } }, { keepsPrevious: true });
  return (
    <Answer answer={growth}>
      {({ items }) =>
        items.length < 2 ? (
          <p className="text-sm text-soft">
            {items[0] === undefined
              ? "Nothing was counted yet."
              : `Counted once so far: ${formatBytes(items[0].storedBytes)}. The line begins with the second count, within the hour.`}
          </p>
        ) : (
          <Drawn items={items} />
        )
      }
    </Answer>
  );
}

function Drawn({ items }: { items: readonly GrowthPoint[] }) {
  const points = useMemo(() => daily(items), [items]);
  return (
    <Card>
      <Suspense fallback={<Loading />}>
        <Chart label="Stored bytes" points={points} format={formatBytes} />
      </Suspense>
    </Card>
  );
}
