/**
 * The gate that counts pulls and refuses what is too many. A pull is a GET of a manifest that is no index, by tag or digest,
 * so an image for several platforms counts once for each that is fetched; HEAD and blobs are free.
 */
import { RegistryError } from "../errors.ts";
import { manifestKind } from "../oci/media-types.ts";
import type { Pull, PullGate, PullNotes } from "../registry/pull-gates.ts";
import type { PlanFinder, Puller } from "./plan-finder.ts";
import type { PullCounter, Taken } from "./pull-counter.ts";

export function pullLimit({ finder, counter }: { finder: PlanFinder; counter: PullCounter }): PullGate {
  const check = (pull: Pull, puller: Puller): PullNotes | Promise<PullNotes> => {
    const { pulls: limit, pullWindowSeconds } = puller.plan;
    if (limit === null) return null;
    const isCounted = pull.givesContent && manifestKind(pull.manifest.mediaType) !== "index";
    const allowance = { limit, windowMs: pullWindowSeconds * 1_000 };
    const answer = (taken: Taken): PullNotes => {
      const notes = notesOf(puller, limit, taken);
      if (taken.isRefused) throw refusal(pull, puller, limit, taken, notes);
      return notes;
    };
    const taken = counter.take(puller.source, allowance, isCounted ? 1 : 0);
    return taken instanceof Promise ? taken.then(answer) : answer(taken);
  };

  return (pull) => {
    // Who may do everything because the file system says so is nobody's customer.
    if (pull.principal.kind === "operator") return null;
    const puller = finder.ofCaller(pull.principal, pull.address);
    return puller instanceof Promise ? puller.then((it) => check(pull, it)) : check(pull, puller);
  };
}

/** As Docker Hub writes them. */
function notesOf({ plan, shown }: Puller, limit: number, { remaining }: Taken): Readonly<Record<string, string>> {
  return {
    "ratelimit-limit": `${limit};w=${plan.pullWindowSeconds}`,
    "ratelimit-remaining": `${remaining};w=${plan.pullWindowSeconds}`,
    "docker-ratelimit-source": shown,
  };
}

function refusal(
  { principal }: Pull,
  { plan, shown }: Puller,
  limit: number,
  { endsInMs }: Taken,
  notes: PullNotes,
): RegistryError {
  const seconds = Math.max(1, Math.ceil(endsInMs / 1_000));
  const whose =
    principal.rights === null ? `address ${shown} without a login` : `plan ${plan.name} of ${principal.name}`;
  const advice =
    principal.rights === null
      ? "log in (docker login), which counts your pulls for your account, or try again"
      : "ask an administrator of this registry for another plan, or try again";
  const message = `you have reached the pull rate limit of ${whose}: ${limit} pulls in ${duration(plan.pullWindowSeconds)}; ${advice} in ${duration(seconds)}`;
  return new RegistryError("TOOMANYREQUESTS", {
    message,
    detail: { limit, windowSeconds: plan.pullWindowSeconds, source: shown },
    headers: { ...notes, "Retry-After": String(seconds) },
  });
}

function duration(seconds: number): string {
  if (seconds >= 7_200) return `${Math.ceil(seconds / 3_600)} hours`;
  if (seconds >= 120) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}
