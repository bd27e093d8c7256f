/** What operator commands need of the application's parts: no more of each than they use. */
import type { HandOver } from "../accounts/hand-over.ts";
import type { Members } from "../accounts/members.ts";
import type { Namespaces } from "../accounts/namespaces.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Administration } from "../auth/administration.ts";
import type { Reference, RepositoryName } from "../oci/reference.ts";
import type { Log } from "../telemetry/log.ts";
import type {
  BackupReport,
  BinEntry,
  BinSum,
  Finding,
  FsckReport,
  GcReport,
  Progress,
  Restored,
  RestoreReport,
} from "./api.ts";
import type { Works } from "./works.ts";

export type Collecting = {
  /** What a pass would do now; `graceMs` instead of the configured grace. */
  plan(options: { graceMs?: number }): Promise<GcReport>;
  /** One pass; `graceMs` instead of the configured grace. */
  run(options: { graceMs?: number }): Promise<GcReport>;
};

export type Binned = {
  list(options: {
    repository?: RepositoryName;
    after?: string;
    limit: number;
  }): Promise<{ entries: BinEntry[]; next: string | null }>;
  /** Throws MANIFEST_UNKNOWN or NAME_UNKNOWN when it is not in the bin. */
  restore(principal: Principal, repository: RepositoryName, reference: Reference): Promise<Restored>;
  /** Without a repository: everything. */
  empty(options: { repository?: RepositoryName; reference?: Reference }): Promise<BinSum>;
};

export type Checking = {
  run(options: {
    repair: boolean;
    /** Whether stored bytes are read and hashed, or only looked for. */
    readBytes: boolean;
    signal: AbortSignal;
    /** May be waited for: whoever reads the findings may be slower than whoever finds them. */
    onFinding: (finding: Finding) => Promise<void>;
  }): Promise<FsckReport>;
};

export type BackingUp = {
  run(options: {
    /** Absolute. */
    directory: string;
    verify: boolean;
    signal: AbortSignal;
    onProgress: (progress: Progress) => void;
  }): Promise<BackupReport>;
};

export type Restoring = {
  run(options: {
    from: { directory: string; archive?: string } | { snapshot: string };
    principal: Principal;
    /** Of this repository alone. */
    repository?: RepositoryName;
    /** Whether tags that point elsewhere by now are moved back. */
    overwriteTags: boolean;
    signal: AbortSignal;
    onProgress: (progress: Progress) => void;
  }): Promise<RestoreReport>;
};

export type Indexing = {
  /** The number of repositories that were looked at. Throws an AbortError. */
  rebuild(signal: AbortSignal, onProgress: (repositories: number) => void): Promise<number>;
};

/** By name; what is not there throws NAME_UNKNOWN. */
export type Administering = Pick<
  Administration,
  | "createAdministrator"
  | "createAccount"
  | "setPassword"
  | "setDisabled"
  | "setSystemRole"
  | "revokeAll"
  | "resetFactors"
  | "reseal"
  | "find"
  | "list"
  | "listTokens"
  | "createToken"
  | "revokeToken"
>;

/** What is not there throws NOT_FOUND. */
export type Organising = {
  namespaces: Pick<Namespaces, "list" | "get" | "create">;
  members: Pick<Members, "list" | "put" | "remove">;
  handOver: Pick<HandOver, "give">;
};

/** A part that is null has no routes. */
export type OperatorParts = {
  collector: Collecting | null;
  bin: Binned | null;
  fsck: Checking | null;
  backup: BackingUp | null;
  restore: Restoring | null;
  indexer: Indexing | null;
  accounts: Administering | null;
  organisations: Organising | null;
  /** Null where there is no log yet that one could write to. */
  audit: Pick<AuditTrail, "write" | "note"> | null;
  works: Works;
  log: Log;
  /** Whether nothing may change (storage.readonly). */
  readonly: boolean;
};
