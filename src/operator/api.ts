/**
 * What operator commands and the server say to each other, as JSON, over the server's Unix socket. Times are ms since
 * 1970, sizes bytes.
 *
 *     POST /api/v1/gc            {dryRun, now}                      lines, the last with a GcReport
 *     GET  /api/v1/bin           ?repository=&after=&limit=         a BinPage
 *     POST /api/v1/bin/restore   {repository, reference}            lines: what came back, the last with a BinRestored
 *     POST /api/v1/bin/empty     {repository, reference} or {all}   lines, the last with a BinEmptied
 *     POST /api/v1/fsck          {repair, readBytes}                lines: findings, the last with a FsckReport
 *     POST /api/v1/backup        {directory, verify}                lines: progress, the last with a BackupReport
 *     POST /api/v1/restore       {directory} or {snapshot}          lines: progress, the last with a RestoreReport
 *     GET  /api/v1/accounts          ?prefix=&after=&limit=     an AccountPage
 *     GET  /api/v1/account           ?name=                     an OperatorAccount
 *     POST /api/v1/account/create    {name, isAdministrator, password?, email?}   a CreatedAccount
 *     POST /api/v1/account/password  {name, password?}          a CreatedAccount
 *     POST /api/v1/account/change    {name, isDisabled?, systemRole?}             an OperatorAccount
 *     POST /api/v1/account/revoke    {name}                     an OperatorAccount, its credentials but the password gone
 *     GET  /api/v1/tokens            ?name=&after=&limit=       a TokenPage
 *     POST /api/v1/token/create      {account, name, scopes, expiresAt}           {id, text}
 *     POST /api/v1/token/revoke      {account, id}              {id}
 *
 * Lines are one JSON object each (`Line`), empty ones in between when there is nothing to say for a while.
 */
import { z } from "zod";
import { SCOPE_ACTIONS, type Scope } from "../access/ceiling.ts";
import type { SystemRole } from "../access/roles.ts";
import type { BinEntry } from "../lifecycle/bin.ts";
import type { Finding } from "../lifecycle/finding.ts";
import { isMailAddress } from "../mail/address.ts";

export type { BackupReport } from "../lifecycle/backup.ts";
export type { BinEntry } from "../lifecycle/bin.ts";
export type { DamagedBlob } from "../lifecycle/damages.ts";
export type { Finding } from "../lifecycle/finding.ts";
export type { FsckReport } from "../lifecycle/fsck.ts";
export type { Amount, GcReport } from "../lifecycle/gc-plan.ts";
export type { RestoreReport } from "../lifecycle/restore.ts";

const repository = z.string().max(300);
const reference = z.string().max(300);
const directory = z.string().startsWith("/", "must be an absolute path").max(4_096);

/** `now`: without the grace that the bytes of condemned blobs have. */
export const gcBody = z.strictObject({ dryRun: z.boolean().default(false), now: z.boolean().default(false) });
/** Without a reference: everything of the repository that is in the bin. */
export const binRestoreBody = z.strictObject({ repository, reference: reference.optional() });
/** One of `repository` and `all` is needed, so that nothing is emptied by leaving something out. */
export const binEmptyBody = z
  .strictObject({ repository: repository.optional(), reference: reference.optional(), all: z.boolean().default(false) })
  .refine((it) => it.all !== (it.repository !== undefined), "needs either a repository or all: true")
  .refine((it) => it.reference === undefined || it.repository !== undefined, "a reference needs its repository");
export const fsckBody = z.strictObject({ repair: z.boolean().default(false), readBytes: z.boolean().default(true) });
/** `verify`: what the directory has already is hashed again. */
export const backupBody = z.strictObject({ directory, verify: z.boolean().default(false) });
/** `archive`: a file of DIRECTORY/rows, the newest unless given. `repository`, `overwriteTags`: of a server with content. */
export const restoreBody = z
  .strictObject({
    directory: directory.optional(),
    archive: z.string().max(300).optional(),
    snapshot: z.string().max(300).optional(),
    repository: repository.optional(),
    overwriteTags: z.boolean().default(false),
  })
  .refine((it) => (it.directory === undefined) !== (it.snapshot === undefined), "needs a directory or a snapshot")
  .refine((it) => it.archive === undefined || it.directory !== undefined, "an archive needs its directory");

const accountName = z.string().min(1).max(300);
/** Without one, one is made up and told. */
const password = z.string().max(8_192).optional();

export const accountBody = z.strictObject({ name: accountName });
export const newAccountBody = z.strictObject({
  name: accountName,
  isAdministrator: z.boolean(),
  password,
  email: z.string().max(254).refine(isMailAddress, "must be an e-mail address").optional(),
});
export const accountPasswordBody = z.strictObject({ name: accountName, password });
export const accountPatchBody = z.strictObject({
  name: accountName,
  isDisabled: z.boolean().optional(),
  systemRole: z.enum(["none", "auditor", "administrator"]).optional(),
});
/** Without scopes: all that the account may do. */
export const newTokenBody = z.strictObject({
  account: accountName,
  name: z.string().min(1).max(100),
  scopes: z
    .array(z.strictObject({ actions: z.array(z.enum(SCOPE_ACTIONS)).min(1).max(4), pattern: z.string().max(255) }))
    .min(1)
    .max(50)
    .nullable(),
  expiresAt: z.int().nullable(),
});
export const tokenRevokeBody = z.strictObject({ account: accountName, id: z.int() });

export type OperatorAccount = {
  id: number;
  kind: "person" | "robot";
  name: string;
  displayName: string;
  email: string | null;
  isEmailVerified: boolean;
  systemRole: SystemRole;
  isDisabled: boolean;
  createdAt: number;
  lastLoginAt: number | null;
};

export type AccountPage = { accounts: OperatorAccount[]; next: string | null };

/** `password`: the one that was made up. `hasClaimed`: whether the registry was nobody's until now. */
export type CreatedAccount = { account: OperatorAccount; password: string | null; hasClaimed?: boolean };

export type OperatorToken = {
  id: number;
  kind: "personal" | "robot" | "refresh";
  name: string;
  hint: string;
  scopes: readonly Scope[] | null;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  lastUsedAddress: string | null;
};

export type TokenPage = { tokens: OperatorToken[]; next: string | null };

/** `next` is what `after` must be for the page behind this one; null at the end. */
export type BinPage = { entries: BinEntry[]; next: string | null };

/** A manifest that is there again, and the tags that point to it again. */
export type Restored = { digest: string; tags: string[] };

export type BinRestored = { manifests: number; tags: number };

export type BinEmptied = { manifests: number; tags: number };

/** `done` of `total` things of a phase; `bytes` copied so far. */
export type Progress = { phase: string; done: number; total: number | null; bytes: number };

export type Line =
  | { event: "progress"; progress: Progress }
  | { event: "finding"; finding: Finding }
  | { event: "restored"; restored: Restored }
  | { event: "done"; result: unknown }
  | { event: "failed"; code: string; message: string };
