/** What everybody who looks at this instance should know: that anyone may do anything, or that others can read along. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client } from "../data/client.ts";
import { useSetup } from "../data/me.ts";
import { useRead } from "../data/query.ts";

export function InstanceBanner() {
  const setup = useSetup();
  const instance = useRead(client.instance.get, undefined).data;
  return (
    <>
      {setup?.isClaimed === false && (
        <Banner>
          This registry is open: whoever reaches it can push, pull and delete. Keep it so on your own machine, or{" "}
          <Link to="/setup" className="underline underline-offset-2">
            claim it
          </Link>{" "}
          to have accounts and private images.
        </Banner>
      )}
      {instance?.isSignInExposed === true && (
        <Banner>
          This connection is not encrypted: whoever listens on the way can read passwords and take sessions over. The
          administrator allowed it (<span className="code">http.insecureSessions</span>) for a network that is trusted.
        </Banner>
      )}
    </>
  );
}

function Banner({ children }: { children: ReactNode }) {
  return (
    <div className="border-b border-line bg-warn-tint text-sm text-warn">
      <p className="mx-auto max-w-6xl px-4 py-2 sm:px-6">{children}</p>
    </div>
  );
}
