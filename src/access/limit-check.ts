/** The seam through which plans refuse what a service is about to do; what figures there are is none of its business. */
import type { Transaction } from "../database/database.ts";

/**
 * Each is asked inside the transaction of the change, before it, when and only when the change would add one. It throws
 * DENIED with the figures, and holds a lock on the namespace until the transaction ends, so that of two the later one waits.
 */
export type LimitCheck = {
  /** Before a repository of the namespace becomes private: made so, changed to it, moved here or restored as such. */
  privateRepository: (trx: Transaction, namespaceId: number) => Promise<void>;
  /** Before an account becomes a member or owner of the organisation that is neither yet. */
  member: (trx: Transaction, namespaceId: number) => Promise<void>;
};

/** Where there are no plans. */
export const NO_LIMITS: LimitCheck = {
  privateRepository: () => Promise.resolve(),
  member: () => Promise.resolve(),
};
