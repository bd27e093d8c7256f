/**
 * The seam for rules about pulls: each gate is asked when a manifest has been found and before it is served, and throws to
 * refuse it. `app.ts` lists them in the order in which they are asked. What is at hand is served in the same turn, so a gate
 * answers at once where it can.
 */
import type { Principal } from "../access/principal.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { StoredManifest } from "./manifests.ts";

export type Pull = {
  principal: Principal;
  repository: RepositoryName;
  manifest: StoredManifest;
  /** False when only headers are wanted (HEAD), or the client has the content already (304). */
  givesContent: boolean;
  /** Where the client is, as the nearest trusted proxy saw it. */
  address: string;
};

/** Headers that the answer is to carry; null for none. */
export type PullNotes = Readonly<Record<string, string>> | null;

export type PullGate = (pull: Pull) => PullNotes | Promise<PullNotes>;

export function passPullGates(gates: readonly PullGate[], pull: Pull): PullNotes | Promise<PullNotes> {
  let notes: PullNotes = null;
  for (const [index, gate] of gates.entries()) {
    const given = gate(pull);
    if (given instanceof Promise) return passLater(given, notes, gates.slice(index + 1), pull);
    notes = join(notes, given);
  }
  return notes;
}

async function passLater(
  waited: Promise<PullNotes>,
  before: PullNotes,
  rest: readonly PullGate[],
  pull: Pull,
): Promise<PullNotes> {
  const notes = join(before, await waited);
  return join(notes, await passPullGates(rest, pull));
}

function join(left: PullNotes, right: PullNotes): PullNotes {
  if (left === null || right === null) return left ?? right;
  return { ...left, ...right };
}
