/** Manifests over HTTP: end-3, end-7, end-9. Accept is ignored: what was pushed is what is served. */
import type { Principal } from "../../access/principal.ts";
import { addressOf } from "../../auth/routes/realm.ts";
import { RegistryError } from "../../errors.ts";
import { readBody } from "../../http/body.ts";
import type { TrustedProxies } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";
import type { Digest } from "../../oci/digest.ts";
import { manifestKind } from "../../oci/media-types.ts";
import { findTag, parseReference, parseTag, type RepositoryName, type Tag } from "../../oci/reference.ts";
import { unknownManifest, type Manifests, type StoredManifest } from "../manifests.ts";
import { passPullGates, type PullGate, type PullNotes } from "../pull-gates.ts";
import type { Tags } from "../tags.ts";
import { CachedHeaders, empty, IMMUTABLE, matchesDigest, notModified, repositoryOf } from "./responses.ts";

export type ManifestRouteParts = {
  manifests: Manifests;
  tags: Tags;
  maxManifestBytes: number;
  /** Told of every manifest that is given to somebody. HEAD gives none, nor does "not modified", and an index is not an image yet. */
  onPull: (principal: Principal, repository: RepositoryName, digest: Digest) => void;
  pullGates: readonly PullGate[];
  /** Whose word on a client's address the gates get. */
  proxies: TrustedProxies;
};

/** Spec: a registry must take at least 10. */
const MAX_TAGS = 100;

export function manifestRoutes(parts: ManifestRouteParts) {
  const { manifests, tags, maxManifestBytes, onPull, pullGates, proxies } = parts;
  const byTag = new CachedHeaders<StoredManifest>((manifest) => headersOf(manifest, "no-cache"));
  const byDigest = new CachedHeaders<StoredManifest>((manifest) => headersOf(manifest, IMMUTABLE));

  const answer = (
    context: RequestContext,
    principal: Principal,
    repository: RepositoryName,
    manifest: StoredManifest,
    reference: string,
    notes: PullNotes = null,
  ): Response => {
    const shared = (reference.includes(":") ? byDigest : byTag).get(context, manifest);
    // What is shared goes to everybody: what is said to one caller does not belong there.
    const headers = notes === null ? shared : withNotes(shared, notes);
    if (isUnchanged(context, manifest)) return notModified(headers);
    if (context.method === "HEAD") return new Response(null, { headers });
    if (manifestKind(manifest.mediaType) !== "index") onPull(principal, repository, manifest.digest);
    return new Response(manifest.content, { headers });
  };

  /** As `answer`, when the gates let the pull through; in the same turn when they know at once. */
  const serve = (
    context: RequestContext,
    principal: Principal,
    repository: RepositoryName,
    manifest: StoredManifest,
    reference: string,
  ): Response | Promise<Response> => {
    if (pullGates.length === 0) return answer(context, principal, repository, manifest, reference);
    const givesContent = context.method !== "HEAD" && !isUnchanged(context, manifest);
    const address = addressOf(context, proxies);
    const notes = passPullGates(pullGates, { principal, repository, manifest, givesContent, address });
    if (!(notes instanceof Promise)) return answer(context, principal, repository, manifest, reference, notes);
    return notes.then((it) => answer(context, principal, repository, manifest, reference, it));
  };

  return {
    get: (context: RequestContext, principal: Principal): Response | Promise<Response> => {
      const { repository } = repositoryOf(context);
      const text = context.param(1);
      const cached = manifests.cached(repository, text);
      if (cached) return serve(context, principal, repository, cached, text);
      // A text that is neither a tag nor a digest names nothing; clients expect 404 of it.
      if (!text.includes(":") && findTag(text) === null) throw unknownManifest(repository, text.slice(0, 200));
      return manifests
        .get(repository, parseReference(text))
        .then((manifest) => serve(context, principal, repository, manifest, text));
    },

    put: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { asked, repository } = repositoryOf(context);
      const reference = parseReference(context.param(1));
      const more = parseTags(context);
      if (reference.tag !== null && more.length > 0) {
        throw new RegistryError("TAG_INVALID", { message: "?tag= goes with a push by digest, not by tag" });
      }
      const content = await readBody(context, maxManifestBytes);
      const contentType = context.header("content-type");
      const { digest, subject } = await manifests.put({
        principal,
        repository,
        reference,
        tags: more,
        contentType,
        content,
      });
      return empty(context, 201, {
        Location: `/v2/${asked}/manifests/${digest}`,
        "Docker-Content-Digest": digest,
        ...(subject === null ? {} : { "OCI-Subject": subject }),
        ...(more.length === 0 ? {} : { "OCI-Tag": more.join(", ") }),
      });
    },

    delete: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { repository } = repositoryOf(context);
      const reference = parseReference(context.param(1));
      if (reference.tag !== null) await tags.delete(principal, repository, reference.tag);
      else await manifests.delete(principal, repository, reference.digest);
      return empty(context, 202);
    },
  };
}

function isUnchanged(context: RequestContext, { digest }: StoredManifest): boolean {
  const ifNoneMatch = context.header("if-none-match");
  return ifNoneMatch !== null && matchesDigest(ifNoneMatch, digest);
}

function withNotes(shared: Headers, notes: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(shared);
  for (const [name, value] of Object.entries(notes)) headers.set(name, value);
  return headers;
}

function parseTags(context: RequestContext): Tag[] {
  if (!context.hasQuery) return [];
  const tags = context.query.getAll("tag");
  if (tags.length > MAX_TAGS)
    throw new RegistryError("TOO_MANY_TAGS", { message: `at most ${MAX_TAGS} tags can be set at once` });
  return tags.map(parseTag);
}

function headersOf(manifest: StoredManifest, cacheControl: string): Record<string, string> {
  return {
    "Content-Type": manifest.mediaType,
    "Content-Length": String(manifest.content.length),
    "Docker-Content-Digest": manifest.digest,
    ETag: `"${manifest.digest}"`,
    "Cache-Control": cacheControl,
  };
}
