/** What a login elsewhere sent the person back with: behind the #, where no server and no log sees it. */
import { SECOND_FACTORS } from "../../../src/auth/factor-kinds.ts";
import type { PendingStep } from "./pending-step.ts";

export type Arrival = {
  message: string | null;
  /** The second step that is still to be taken. */
  step: PendingStep | null;
  /** A free name, where the own one is taken. */
  name: string | null;
  /** A path of this server. */
  next: string | null;
};

/** Words of ours for what the server calls by a code: nothing that a stranger wrote is shown. */
const MESSAGES: Readonly<Record<string, string>> = {
  denied: "The sign-in was refused there, or this account may not sign in here.",
  expired: "That took too long, or was begun in another window. Try again.",
  conflict: "That login belongs to another account here already.",
  unavailable: "The other service cannot be asked at the moment. Try again shortly.",
};

export function readArrival(hash: string): Arrival {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const pending = values.get("pending");
  const given = (values.get("second_factor") ?? "").split(",");
  const error = values.get("error");
  return {
    message: error === null ? null : (MESSAGES[error] ?? "The sign-in did not work. Try again."),
    step: pending === null ? null : { pending, kinds: SECOND_FACTORS.filter((it) => given.includes(it)) },
    name: values.get("choose_name"),
    next: values.get("return_to"),
  };
}

/** The address if it is a path of this server, `/` otherwise: `//host` and `/\host` would lead elsewhere. */
export function ownPath(address: string | null | undefined): string {
  return address && /^\/(?![/\\])/.test(address) ? address : "/";
}

/** The code of a mailed link, null where there is none: `#code=…`, or all that stands behind the #. */
export function codeOf(hash: string): string | null {
  const text = hash.replace(/^#/, "");
  const code = text.includes("=") ? new URLSearchParams(text).get("code") : text;
  return code === "" ? null : code;
}
