/** Who looks at the pages. */
import { useQueryClient } from "@tanstack/react-query";
import { client } from "./client.ts";
import { isSignedOut } from "./problem.ts";
import { useRead } from "./query.ts";

type Session = Awaited<ReturnType<typeof client.session.get>>;

/** `undefined` while it is being asked, null for anonymous people. */
export function useMe(): Session["account"] | null | undefined {
  const { data, error } = useRead(client.session.get, undefined);
  if (data !== undefined && !isSignedOut(error)) return data.account;
  return error === null ? undefined : null;
}

/** What the instance is and allows, `undefined` while it is being asked. */
export function useInstance() {
  return useRead(client.instance.get, undefined).data;
}

export function useSetup() {
  return useRead(client.setup.get, undefined).data;
}

/** Everything is read anew as the person who is signed in now. */
export function useForgetEverything(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.resetQueries();
}
