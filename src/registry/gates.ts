/**
 * The seam for rules that may refuse a change: each gate is asked inside the change's transaction and throws to stop it.
 * `app.ts` lists them in the order in which they are asked.
 */
import { RegistryError } from "../errors.ts";
import type { Transaction } from "../database/database.ts";
import type { Principal } from "../access/principal.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepositoryName, Tag } from "../oci/reference.ts";

type Where = { principal: Principal; repository: RepositoryName; repositoryId: number };

export type Change =
  | (Where & { kind: "blob-link"; digest: Digest; sizeBytes: number })
  | (Where & { kind: "blob-unlink"; digest: Digest })
  /** `isRestored`: it comes out of the recycle bin as it went there. `isTagged`: in this transaction a tag is pointed at it. */
  | (Where & { kind: "manifest-put"; digest: Digest; sizeBytes: number; isRestored?: boolean; isTagged?: boolean })
  | (Where & { kind: "manifest-delete"; digest: Digest })
  | (Where & { kind: "tag-put"; tag: Tag; digest: Digest; replaces: string | null; isRestored?: boolean })
  | (Where & { kind: "tag-delete"; tag: Tag; digest: string });

export type Gate = (trx: Transaction, change: Change) => Promise<void>;

export async function passGates(gates: readonly Gate[], trx: Transaction, change: Change): Promise<void> {
  for (const gate of gates) await gate(trx, change);
}

/** Refuses what `storage.delete.enabled: false` forbids. */
export const deletesDisabled: Gate = async (_trx, change) => {
  if (change.kind !== "blob-unlink" && change.kind !== "manifest-delete" && change.kind !== "tag-delete") return;
  throw new RegistryError("UNSUPPORTED", {
    message: "deleting is switched off on this registry (storage.delete.enabled is false)",
  });
};
