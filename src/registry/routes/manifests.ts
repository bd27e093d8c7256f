/** Manifests over HTTP: end-3, end-7, end-9. Accept is ignored: what was pushed is what is served. */
import type { Principal } from "../../access/principal.ts";
import { RegistryError } from "../../errors.ts";
import { readBody } from "../../http/body.ts";
import type { RequestContext } from "../../http/context.ts";
import { findTag, parseReference, parseTag, type Tag } from "../../oci/reference.ts";
import { unknownManifest, type Manifests, type StoredManifest } from "../manifests.ts";
import type { Tags } from "../tags.ts";
import { CachedHeaders, empty, IMMUTABLE, matchesDigest, notModified, repositoryOf } from "./responses.ts";

export type ManifestRouteParts = { manifests: Manifests; tags: Tags; maxManifestBytes: number };

/** Spec: a registry must take at least 10. */
const MAX_TAGS = 100;

export function manifestRoutes(parts: ManifestRouteParts) {
  const { manifests, tags, maxManifestBytes } = parts;
  const byTag = new CachedHeaders<StoredManifest>((manifest) => headersOf(manifest, "no-cache"));
  const byDigest = new CachedHeaders<StoredManifest>((manifest) => headersOf(manifest, IMMUTABLE));

  const answer = (context: RequestContext, manifest: StoredManifest, reference: string): Response => {
    const headers = (reference.includes(":") ? byDigest : byTag).get(context, manifest);
    const ifNoneMatch = context.header("if-none-match");
    if (ifNoneMatch !== null && matchesDigest(ifNoneMatch, manifest.digest)) return notModified(headers);
    return new Response(context.method === "HEAD" ? null : manifest.content, { headers });
  };

  return {
    get: (context: RequestContext): Response | Promise<Response> => {
      const { repository } = repositoryOf(context);
      const text = context.param(1);
      const cached = manifests.cached(repository, text);
      if (cached) return answer(context, cached, text);
      // A text that is neither a tag nor a digest names nothing; clients expect 404 of it.
      if (!text.includes(":") && findTag(text) === null) throw unknownManifest(repository, text.slice(0, 200));
      return manifests.get(repository, parseReference(text)).then((manifest) => answer(context, manifest, text));
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
