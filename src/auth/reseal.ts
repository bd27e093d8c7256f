/**
 * After the secret key was changed: what the database keeps sealed is sealed with the new key, so that the old one can go. Sealed
 * texts that browsers hold for minutes are not meant; they end.
 */
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { Sealer, SealError } from "../lib/seal.ts";
import { readSecretKey, SecretKey, SecretKeyError } from "../lib/secret-key.ts";
import { purposeOf as purposeOfTotp } from "./factors/totp.ts";
import { listSigningKeys } from "./queries.ts";
import * as queries from "./queries/reseal.ts";
import { purposeOf as purposeOfSigningKey } from "./signing-keys.ts";

export type ResealParts = { database: Database; audit: AuditTrail; secretKey: SecretKey };

const PAGE = 500;

/** How many were sealed with another than the first key. All or none. Throws CONFLICT when one does not open, or there is no such file. */
export async function reseal(parts: ResealParts, by: Principal, oldKeyFile: string | null): Promise<number> {
  const { database, audit, secretKey } = parts;
  const old = oldKeyFile === null ? [] : (await readSecretKey(oldKeyFile).catch(unusable)).reveal();
  const sealer = new Sealer(new SecretKey([...secretKey.reveal(), ...old]));
  return await database.write(async (trx) => {
    const resealed = (await resealSigningKeys(trx, sealer)) + (await resealTotps(trx, sealer));
    const target = { kind: "registry", name: "registry" } as const;
    await audit.record(trx, { by, action: "registry.reseal", target, after: { resealed } });
    return resealed;
  });
}

async function resealSigningKeys(trx: Transaction, sealer: Sealer): Promise<number> {
  let resealed = 0;
  for (const { id, sealed_private_key: sealed } of await listSigningKeys.all(trx, {})) {
    const sealedKey = sealedAnew(sealer, sealed, purposeOfSigningKey(id), `the signing key ${id}`);
    if (sealedKey === null) continue;
    await queries.setSealedSigningKey.run(trx, { keyId: id, sealedKey });
    resealed += 1;
  }
  return resealed;
}

async function resealTotps(trx: Transaction, sealer: Sealer): Promise<number> {
  let resealed = 0;
  for (let after = 0; ;) {
    const rows = await queries.listSealedTotps.all(trx, { after, limit: PAGE });
    for (const { account_id: accountId, sealed_secret: sealed } of rows) {
      const what = `the authenticator app of account ${accountId}`;
      const sealedSecret = sealedAnew(sealer, sealed, purposeOfTotp(accountId), what);
      after = accountId;
      if (sealedSecret === null) continue;
      await queries.setSealedTotp.run(trx, { accountId, sealedSecret });
      resealed += 1;
    }
    if (rows.length < PAGE) return resealed;
  }
}

/** Null when there is nothing to do. */
function sealedAnew(sealer: Sealer, sealed: string, purpose: string, what: string): string | null {
  if (sealer.isOfFirstKey(sealed)) return null;
  try {
    return sealer.seal(sealer.open(sealed, purpose), purpose);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new RegistryError("CONFLICT", {
      message: `nothing was changed, for ${what} does not open: ${error.message}, or name a file that has it with --old-key`,
      cause: error,
    });
  }
}

function unusable(error: unknown): never {
  if (!(error instanceof SecretKeyError)) throw error;
  throw new RegistryError("CONFLICT", { message: `nothing was changed: ${error.message}`, cause: error });
}
