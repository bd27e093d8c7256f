/** Blobs over HTTP: end-2, end-10. */
import type { Principal } from "../../access/principal.ts";
import type { RequestContext } from "../../http/context.ts";
import { parseRange } from "../../http/ranges.ts";
import { parseDigest } from "../../oci/digest.ts";
import type { RepositoryName } from "../../oci/reference.ts";
import type { Blob, Blobs } from "../blobs.ts";
import { empty, matchesDigest, REGISTRY_HEADERS, repositoryOf } from "./responses.ts";

export type BlobRouteParts = { blobs: Blobs };

export function blobRoutes({ blobs }: BlobRouteParts) {
  const answer = (context: RequestContext, repository: RepositoryName, blob: Blob): Response | Promise<Response> => {
    const headers = headersOf(context, blob);
    if (matchesDigest(context.header("if-none-match"), blob.digest)) {
      const { "Content-Length": _length, ...rest } = headers;
      return new Response(null, { status: 304, headers: rest });
    }
    const range = parseRange(rangeHeader(context, blob), blob.sizeBytes);
    if (range) {
      headers["Content-Length"] = String(range.end - range.start);
      headers["Content-Range"] = `bytes ${range.start}-${range.end - 1}/${blob.sizeBytes}`;
    }
    const status = range ? 206 : 200;
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

/** A browser that is led here must neither run nor show what somebody pushed: hence the last three. */
function headersOf(context: RequestContext, blob: Blob): Record<string, string> {
  return {
    "Content-Type": "application/octet-stream",
    "Content-Length": String(blob.sizeBytes),
    "Docker-Content-Digest": blob.digest,
    "Accept-Ranges": "bytes",
    ETag: `"${blob.digest}"`,
    "Cache-Control": "max-age=31536000, immutable",
    "Docker-Distribution-API-Version": REGISTRY_HEADERS["Docker-Distribution-API-Version"],
    "X-Request-Id": context.id,
    "X-Content-Type-Options": REGISTRY_HEADERS["X-Content-Type-Options"],
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "attachment",
  };
}
