/** Codes that are sent by e-mail: whoever shows one reads the mail of that address. Each is good for an hour and for one use. */
import type { Transaction, Queryable } from "../database/database.ts";
import * as queries from "./queries/mailed-codes.ts";
import { newSecretToken, parseSecretToken } from "./secret-token.ts";

export type CodePurpose = "verify" | "reset";
export type MailedCode = { accountId: number; email: string };

export const CODE_LIFE_MS = 3_600_000;

/** The code's text; those of the account for the same purpose from before are worth nothing from now on. */
export async function createCode(trx: Transaction, purpose: CodePurpose, code: MailedCode): Promise<string> {
  const { accountId, email } = code;
  const { text, hash } = newSecretToken("mail");
  await queries.deleteMailedCodesOf.run(trx, { accountId, mailPurpose: purpose });
  const expiresAt = Date.now() + CODE_LIFE_MS;
  await queries.insertMailedCode.run(trx, { codeHash: hash, accountId, mailPurpose: purpose, email, expiresAt });
  return text;
}

/** Whose code it is, without using it up; null when it is none, or no more. */
export async function peekCode(on: Queryable, purpose: CodePurpose, text: string): Promise<MailedCode | null> {
  const parsed = parseSecretToken(text);
  if (parsed?.kind !== "mail") return null;
  const row = await queries.findMailedCode.first(on, { codeHash: parsed.hash, mailPurpose: purpose, now: Date.now() });
  return row && { accountId: row.account_id, email: row.email };
}

/** The same, and it is used up. */
export async function useCode(trx: Transaction, purpose: CodePurpose, text: string): Promise<MailedCode | null> {
  const code = await peekCode(trx, purpose, text);
  const parsed = parseSecretToken(text);
  if (code === null || parsed === null) return null;
  return (await queries.deleteMailedCode.run(trx, { codeHash: parsed.hash })) > 0 ? code : null;
}

export async function expireCodes(trx: Transaction): Promise<void> {
  await queries.deleteExpiredMailedCodes.run(trx, { now: Date.now() });
}
