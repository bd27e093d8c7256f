/** What everybody who looks at this instance should know: above all that anyone may do anything, where that is so. */
import { Link } from "@tanstack/react-router";
import { useSetup } from "../data/me.ts";

export function InstanceBanner() {
  const setup = useSetup();
  if (setup === undefined || setup.isClaimed) return null;
  return (
    <div className="border-b border-line bg-warn-tint text-sm text-warn">
      <p className="mx-auto max-w-6xl px-4 py-2 sm:px-6">
        This registry is open: whoever reaches it can push, pull and delete. Keep it so on your own machine, or{" "}
        <Link to="/setup" className="underline underline-offset-2">
          claim it
        </Link>{" "}
        to have accounts and private images.
      </p>
    </div>
  );
}
