/**
 * One-time codes of an authenticator app. Spec: RFC 6238 with what every app knows: SHA-1, six digits, 30 seconds.
 *
 * The secret is sealed in the database and told once, when it is made. A code counts for its time step and is used up with it:
 * the step is raised by one statement, so of a code that is sent a hundred times at once one is accepted (R24).
 */
import type { Database, Transaction } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import type { Sealer } from "../../lib/seal.ts";
import * as queries from "../queries/factors.ts";

const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
/** Steps before and after the current one that are taken, for clocks that go wrong and people who are slow. */
const WINDOW = 1;
/** Of a secret that nobody showed a code of. */
const CONFIRM_WITHIN_MS = 60 * 60_000;

export type NewTotp = {
  /** Base32, for those who cannot scan. */
  secret: string;
  /** `otpauth://totp/…` */
  uri: string;
  /** `uri` as a picture: an SVG document. */
  qrSvg: string;
};

/** A code that fits, and what it fits to. */
export type TotpMatch = { sealedSecret: string; step: number };

/** `now`: ms since 1970. */
export type TotpsParts = { database: Database; sealer: Sealer; now?: () => number };

export class Totps {
  readonly #parts: TotpsParts;

  constructor(parts: TotpsParts) {
    this.#parts = parts;
  }

  /** A secret to be confirmed. `issuer`: what the app calls this registry. Throws CONFLICT when there is a confirmed one. */
  async enrol(account: { id: number; name: string }, issuer: string): Promise<NewTotp> {
    const [{ Secret, TOTP }, { renderSVG }] = await Promise.all([import("otpauth"), import("uqr")]);
    const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    const sealedSecret = this.#parts.sealer.seal(bytes, purposeOf(account.id));
    const saved = await this.#parts.database.write((trx) =>
      queries.saveTotp.run(trx, { accountId: account.id, sealedSecret, now: this.#now() }),
    );
    if (saved === 0) {
      throw new RegistryError("CONFLICT", {
        message: "this account has an authenticator app already: remove it first to set up another one",
      });
    }
    const secret = new Secret({ buffer: bytes.buffer });
    const uri = new TOTP({ issuer, label: account.name, secret, period: STEP_SECONDS }).toString();
    return { secret: secret.base32, uri, qrSvg: renderSVG(uri, { ecc: "M", border: 4 }) };
  }

  /** What a first code confirms; null when it is wrong. Throws CONFLICT when there is nothing to confirm. */
  async matchFirst(accountId: number, code: string): Promise<TotpMatch | null> {
    const row = await queries.findTotp.first(this.#parts.database, { accountId });
    if (row === null || row.confirmed_at !== null || row.created_at < this.#now() - CONFIRM_WITHIN_MS) {
      throw nothingToConfirm();
    }
    return await this.#match(accountId, row.sealed_secret, code);
  }

  /** Throws CONFLICT when another secret has been made meanwhile, or this one was confirmed. */
  async confirm(trx: Transaction, accountId: number, { sealedSecret, step }: TotpMatch): Promise<void> {
    const confirmed = await queries.confirmTotp.run(trx, { accountId, sealedSecret, step, now: this.#now() });
    if (confirmed === 0) throw nothingToConfirm();
  }

  /** Whether the code is right and was not used before; it is used up then. */
  async use(accountId: number, code: string): Promise<boolean> {
    const { database } = this.#parts;
    const row = await queries.findTotp.first(database, { accountId });
    if (row === null || row.confirmed_at === null) return false;
    const match = await this.#match(accountId, row.sealed_secret, code);
    if (match === null) return false;
    return (await database.write((trx) => queries.useTotpStep.run(trx, { accountId, ...match }))) > 0;
  }

  /** When it was confirmed, in ms since 1970; null where there is none. */
  async confirmedAt(accountId: number): Promise<number | null> {
    return (await queries.findTotp.first(this.#parts.database, { accountId }))?.confirmed_at ?? null;
  }

  /** False when there was none. */
  async remove(trx: Transaction, accountId: number): Promise<boolean> {
    return (await queries.deleteTotp.run(trx, { accountId })) > 0;
  }

  async #match(accountId: number, sealedSecret: string, code: string): Promise<TotpMatch | null> {
    const token = code.replaceAll(" ", "");
    if (!/^[0-9]{6}$/.test(token)) return null;
    const { Secret, TOTP } = await import("otpauth");
    // A copy of its own: bytes that were opened may be a view of a larger buffer.
    const bytes = new Uint8Array(this.#parts.sealer.open(sealedSecret, purposeOf(accountId)));
    const timestamp = this.#now();
    const totp = new TOTP({ secret: new Secret({ buffer: bytes.buffer }), period: STEP_SECONDS });
    const delta = totp.validate({ token, timestamp, window: WINDOW });
    return delta === null ? null : { sealedSecret, step: Math.floor(timestamp / 1_000 / STEP_SECONDS) + delta };
  }

  #now(): number {
    return (this.#parts.now ?? Date.now)();
  }
}

export function purposeOf(accountId: number): string {
  return `totp:account:${accountId}`;
}

function nothingToConfirm(): RegistryError {
  return new RegistryError("CONFLICT", {
    message: "there is no authenticator app to confirm: begin setting it up anew",
  });
}
