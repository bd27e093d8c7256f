/** What a route demands of its caller. Every route declares it; one without does not compile. */
import type { Action } from "./authorize.ts";

/**
 * `public`: nothing, also of strangers. `repository`: the action on the repository that the first capture names.
 * `system`: the action on the registry as a whole.
 */
export type Needs = { on: "public" } | { on: "repository"; action: Action } | { on: "system"; action: Action };

export const PUBLIC: Needs = { on: "public" };

export function onRepository(action: Action): Needs {
  return { on: "repository", action };
}

export function onSystem(action: Action): Needs {
  return { on: "system", action };
}
