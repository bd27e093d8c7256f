/** Who looks at the pages. */
import { useQueryClient } from "@tanstack/react-query";
import type { CallOptions } from "../../src/contract/client.ts";
import { client } from "./client.ts";
import { isSignedOut } from "./problem.ts";
import { callOf, useRead } from "./query.ts";

type Session = Awaited<ReturnType<typeof client.session.get>>;

/** That nobody is signed in is an answer too: as an error it would be asked for again by every part of a page. */
const readSession = callOf("session.who", async (_: undefined, options?: CallOptions): Promise<Session | null> => {
  try {
    return await client.session.get(undefined, options);
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
});

/** `undefined` while it is being asked, null for anonymous people, and where the server cannot say. */
export function useSession(): Session | null | undefined {
  const { data, error } = useRead(readSession, undefined);
  return data === undefined && error !== null ? null : data;
}

/** `undefined` while it is being asked, null for anonymous people. */
export function useMe(): Session["account"] | null | undefined {
  const session = useSession();
  return session === null ? null : session?.account;
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
