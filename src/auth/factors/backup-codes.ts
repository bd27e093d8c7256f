/**
 * Ten codes on paper, for the day on which the phone is lost: 80 random bits each, told once, kept as hashes, each good for one
 * login. Nobody can try 2^80 of them, so a fast hash will do.
 */
import type { Database, Queryable, Transaction } from "../../database/database.ts";
import * as queries from "../queries/factors.ts";
import { hashSecret } from "../secret-token.ts";

export const BACKUP_CODES = 10;
/** Crockford's base32: no letters that look like digits. Sixteen characters of five bits. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH = 16;
const CODE = /^[0-9a-hjkmnp-tv-z]{16}$/;
const GROUP = /.{4}(?=.)/g;

export class BackupCodes {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** New codes, as people read them; those before end. */
  async replace(trx: Transaction, accountId: number): Promise<string[]> {
    await queries.deleteBackupCodesOf.run(trx, { accountId });
    const codes = Array.from({ length: BACKUP_CODES }, newCode);
    const now = Date.now();
    for (const code of codes) await queries.insertBackupCode.run(trx, { accountId, codeHash: hashSecret(code), now });
    return codes.map((code) => code.replaceAll(GROUP, "$&-"));
  }

  /** Whether the code is one of the account's and was not used before; it is used up then. */
  async use(accountId: number, text: string): Promise<boolean> {
    const code = parseCode(text);
    if (code === null) return false;
    const codeHash = hashSecret(code);
    const now = Date.now();
    return (await this.#database.write((trx) => queries.useBackupCode.run(trx, { accountId, codeHash, now }))) > 0;
  }

  /** How many were not used yet. */
  async countLeft(accountId: number, on: Queryable = this.#database): Promise<number> {
    return (await queries.listBackupCodes.all(on, { accountId })).length;
  }

  async remove(trx: Transaction, accountId: number): Promise<void> {
    await queries.deleteBackupCodesOf.run(trx, { accountId });
  }
}

/** 32 divides 256: every character is as likely as every other. */
function newCode(): string {
  return [...crypto.getRandomValues(new Uint8Array(LENGTH))].map((byte) => ALPHABET.charAt(byte % 32)).join("");
}

/** As it was made, however it was typed; null for what cannot be a code. */
function parseCode(text: string): string | null {
  const code = text.toLowerCase().replaceAll(/[\s-]/g, "").replaceAll("o", "0").replaceAll(/[il]/g, "1");
  return CODE.test(code) ? code : null;
}
