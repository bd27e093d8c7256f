/**
 * What operator commands and the server say to each other over the server's Unix socket: a contract of its own, which is
 * no part of the hub API and stands in no document. Its addresses are the program's own business.
 */
import { accountsApi, tokensApi } from "./account-api.ts";
import { organisationsApi } from "./org-api.ts";
import { binApi, worksApi } from "./work-api.ts";

export type { BackupReport } from "../lifecycle/backup.ts";
export type { BinEntry } from "../lifecycle/bin.ts";
export type { DamagedBlob } from "../lifecycle/damages.ts";
export type { Finding } from "../lifecycle/finding.ts";
export type { FsckReport } from "../lifecycle/fsck.ts";
export type { Amount, GcReport } from "../lifecycle/gc-plan.ts";
export type { RestoreReport } from "../lifecycle/restore.ts";
export type { CreatedAccount, OperatorAccount, OperatorToken } from "./account-api.ts";
export type { Line, Progress, Restored, Step } from "./lines.ts";

/** What was taken out of the recycle bin, one way or the other. */
export type BinSum = { manifests: number; tags: number };

export const operatorApi = {
  works: worksApi,
  bin: binApi,
  accounts: accountsApi,
  tokens: tokensApi,
  organisations: organisationsApi,
};
