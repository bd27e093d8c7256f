/** Waits for a push and says so when it is there. */
import { useState } from "react";
import type { CallOptions } from "../../../src/contract/client.ts";
import { client } from "../../data/client.ts";
import { callOf, useRead } from "../../data/query.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { toRepository } from "../repository/address.ts";

const WATCH_MS = 2_000;

/** The server's own time: that of the person's machine may be wrong by more than a push takes. `visit`: read anew each time. */
const readClock = callOf("clock.get", async (_: { visit: string }, options?: CallOptions) => {
  const { headers, body } = await client.instance.get.raw(undefined, options);
  await body?.cancel();
  const date = Date.parse(headers.get("date") ?? "");
  return new Date(Number.isNaN(date) ? Date.now() : date).toISOString();
});

/** `namespace`: into it alone. */
export function PushWatch({ namespace }: { namespace?: string | undefined }) {
  const [visit] = useState(() => crypto.getRandomValues(new Uint32Array(2)).join("-"));
  const [since, setSince] = useState<string | null>(null);
  const clock = useRead(readClock, { visit }, { enabled: since === null });
  // The first answer counts, also when it is read again.
  if (since === null && clock.data !== undefined) setSince(clock.data);
  const watched = useRead(
    client.activity.newest,
    { query: { since: since ?? "", ...(namespace === undefined ? {} : { namespace }) } },
    { enabled: since !== null, again: { everyMs: WATCH_MS, until: ({ push }) => push !== null } },
  );
  const push = watched.data?.push ?? null;
  return (
    <div aria-live="polite">
      {push !== null ? (
        <Notice
          tone="good"
          title="It arrived"
          action={<ButtonLink {...toRepository(push.repository)}>Look at it</ButtonLink>}
        >
          <span className="code break-all">
            {push.repository}:{push.tag}
          </span>
          , pushed by {push.by}.
        </Notice>
      ) : watched.error === null ? (
        <p className="flex items-center gap-2 text-sm text-soft">
          <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent" />
          Waiting for a push{namespace === undefined ? "" : ` into ${namespace}`}…
        </p>
      ) : (
        <p className="text-sm text-soft">The server does not answer now. It is asked again as soon as it does.</p>
      )}
    </div>
  );
}
