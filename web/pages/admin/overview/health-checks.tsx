/** What can be wrong with the server, worst first, each with what to do about it. */
import { CircleAlert, CircleCheck, CircleX } from "lucide-react";
import type { client } from "../../../data/client.ts";
import type { Tone } from "../../../ui/badge.tsx";

export type Health = Awaited<ReturnType<typeof client.administration.health>>;
export type Check = Health["checks"][number];

const RANK: Readonly<Record<Check["state"], number>> = { error: 0, warning: 1, ok: 2 };

export const HEALTH_TONES: Readonly<Record<Check["state"], Tone>> = { error: "bad", warning: "warn", ok: "good" };
export const HEALTH_WORDS: Readonly<Record<Check["state"], string>> = {
  error: "Something is broken",
  warning: "Something needs a look",
  ok: "All is well",
};

export function worstFirst(checks: readonly Check[]): Check[] {
  return checks.toSorted((one, other) => RANK[one.state] - RANK[other.state]);
}

export function HealthChecks({ checks }: { checks: readonly Check[] }) {
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {worstFirst(checks).map((it) => (
        <li key={it.id} className="flex gap-3 px-4 py-3 text-sm">
          <StateIcon state={it.state} />
          <div className="min-w-0">
            <p>
              <span className="font-medium">{it.title}</span> <span className="sr-only">({it.state})</span>{" "}
              <span className="text-soft">{it.message}</span>
            </p>
            {it.action !== null && <p className="mt-0.5">To do: {it.action}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

function StateIcon({ state }: { state: Check["state"] }) {
  const size = { size: 18, "aria-hidden": true } as const;
  if (state === "ok") return <CircleCheck {...size} className="mt-px shrink-0 text-good" />;
  if (state === "warning") return <CircleAlert {...size} className="mt-px shrink-0 text-warn" />;
  return <CircleX {...size} className="mt-px shrink-0 text-bad" />;
}
