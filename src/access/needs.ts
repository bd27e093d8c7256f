/** What a route demands of its caller. Every route declares it; one without does not compile. */
import type { AccountAction, NamespaceAction, RepositoryAction, SystemAction } from "./roles.ts";

/**
 * `public`: nothing, also of strangers. `anyone`: the same, but who calls is found out where they say it, as the answer depends
 * on it. Else the action on what the capture at `at` names, or on the registry as a whole.
 * `caller`: an account, whichever: the route is about the caller's own things. `isForCallers`: an account too, whatever is public.
 */
export type Needs =
  | { on: "public" }
  | { on: "anyone" }
  | { on: "caller" }
  | { on: "repository"; action: RepositoryAction; at: number; isForCallers?: true }
  | { on: "namespace"; action: NamespaceAction; at: number }
  | { on: "account"; action: AccountAction; at: number }
  | { on: "system"; action: SystemAction };

export const PUBLIC: Needs = { on: "public" };

export const ANYONE: Needs = { on: "anyone" };

export const CALLER: Needs = { on: "caller" };

export function onRepository(action: RepositoryAction, at = 0): Needs {
  return { on: "repository", action, at };
}

/** The action, and an account to do it with: what is public is not enough. */
export function onRepositoryByCaller(action: RepositoryAction, at = 0): Needs {
  return { on: "repository", action, at, isForCallers: true };
}

export function onNamespace(action: NamespaceAction, at = 0): Needs {
  return { on: "namespace", action, at };
}

export function onAccount(action: AccountAction, at = 0): Needs {
  return { on: "account", action, at };
}

export function onSystem(action: SystemAction): Needs {
  return { on: "system", action };
}
