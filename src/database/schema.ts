/**
 * The tables, as Kysely sees them. `schema.sql` beside this file is the same as SQLite prints it, for review.
 *
 *     namespaces ─< repositories ─┬< repository_blobs >─ blobs
 *                                 ├< manifests ─< manifest_references
 *                                 └< tags
 *     holds                       while one stands, the collector deletes no stored bytes
 *     scrub_rounds                how far the scrub of rows has come
 *     upload_sessions             by repository name: the repository is made by its first content
 *
 * Times are milliseconds since 1970. Digests are text (`sha256:…`). Names and tags sort by byte value.
 */
import type { Generated } from "kysely";
import type { AccessSchema, RoleName, Visibility } from "./schema-access.ts";
import type { AuditSchema } from "./schema-audit.ts";
import type { ImagesSchema } from "./schema-images.ts";
import type { LayersSchema } from "./schema-layers.ts";
import type { LimitsSchema } from "./schema-limits.ts";
import type { SearchSchema } from "./schema-search.ts";
import type { UsageSchema } from "./schema-usage.ts";

export interface Schema
  extends AccessSchema, AuditSchema, ImagesSchema, LayersSchema, LimitsSchema, SearchSchema, UsageSchema {
  namespaces: NamespaceTable;
  repositories: RepositoryTable;
  blobs: BlobTable;
  repository_blobs: RepositoryBlobTable;
  manifests: ManifestTable;
  manifest_references: ManifestReferenceTable;
  tags: TagTable;
  upload_sessions: UploadSessionTable;
  holds: HoldTable;
  scrub_rounds: ScrubRoundTable;
}

interface NamespaceTable {
  id: Generated<number>;
  name: string;
  created_at: number;
  kind: Generated<"user" | "organisation">;
  /** Whose own namespace it is. */
  account_id: number | null;
  display_name: Generated<string>;
  description: Generated<string>;
  /** What a repository that a push makes begins as. */
  default_visibility: Generated<Visibility>;
  /** 0 or 1: whether a push may make a repository here. */
  creates_on_push: Generated<number>;
  /** What every member may do in every repository of the organisation; null: what teams and grants say. */
  members_role: RoleName | null;
  is_verified_publisher: Generated<number>;
  plan: string | null;
  /** In the recycle bin since then. */
  deleted_at: number | null;
  deleted_by: string | null;
}

interface RepositoryTable {
  id: Generated<number>;
  namespace_id: number;
  /** Canonical full name. */
  name: string;
  created_at: number;
  visibility: Generated<Visibility>;
  description: Generated<string>;
  /** Markdown. */
  readme: Generated<string>;
  is_official: Generated<number>;
  star_count: Generated<number>;
  pull_count: Generated<number>;
  pushed_at: number | null;
  /** In the recycle bin since then: it answers nobody, and its name stays taken. */
  deleted_at: number | null;
  deleted_by: string | null;
}

/** Bytes, stored once whoever links them. At most one row a digest that is not being deleted. */
interface BlobTable {
  id: Generated<number>;
  digest: string;
  size_bytes: number;
  /** Where the bytes are in storage; null when they are in `content`. */
  storage_key: string | null;
  content: Uint8Array | null;
  /**
   * `damaged`: its stored bytes are missing or wrong; it is not served, and a push of the same digest heals it.
   * `deleting`: for nobody any more; its stored bytes go first, then the row.
   */
  state: "live" | "damaged" | "deleting";
  created_at: number;
  /** When its stored bytes were last seen to have its digest; hashed on the way in counts. */
  verified_at: number;
  /** Since when no repository links it; null while one does. A new link takes it back. */
  condemned_at: number | null;
}

/** A blob can be read in a repository only through its row here; a mount is a row. */
interface RepositoryBlobTable {
  blob_id: number;
  repository_id: number;
  created_at: number;
  /**
   * The link's lease: until then it stays even though no manifest of the repository names the blob. When that is over
   * the collector looks: null once a manifest names it, else the link goes. Set again when the last such manifest goes.
   */
  kept_until: number | null;
}

interface ManifestTable {
  id: Generated<number>;
  repository_id: number;
  digest: string;
  media_type: string;
  artifact_type: string | null;
  config_digest: string | null;
  subject_digest: string | null;
  /** JSON, kept apart from the content only where a subject makes the referrers API list them. */
  annotations: string | null;
  size_bytes: number;
  created_at: number;
  /** In the recycle bin since then, hidden from every read; a push of the same bytes or a restore takes it out. */
  deleted_at: number | null;
  deleted_by: string | null;
  /** The exact bytes that were pushed. */
  content: Uint8Array;
}

interface ManifestReferenceTable {
  manifest_id: number;
  repository_id: number;
  digest: string;
  kind: "config" | "layer" | "manifest";
}

/**
 * A tag's life, one row a digest that it pointed to. The current row has no `to_at`. `revision` grows by one with
 * each row of a name, because clocks jump.
 */
interface TagTable {
  repository_id: number;
  name: string;
  revision: number;
  digest: string;
  from_at: number;
  to_at: number | null;
  actor: string;
  /** On the latest row of a name: it ended because the tag was deleted, and lies in the recycle bin since then. */
  deleted_at: number | null;
  deleted_by: string | null;
}

interface UploadSessionTable {
  /** 128 random bits in hexadecimal. */
  id: string;
  repository_name: string;
  /** Who opened it; nobody else may see it. */
  principal: string;
  algorithm: "sha256" | "sha512";
  /** Bytes taken. They are in `content` while they are few, at `storage_key` when that is null. */
  offset_bytes: number;
  storage_key: string | null;
  content: Uint8Array | null;
  created_at: number;
  updated_at: number;
}

/** A promise to somebody who copies stored bytes: none is deleted before it ends or expires. */
interface HoldTable {
  id: string;
  reason: string;
  expires_at: number;
}

/** Bytes in rows are checked in the order of the rows' ids, once a round. */
interface ScrubRoundTable {
  id: "blobs" | "manifests";
  began_at: number;
  /** The last id that was checked in this round. */
  up_to: number;
}
