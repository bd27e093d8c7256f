/** Every statement on tags as a repository's page lists them. Lists are JSON texts. */
import { sql } from "kysely";
import { statement, type StatementBuilder } from "../../database/statement.ts";
import { BUNDLE_SIGNS } from "../kind.ts";

/** Answered by an index alone. */
export const listTagNames = statement<{ repositoryId: number; afterName: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where("name", ">", p.afterName)
    .orderBy("name")
    .limit(p.limit),
);

/** Answered by an index alone: the last to be pushed first. */
export const listRecentTagNames = statement<{
  repositoryId: number;
  beforeAt: number;
  beforeName: string;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select(["name", "from_at"])
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where(sql<boolean>`(from_at, name) < (${p.beforeAt}, ${p.beforeName})`)
    .orderBy("from_at", "desc")
    .orderBy("name", "desc")
    .limit(p.limit),
);

/** Manifests with what is known of them. */
export const SHOWN = [
  "manifests.id",
  "manifests.digest",
  "manifests.media_type",
  "manifests.artifact_type",
  "manifests.config_digest",
  "manifests.size_bytes",
  "manifests.created_at",
  "manifest_facts.version",
  "manifest_facts.kind",
  "manifest_facts.size_bytes as whole_bytes",
  "manifest_facts.platforms",
  "manifest_facts.is_complete",
  "manifest_facts.computed_at",
  "manifest_pulls.pulls",
  "manifest_pulls.last_at",
] as const;

export const listTagsShown = statement<{ repositoryId: number; names: string }>()((p, { db, inList }) =>
  db
    .selectFrom("tags")
    .innerJoin("manifests", (join) =>
      join.onRef("manifests.repository_id", "=", "tags.repository_id").onRef("manifests.digest", "=", "tags.digest"),
    )
    .leftJoin("manifest_facts", "manifest_facts.manifest_id", "manifests.id")
    .leftJoin("manifest_pulls", "manifest_pulls.manifest_id", "manifests.id")
    .select(["tags.name", "tags.revision", "tags.from_at", "tags.actor"])
    .select(SHOWN)
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.to_at", "is", null)
    .where(inList("tags.name", p.names)),
);

/** Those of the digests that have a signature in the referrers list. */
export const listSignedDigests = statement<{ repositoryId: number; digests: string }>()((p, builder) =>
  builder.db
    .selectFrom("manifests")
    .select("subject_digest as digest")
    .distinct()
    .where("repository_id", "=", p.repositoryId)
    .where("deleted_at", "is", null)
    .where(builder.inList("subject_digest", p.digests))
    .where(isSignature(builder)),
);

/** A bundle is one when its annotations say so: an attestation has the same type. */
function isSignature({ dialect }: StatementBuilder) {
  const says = (key: string) =>
    dialect === "sqlite" ? sql`annotations ->> ${sql.lit(`$."${key}"`)}` : sql`annotations::json ->> ${sql.lit(key)}`;
  const signs = sql.join(BUNDLE_SIGNS.map((it) => sql.lit(it)));
  return sql<boolean>`(artifact_type in ('application/vnd.dev.cosign.artifact.sig.v1+json', 'application/vnd.cncf.notary.signature', 'application/vnd.cncf.notary.v2.signature')
    or (artifact_type like 'application/vnd.dev.sigstore.bundle%' and (${says("dev.sigstore.bundle.content")} in (${signs}) or ${says("dev.sigstore.bundle.predicateType")} in (${signs}))))`;
}

/** Those of the names that are tags. */
export const listExistingTags = statement<{ repositoryId: number; names: string }>()((p, { db, inList }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where(inList("name", p.names)),
);

/** Some of them. */
export const listTagsOfDigest = statement<{ repositoryId: number; digest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("to_at", "is", null)
    .limit(p.limit),
);

/** The newest tag that was pointed somewhere after a time; by `actor` alone unless that is empty. */
export const findNewestTag = statement<{ repositoryId: number; since: number; actor: string }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select(["name", "digest", "from_at", "actor"])
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where("from_at", ">", p.since)
    .where(sql<boolean>`(${p.actor} = '' or actor = ${p.actor})`)
    .orderBy("from_at", "desc")
    .orderBy("name", "desc")
    .limit(1),
);
