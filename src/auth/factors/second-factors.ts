/**
 * What an account has beside its password, as one thing: which factors there are, whether one that is shown is right, and what
 * follows when the first is added and the last removed.
 *
 *     the first    ten backup codes; what rests on the password alone ends: other sessions, refresh tokens, the secret of this one
 *     the last     the backup codes go with it
 *
 * Every change holds the account's row, so that two at once cannot both be the first.
 */
import type { Access } from "../../access/access.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import type { AuditEvent } from "../../audit/event.ts";
import type { Database, Transaction } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import type { SecondFactorKind } from "../factor-kinds.ts";
import * as queries from "../queries/factors.ts";
import type { BrowserSessions, NewSession, SessionClient } from "../sessions.ts";
import type { Throttle } from "../throttle.ts";
import type { Tokens } from "../tokens.ts";
import type { BackupCodes } from "./backup-codes.ts";
import type { Assertion, NewPasskey, Passkey, Passkeys } from "./passkeys.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { Totps } from "./totp.ts";

/** `purpose`: what the passkey's challenge was issued for. */
export type ShownFactor =
  | { kind: "totp"; code: string }
  | { kind: "backup-code"; code: string }
  | { kind: "passkey"; assertion: Assertion; purpose: string; relyingParty: RelyingParty };

export type FactorList = {
  /** When the authenticator app was confirmed, in ms since 1970; null without one. */
  totpSince: number | null;
  passkeys: Passkey[];
  backupCodesLeft: number;
};

/** Who changes their own factors: the session that it is done in goes on. `by` is for the audit log. */
export type Changer = {
  accountId: number;
  name: string;
  sessionId: number;
  client: SessionClient;
  by: AuditEvent["by"];
};

/** What follows when the first factor was added: codes to be told once, and the session under a new secret. */
export type Begun = { backupCodes: string[]; session: NewSession | null };

type Owner = Pick<Changer, "accountId" | "name" | "by">;

export type SecondFactorsParts = {
  database: Database;
  access: Access;
  throttle: Throttle;
  totps: Totps;
  passkeys: Passkeys;
  backupCodes: BackupCodes;
  sessions: BrowserSessions;
  tokens: Tokens;
  audit: Pick<AuditTrail, "record">;
};

export class SecondFactors {
  readonly #parts: SecondFactorsParts;

  constructor(parts: SecondFactorsParts) {
    this.#parts = parts;
  }

  /** What may be asked for at a login; empty when the account has no second factor. */
  async kinds(accountId: number): Promise<SecondFactorKind[]> {
    const { totpSince, passkeys, backupCodesLeft } = await this.list(accountId);
    const kinds: SecondFactorKind[] = [];
    if (totpSince !== null) kinds.push("totp");
    if (passkeys.length > 0) kinds.push("passkey");
    if (kinds.length > 0 && backupCodesLeft > 0) kinds.push("backup-code");
    return kinds;
  }

  async list(accountId: number): Promise<FactorList> {
    const { totps, passkeys, backupCodes } = this.#parts;
    return {
      totpSince: await totps.confirmedAt(accountId),
      passkeys: await passkeys.list(accountId),
      backupCodesLeft: await backupCodes.countLeft(accountId),
    };
  }

  /**
   * Whether what is shown is the account's, and was not used before; it is used up then. Throws TOOMANYREQUESTS when too many were
   * wrong, counted apart from passwords.
   */
  async verify(accountId: number, shown: ShownFactor): Promise<boolean> {
    const keys = [["second-factor", accountId]] as const;
    await this.#parts.throttle.begin(keys);
    const isRight = await this.#isRight(accountId, shown);
    if (isRight) await this.#parts.throttle.succeed(keys);
    return isRight;
  }

