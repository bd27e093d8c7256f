/**
 * What a passkey has to sign. A challenge is a sealed text that says until when it holds and is of use for one purpose, such as one
 * pending login or one session: no node has to remember those that it gave out. Those that were used are remembered, in rows.
 */
import type { Transaction } from "../../database/database.ts";
import { SealError, type Sealer } from "../../lib/seal.ts";
import { randomHex } from "../../lib/random.ts";
import * as queries from "../queries/factors.ts";
import { hashSecret } from "../secret-token.ts";

/** Below the quarter of an hour for which rows of `throttles` are kept at least. */
export const CHALLENGE_MS = 5 * 60_000;
const NONCE_BYTES = 16;
const MAX_LENGTH = 1_024;

export type ChallengesParts = { sealer: Sealer; now?: () => number };

export class Challenges {
  readonly #parts: ChallengesParts;

  constructor(parts: ChallengesParts) {
    this.#parts = parts;
  }

  /** In base64url, as WebAuthn's JSON has it. */
  issue(purpose: string): string {
    const plain = `${this.#now() + CHALLENGE_MS} ${randomHex(NONCE_BYTES)}`;
    return Buffer.from(this.#parts.sealer.seal(plain, purposeOf(purpose))).toString("base64url");
  }

  /** Whether it was issued for this purpose and still holds. It may have been used: `spend` tells. */
  isValid(challenge: string, purpose: string): boolean {
    if (challenge.length > MAX_LENGTH) return false;
    const sealed = Buffer.from(challenge, "base64url");
    // Only the text that was issued, not another one of the same bytes: it would be spent apart.
    if (sealed.toString("base64url") !== challenge) return false;
    try {
      const plain = Buffer.from(this.#parts.sealer.open(sealed.toString(), purposeOf(purpose))).toString();
      return Number.parseInt(plain, 10) > this.#now();
    } catch (error) {
      if (error instanceof SealError) return false;
      throw error;
    }
  }

  /** True once, on whichever node, whatever is asked at the same time. */
  async spend(trx: Transaction, challenge: string): Promise<boolean> {
    const key = `challenge:${hashSecret(challenge)}`;
    return (await queries.insertSpent.run(trx, { key, now: this.#now() })) > 0;
  }

  #now(): number {
    return (this.#parts.now ?? Date.now)();
  }
}

function purposeOf(purpose: string): string {
  return `passkey:${purpose}`;
}
