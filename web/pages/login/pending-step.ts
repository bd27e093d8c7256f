import type { SecondFactorKind } from "../../../src/auth/factor-kinds.ts";

/** A sign-in whose second step is still to be taken: the server's sealed note, and what the account can show. */
export type PendingStep = { pending: string; kinds: readonly SecondFactorKind[] };
