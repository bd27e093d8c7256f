/**
 * `/v2/`: the distribution API as a table. The ids are the specification's endpoint numbers.
 * Spec: distribution-spec 1.1, "Endpoints", and what is merged for the version after it.
 */
import type { Principal } from "../access/principal.ts";
import { onRepository, onSystem, type Needs } from "../access/needs.ts";
import type { RequestContext } from "../http/context.ts";
import type { Route } from "../http/router.ts";
import { blobRoutes, type BlobRouteParts } from "./routes/blobs.ts";
import { listRoutes, type ListRouteParts } from "./routes/lists.ts";
import { manifestRoutes, type ManifestRouteParts } from "./routes/manifests.ts";
import { REGISTRY_HEADERS } from "./routes/responses.ts";
import { uploadRoutes, type UploadRouteParts } from "./routes/uploads.ts";

export type RegistryRoute = Route<Needs, Principal>;

export function registryRoutes(
  parts: BlobRouteParts & ManifestRouteParts & UploadRouteParts & ListRouteParts,
): RegistryRoute[] {
  const blobs = blobRoutes(parts);
  const manifests = manifestRoutes(parts);
  const uploads = uploadRoutes(parts);
  const lists = listRoutes(parts);
  const pull = onRepository("pull");
  const push = onRepository("push");
  const remove = onRepository("delete");
  return [
    { id: "end-1", method: "GET", path: "/v2/", needs: onSystem("ping"), handle: ping },
    { id: "end-1", method: "GET", path: "/v2", needs: onSystem("ping"), handle: toSlash },
    { id: "end-3", method: "GET", path: "/v2/<name>/manifests/<reference>", needs: pull, handle: manifests.get },
    { id: "end-7", method: "PUT", path: "/v2/<name>/manifests/<reference>", needs: push, handle: manifests.put },
    {
      id: "end-9",
      method: "DELETE",
      path: "/v2/<name>/manifests/<reference>",
      needs: remove,
      handle: manifests.delete,
    },
    { id: "end-4", method: "POST", path: "/v2/<name>/blobs/uploads/", needs: push, handle: uploads.post },
    { id: "end-4", method: "POST", path: "/v2/<name>/blobs/uploads", needs: push, handle: uploads.post },
    { id: "end-13", method: "GET", path: "/v2/<name>/blobs/uploads/<id>", needs: push, handle: uploads.status },
    { id: "end-5", method: "PATCH", path: "/v2/<name>/blobs/uploads/<id>", needs: push, handle: uploads.patch },
    { id: "end-6", method: "PUT", path: "/v2/<name>/blobs/uploads/<id>", needs: push, handle: uploads.put },
    { id: "end-14", method: "DELETE", path: "/v2/<name>/blobs/uploads/<id>", needs: push, handle: uploads.cancel },
    { id: "end-2", method: "GET", path: "/v2/<name>/blobs/<digest>", needs: pull, handle: blobs.get },
    { id: "end-10", method: "DELETE", path: "/v2/<name>/blobs/<digest>", needs: remove, handle: blobs.delete },
    { id: "end-8", method: "GET", path: "/v2/<name>/tags/list", needs: pull, handle: lists.tags },
    { id: "end-12", method: "GET", path: "/v2/<name>/referrers/<digest>", needs: pull, handle: lists.referrers },
    { id: "catalog", method: "GET", path: "/v2/_catalog", needs: onSystem("list"), handle: lists.catalog },
  ];
}

function ping(context: RequestContext): Response {
  const headers = {
    ...REGISTRY_HEADERS,
    "Content-Type": "application/json",
    "Content-Length": "2",
    "X-Request-Id": context.id,
  };
  return new Response(context.method === "HEAD" ? null : "{}", { headers });
}

function toSlash(context: RequestContext): Response {
  return new Response(null, {
    status: 301,
    headers: { ...REGISTRY_HEADERS, Location: "/v2/", "X-Request-Id": context.id },
  });
}
