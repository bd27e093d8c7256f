/** What fsck says, and how: the words for people, and what one run of it carries along. */
import type { Database } from "../database/database.ts";
import type { ContentCache } from "../registry/content-cache.ts";
import type { Storage } from "../storage/storage.ts";
import type { Orphans } from "./orphans.ts";
import type { StoredBlobs } from "./stored-blobs.ts";

export type FindingKind =
  | "database"
  | "blob-missing"
  | "blob-size"
  | "blob-bytes"
  | "blob-unreadable"
  | "blob-quarantined"
  | "blob-deleting"
  | "blob-forgotten"
  | "manifest-bytes"
  | "manifest-rows"
  | "manifest-reference"
  | "tag-without-manifest"
  | "upload-without-file"
  | "file-without-row"
  | "files-without-rows";

export type Finding = {
  kind: FindingKind;
  /** What it is about: a digest, a tag's full name, a storage key, an upload's id. */
  subject: string;
  message: string;
  /** What a repair does; null when it can do nothing, and then the message says what the operator should do. */
  repair: string | null;
  repaired: boolean;
};

export type FsckCounts = {
  blobs: number;
  manifests: number;
  tags: number;
  uploads: number;
  files: number;
  /** Stored bytes that were read and hashed. */
  bytesRead: number;
};

export type FsckParts = {
  database: Database;
  storage: Storage;
  cache: ContentCache;
  storedBlobs: StoredBlobs;
  orphans: Orphans;
  /** Milliseconds between a suspicion and the look that confirms it. */
  confirmAfterMs?: number;
};

export type FsckRun = {
  readonly parts: FsckParts;
  readonly repair: boolean;
  readonly readBytes: boolean;
  readonly signal: AbortSignal;
  readonly checked: FsckCounts;
  /** Reports a finding, after `fix` was tried where this run repairs; `fix` gives whether it did. */
  found(finding: Omit<Finding, "repaired">, fix?: () => Promise<boolean>): Promise<void>;
  /** Lets others have their turn, and throws when the run was given up. */
  rest(): Promise<void>;
  /** Waits before a suspicion is looked at again. */
  doubt(): Promise<void>;
};
