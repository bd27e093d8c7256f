/** Blobs over HTTP: end-2, end-10. */
import type { Principal } from "../../access/principal.ts";
import type { RequestContext } from "../../http/context.ts";
import { parseRange } from "../../http/ranges.ts";
import { parseDigest } from "../../oci/digest.ts";
import type { RepositoryName } from "../../oci/reference.ts";
import type { StoredBody } from "../../storage/storage.ts";
import type { Blob, Blobs } from "../blobs.ts";
import { CachedHeaders, empty, IMMUTABLE, matchesDigest, notModified, repositoryOf } from "./responses.ts";

export type BlobRouteParts = { blobs: Blobs };

export function blobRoutes({ blobs }: BlobRouteParts) {
  const whole = new CachedHeaders<Blob>(headersOf);
  const partial = new CachedHeaders<Blob>(headersOf);

  const answer = (context: RequestContext, repository: RepositoryName, blob: Blob): Response | Promise<Response> =>
    context.method === "HEAD" && blobs.needsLease(blob)
      ? blobs.extendLease(repository, blob).then(() => answerWith(context, repository, blob))
      : answerWith(context, repository, blob);

  const answerWith = (
    context: RequestContext,
    repository: RepositoryName,
    blob: Blob,
  ): Response | Promise<Response> => {
    if (matchesDigest(context.header("if-none-match"), blob.digest)) return notModified(whole.get(context, blob));
    const range = parseRange(rangeHeader(context, blob), blob.sizeBytes);
    // Only when the body is there: until then other requests use the same headers.
    const respond = (body: StoredBody | null): Response => {
      if (!range) return new Response(body, { headers: whole.get(context, blob) });
      const headers = partial.get(context, blob);
      headers.set("Content-Length", String(range.end - range.start));
      headers.set("Content-Range", `bytes ${range.start}-${range.end - 1}/${blob.sizeBytes}`);
      return new Response(body, { status: 206, headers });
    };
    if (context.method === "HEAD") return respond(null);
    const atHand = blobs.tryRead(blob, range);
    return atHand ? respond(atHand) : blobs.read(repository, blob, range).then(respond);
  };

  return {
    get: (context: RequestContext): Response | Promise<Response> => {
      const { repository } = repositoryOf(context);
      const digest = parseDigest(context.param(1));
      const cached = blobs.cached(repository, digest);
      if (cached) return answer(context, repository, cached);
      return blobs.get(repository, digest).then((blob) => answer(context, repository, blob));
    },

    delete: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { repository } = repositoryOf(context);
      await blobs.unlink(principal, repository, parseDigest(context.param(1)));
      return empty(context, 202);
    },
  };
}

/** A range is only meant for the content that If-Range names. */
function rangeHeader(context: RequestContext, blob: Blob): string | null {
  const range = context.header("range");
  if (range === null) return null;
  const ifRange = context.header("if-range");
  return ifRange === null || matchesDigest(ifRange, blob.digest) ? range : null;
}

/** A browser that is led here must neither run nor show what somebody pushed: hence the last two. */
function headersOf(blob: Blob): Record<string, string> {
  return {
    "Content-Type": "application/octet-stream",
    "Content-Length": String(blob.sizeBytes),
    "Docker-Content-Digest": blob.digest,
    "Accept-Ranges": "bytes",
    ETag: `"${blob.digest}"`,
    "Cache-Control": IMMUTABLE,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "attachment",
  };
}
