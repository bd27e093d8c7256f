/** Beginning works, and watching them. */
import { useEffect, useRef } from "react";
import { client } from "../../../data/client.ts";
import { useChange, useRead } from "../../../data/query.ts";

export type Run = Awaited<ReturnType<typeof client.jobs.getRun>>;

const WATCH_MS = 1_000;

/** A run with its log, anew each second while it runs; `onEnd` once it has ended. */
export function useRun(id: string | null, onEnd?: (run: Run) => void) {
  const run = useRead(
    client.jobs.getRun,
    { params: { run: id ?? "" } },
    { enabled: id !== null, again: { everyMs: WATCH_MS, until: ({ outcome }) => outcome !== "running" } },
  );
  const told = useRef<string | null>(null);
  const data = id === null ? undefined : run.data;
  useEffect(() => {
    if (data === undefined || data.outcome === "running" || told.current === data.id) return;
    told.current = data.id;
    onEnd?.(data);
  }, [data, onEnd]);
  return run;
}

export function useStartJob(onStarted?: (id: string) => void) {
  return useChange(client.jobs.start, {
    stale: ["storage", "administration"],
    onDone: ({ id }) => onStarted?.(id),
  });
}
