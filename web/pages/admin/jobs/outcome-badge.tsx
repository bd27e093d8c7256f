/** How a run went. */
import { Badge, type Tone } from "../../../ui/badge.tsx";
import type { Run } from "./use-run.ts";

const TONES: Readonly<Record<Run["outcome"], Tone>> = {
  running: "accent",
  done: "good",
  failed: "bad",
  interrupted: "warn",
};

export function OutcomeBadge({ outcome }: { outcome: Run["outcome"] }) {
  return <Badge tone={TONES[outcome]}>{outcome}</Badge>;
}