  /** What follows when it is the first factor, else null. Throws REQUEST_INVALID for a wrong code, CONFLICT. */
  async confirmTotp(changer: Changer, code: string): Promise<Begun | null> {
    const { totps } = this.#parts;
    const match = await totps.matchFirst(changer.accountId, code);
    if (match === null) {
      throw new RegistryError("REQUEST_INVALID", {
        message: "this is not the code that the app should show now: is the clock of the device right?",
      });
    }
    return await this.#change(changer, "add", async (trx) => {
      const isFirst = await this.#hasNone(trx, changer.accountId);
      await totps.confirm(trx, changer.accountId, match);
      return { value: isFirst ? await this.#begin(trx, changer) : null, changed: { factor: "authenticator app" } };
    });
  }

  /** As `confirmTotp`, with what `Passkeys.add` throws. */
  async addPasskey(
    changer: Changer,
    made: NewPasskey,
    name: string,
  ): Promise<{ passkey: Passkey; begun: Begun | null }> {
    return await this.#change(changer, "add", async (trx) => {
      const isFirst = await this.#hasNone(trx, changer.accountId);
      const passkey = await this.#parts.passkeys.add(trx, changer.accountId, made, name);
      const begun = isFirst ? await this.#begin(trx, changer) : null;
      return { value: { passkey, begun }, changed: { factor: "passkey", name } };
    });
  }

  /** False when there was none. */
  async removeTotp(owner: Owner): Promise<boolean> {
    return await this.#change(owner, "remove", async (trx) => {
      const isRemoved = await this.#parts.totps.remove(trx, owner.accountId);
      await this.#endIfNone(trx, owner.accountId);
      return { value: isRemoved, changed: isRemoved ? { factor: "authenticator app" } : null };
    });
  }

  /** False when the account has no such passkey. */
  async renamePasskey(owner: Owner, passkeyId: number, name: string): Promise<boolean> {
    return await this.#change(owner, "rename", async (trx) => {
      const isRenamed = await this.#parts.passkeys.rename(trx, owner.accountId, passkeyId, name);
      return { value: isRenamed, changed: isRenamed ? { factor: "passkey", name } : null };
    });
  }

  /** False when the account has no such passkey. */
  async removePasskey(owner: Owner, passkeyId: number): Promise<boolean> {
    return await this.#change(owner, "remove", async (trx) => {
      const isRemoved = await this.#parts.passkeys.remove(trx, owner.accountId, passkeyId);
      await this.#endIfNone(trx, owner.accountId);
      return { value: isRemoved, changed: isRemoved ? { factor: "passkey" } : null };
    });
  }

  /** New backup codes in place of those before. Throws CONFLICT when there is no factor that they would be for. */
  async replaceBackupCodes(owner: Owner): Promise<string[]> {
    return await this.#change(owner, "replace", async (trx) => {
      if (await this.#hasNone(trx, owner.accountId)) {
        throw new RegistryError("CONFLICT", {
          message: "backup codes stand in for a second factor: set up an authenticator app or a passkey first",
        });
      }
      const value = await this.#parts.backupCodes.replace(trx, owner.accountId);
      return { value, changed: { factor: "backup codes" } };
    });
  }

  /** For whoever lost their devices: all factors, sessions and refresh tokens of the account end. False when it had no factor. */
  async removeAll(owner: Owner): Promise<boolean> {
    const { totps, passkeys, sessions, tokens } = this.#parts;
    const { accountId } = owner;
    return await this.#change(owner, "remove", async (trx) => {
      const hadTotp = await totps.remove(trx, accountId);
      const hadPasskeys = await passkeys.removeAll(trx, accountId);
      if (!hadTotp && !hadPasskeys) return { value: false, changed: null };
      await this.#endIfNone(trx, accountId);
      await sessions.revokeAll(trx, accountId);
      await tokens.revokeAll(trx, accountId, "refresh");
      return { value: true, changed: { factor: "all" } };
    });
  }

  async #isRight(accountId: number, shown: ShownFactor): Promise<boolean> {
    const { totps, passkeys, backupCodes } = this.#parts;
    if (shown.kind === "totp") return await totps.use(accountId, shown.code);
    if (shown.kind === "backup-code") return await backupCodes.use(accountId, shown.code);
    const { assertion, purpose, relyingParty } = shown;
    return (await passkeys.use(assertion, { purpose, accountId, relyingParty })) !== null;
  }

  async #change<T>(
    { accountId, name, by }: Owner,
    verb: string,
    work: (trx: Transaction) => Promise<{ value: T; changed: Record<string, string> | null }>,
  ): Promise<T> {
    const { database, access, audit } = this.#parts;
    return await database.write(async (trx) => {
      await queries.lockAccount.first(trx, { accountId });
      const { value, changed } = await work(trx);
      if (changed === null) return value;
      access.changes(trx);
      const target = { kind: "factor", name, id: accountId } as const;
      await audit.record(trx, {
        by,
        action: `factor.${verb}`,
        target,
        ...(verb === "remove" ? { before: changed } : { after: changed }),
      });
      return value;
    });
  }

  async #hasNone(trx: Transaction, accountId: number): Promise<boolean> {
    const totp = await queries.findTotp.first(trx, { accountId });
    if (totp !== null && totp.confirmed_at !== null) return false;
    return (await this.#parts.passkeys.list(accountId, trx)).length === 0;
  }

  async #begin(trx: Transaction, { accountId, sessionId, client }: Changer): Promise<Begun> {
    const { sessions, tokens, backupCodes } = this.#parts;
    await sessions.revokeOthers(trx, accountId, sessionId);
    await tokens.revokeAll(trx, accountId, "refresh");
    const session = await sessions.renew(trx, { id: sessionId, accountId }, client);
    return { backupCodes: await backupCodes.replace(trx, accountId), session };
  }

  async #endIfNone(trx: Transaction, accountId: number): Promise<void> {
    if (await this.#hasNone(trx, accountId)) await this.#parts.backupCodes.remove(trx, accountId);
  }
}
