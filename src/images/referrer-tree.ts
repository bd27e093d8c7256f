/**
 * What belongs to a manifest, and what belongs to that, level by level: by the subject that a manifest names, by the index that
 * clients of older registries keep, and by the tags that cosign gives (`sha256-….sig`).
 */
import type { Database } from "../database/database.ts";
import { findDigest } from "../oci/digest.ts";
import type { JsonObject } from "../oci/json.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { fallbackTag } from "../oci/reference.ts";
import { COSIGN_KINDS, cosignTag, type Kind, kindOf } from "./kind.ts";
import { type Note, notesIn, readObject, textOf } from "./loose.ts";
import * as queries from "./queries/manifests.ts";

const MAX_NODES = 500;
const MAX_DEPTH = 5;
const MAX_NOTES = 20;

/** Times in ms since 1970. */
export type Referrer = {
  digest: string;
  parent: string;
  depth: number;
  kind: Kind;
  mediaType: string;
  artifactType: string | null;
  manifestBytes: number;
  created: string | null;
  pushedAt: number;
  annotations: Note[];
  via: "subject" | "index" | "tag";
  tag: string | null;
};

type Row = {
  digest: string;
  media_type: string;
  artifact_type: string | null;
  size_bytes: number;
  created_at: number;
  annotations: string | null;
};

export type ReferrerTree = { items: Referrer[]; isWhole: boolean };

/** Each referrer stands behind what it belongs to; one that belongs to several stands at the first. */
export async function readReferrers(database: Database, repositoryId: number, root: string): Promise<ReferrerTree> {
  const byParent = new Map<string, Referrer[]>();
  const seen = new Set([root]);
  let isWhole = true;
  let level = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    const room = MAX_NODES - seen.size + 1;
    const found = await readLevel(database, repositoryId, level, depth, room + 1);
    const fresh = found.filter(({ digest }) => !seen.has(digest) && seen.add(digest));
    if (fresh.length > room || (depth > MAX_DEPTH && fresh.length > 0)) isWhole = false;
    if (depth > MAX_DEPTH) break;
    const kept = fresh.slice(0, room);
    for (const it of kept) byParent.set(it.parent, [...(byParent.get(it.parent) ?? []), it]);
    level = kept.map((it) => it.digest);
  }
  const items: Referrer[] = [];
  const visit = (parent: string) => {
    for (const it of byParent.get(parent) ?? []) {
      items.push(it);
      visit(it.digest);
    }
  };
  visit(root);
  return { items, isWhole };
}

async function readLevel(
  database: Database,
  repositoryId: number,
  parents: readonly string[],
  depth: number,
  limit: number,
): Promise<Referrer[]> {
  const digests = JSON.stringify(parents);
  const bySubject = await queries.listReferrersOf.all(database, { repositoryId, digests, limit });
  const indexTags = new Map<string, string>();
  const cosignTags = new Map<string, { parent: string; kind: Kind }>();
  for (const parent of parents) {
    const digest = findDigest(parent);
    if (digest === null) continue;
    indexTags.set(fallbackTag(digest), parent);
    for (const end of ["sig", "att", "sbom"] as const) {
      cosignTags.set(cosignTag(parent, end), { parent, kind: COSIGN_KINDS[end] });
    }
  }
  const byIndex = await queries.listNamedByTagged.all(database, {
    repositoryId,
    names: JSON.stringify([...indexTags.keys()]),
    indexType: OCI_INDEX,
    limit,
  });
  const names = JSON.stringify([...cosignTags.keys()]);
  const byTag = await queries.listTagged.all(database, { repositoryId, names, limit });
  return [
    ...bySubject.map((row) => referrerOf(row, { parent: row.parent ?? "", depth, via: "subject" as const })),
    ...byIndex.map((row) => referrerOf(row, { parent: indexTags.get(row.name) ?? "", depth, via: "index" as const })),
    ...byTag.map((row) => {
      const { parent = "", kind } = cosignTags.get(row.name) ?? {};
      return { ...referrerOf(row, { parent, depth, via: "tag" as const }), ...(kind ? { kind } : {}), tag: row.name };
    }),
  ].sort((a, b) => a.pushedAt - b.pushedAt || (a.digest < b.digest ? -1 : 1));
}

function referrerOf(row: Row, place: Pick<Referrer, "parent" | "depth" | "via">): Referrer {
  const annotations: JsonObject | null =
    row.annotations === null ? null : readObject(new TextEncoder().encode(row.annotations));
  return {
    ...place,
    digest: row.digest,
    kind: kindOf({ mediaType: row.media_type, artifactType: row.artifact_type, annotations, layerTypes: [] }),
    mediaType: row.media_type,
    artifactType: row.artifact_type,
    manifestBytes: row.size_bytes,
    created: textOf(annotations, "org.opencontainers.image.created", 64),
    pushedAt: row.created_at,
    annotations: notesIn(annotations, MAX_NOTES),
    tag: null,
  };
}
