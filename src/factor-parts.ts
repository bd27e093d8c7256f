/** Part of the composition root: second factors. */
import { BackupCodes } from "./auth/factors/backup-codes.ts";
import { Challenges } from "./auth/factors/challenges.ts";
import { Passkeys } from "./auth/factors/passkeys.ts";
import { SecondFactors, type SecondFactorsParts } from "./auth/factors/second-factors.ts";
import { Totps } from "./auth/factors/totp.ts";
import type { Sealer } from "./lib/seal.ts";
import type { Log } from "./telemetry/log.ts";

export type FactorParts = { factors: SecondFactors; passkeys: Passkeys; totps: Totps };

type Made = "totps" | "passkeys" | "backupCodes";

export function openFactors(parts: Omit<SecondFactorsParts, Made> & { sealer: Sealer; log: Log }): FactorParts {
  const { database, sealer, log } = parts;
  const totps = new Totps({ database, sealer });
  const passkeys = new Passkeys({ database, challenges: new Challenges({ sealer }), log });
  const factors = new SecondFactors({ ...parts, totps, passkeys, backupCodes: new BackupCodes(database) });
  return { factors, passkeys, totps };
}
