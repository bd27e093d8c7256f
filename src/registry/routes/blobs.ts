/** Blobs over HTTP: end-2, end-10. */
import type { Principal } from "../../access/principal.ts";
import type { RequestContext } from "../../http/context.ts";
import { parseRange } from "../../http/ranges.ts";
import { parseDigest } from "../../oci/digest.ts";
import type { RepositoryName } from "../../oci/reference.ts";
import type { Blob, Blobs } from "../blobs.ts";
import { CachedHeaders, empty, IMMUTABLE, matchesDigest, notModified, repositoryOf } from "./responses.ts";

export type BlobRouteParts = { blobs: Blobs };

export function blobRoutes({ blobs }: BlobRouteParts) {
  const whole = new CachedHeaders<Blob>(headersOf);

  const answer = (context: RequestContext, repository: RepositoryName, blob: Blob): Response | Promise<Response> =>
    context.method === "HEAD" && blobs.needsLease(blob)
      ? blobs.extendLease(repository, blob).then(() => answerWith(context, repository, blob))
      : answerWith(context, repository, blob);

  const answerWith = (
    context: RequestContext,
    repository: RepositoryName,
    blob: Blob,
  ): Response | Promise<Response> => {
    let headers = whole.get(context, blob);
    if (matchesDigest(context.header("if-none-match"), blob.digest)) return notModified(headers);
    const range = parseRange(rangeHeader(context, blob), blob.sizeBytes);
    const status = range ? 206 : 200;
    if (range || !blob.content) headers = new Headers(headers);
    if (range) {
      headers.set("Content-Length", String(range.end - range.start));
      headers.set("Content-Range", `bytes ${range.start}-${range.end - 1}/${blob.sizeBytes}`);
    }
    if (context.method === "HEAD") return new Response(null, { status, headers });
    if (blob.content) {
      return new Response(range ? blob.content.subarray(range.start, range.end) : blob.content, { status, headers });
    }
    return blobs.read(repository, blob, range).then((body) => new Response(body, { status, headers }));
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
