/** What everybody who looks at this instance should know: who may do what without an account, or that others can read along. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useInstance } from "../data/me.ts";

export function InstanceBanner() {
  const instance = useInstance();
  if (instance === undefined) return null;
  const { isClaimed, isOpen, isOpenTo, isReadOnly, isSignInExposed } = instance;
  const claim = (
    <Link to="/setup" className="underline underline-offset-2">
      claim it
    </Link>
  );
  return (
    <>
      {!isClaimed && isOpen && isOpenTo === "everyone" && (
        <Banner>
          This registry is open: whoever reaches it can push, pull and delete. Keep it so on a network that you trust,
          or {claim} to have accounts and private images.
        </Banner>
      )}
      {!isClaimed && isOpen && isOpenTo !== "everyone" && (
        <Banner>
          This registry is open to this machine alone: whoever uses it can push, pull and delete, and nobody elsewhere
          can. Keep it so, or {claim} to have accounts and private images.
        </Banner>
      )}
      {!isClaimed && !isOpen && (
        <Banner>
          This registry has no administrator yet, and lets nobody in from here. Whoever runs it has to {claim} first.
        </Banner>
      )}
      {isReadOnly && <Banner>This registry is read-only now: pulls work, and nothing can be pushed or changed.</Banner>}
      {isSignInExposed && (
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
    <aside aria-label="About this registry" className="border-b border-line bg-warn-tint text-sm text-warn">
      <p className="mx-auto max-w-6xl px-4 py-2 sm:px-6">{children}</p>
    </aside>
  );
}
