/** Uploads over HTTP: end-4, end-5, end-6, end-11, end-13, end-14. Locations are relative, and every one of a session stays valid. */
import type { Principal } from "../../access/principal.ts";
import { RegistryError } from "../../errors.ts";
import { bodyChunks, contentLength, type Pace } from "../../http/body.ts";
import type { RequestContext } from "../../http/context.ts";
import { parseContentRange } from "../../http/ranges.ts";
import { digestAlgorithm, findDigest, parseDigest, parseDigestAlgorithm } from "../../oci/digest.ts";
import { findRepositoryName, type RepositoryName } from "../../oci/reference.ts";
import type { Blobs } from "../blobs.ts";
import type { Session } from "../sessions.ts";
import type { Chunk, Uploads } from "../uploads.ts";
import { empty, repositoryOf } from "./responses.ts";

export type UploadRouteParts = { uploads: Uploads; blobs: Blobs; pace: Pace };

/** A body this small is taken whole: cheaper, and its sender cannot keep much waiting. */
const WHOLE_BODY_BYTES = 64 * 1024;

export function uploadRoutes({ uploads, blobs, pace }: UploadRouteParts) {
  const readChunk = async (context: RequestContext): Promise<Chunk> => {
    const lengthBytes = contentLength(context);
    const range = parseContentRange(context.header("content-range"));
    const isSmall = lengthBytes !== null && lengthBytes <= WHOLE_BODY_BYTES;
    if (!isSmall) return { range, lengthBytes, body: bodyChunks(context, pace) };
    return { range, lengthBytes, body: lengthBytes === 0 ? [] : [new Uint8Array(await context.request.arrayBuffer())] };
  };

  const find = async (context: RequestContext, principal: Principal) => {
    const { asked, repository } = repositoryOf(context);
    return { asked, session: await uploads.get(principal, repository, context.param(1)) };
  };

  const mount = async (
    context: RequestContext,
    principal: Principal,
    repository: RepositoryName,
  ): Promise<string | null> => {
    const digest = findDigest(context.query.get("mount") ?? "");
    if (!digest) return null;
    const from = context.query.get("from");
    const source = from === null ? null : findRepositoryName(from);
    // Whether the source is malformed, missing, hidden or without the blob: the answer is the same.
    if (from !== null && source === null) return null;
    return (await blobs.mount(principal, repository, digest, source)) ? digest : null;
  };

  const post = async (context: RequestContext, principal: Principal): Promise<Response> => {
    const { asked, repository } = repositoryOf(context);
    if (!context.hasQuery) return accepted(context, asked, await uploads.start(principal, repository, "sha256"));
    const mounted = context.query.has("mount") ? await mount(context, principal, repository) : null;
    if (mounted) return created(context, asked, mounted);
    const whole = context.query.get("digest");
    const digest = whole === null ? null : parseDigest(whole);
    const hint = context.query.get("digest-algorithm");
    const algorithm = digest ? digestAlgorithm(digest) : hint === null ? "sha256" : parseDigestAlgorithm(hint);
    const session = await uploads.start(principal, repository, algorithm);
    if (!digest) return accepted(context, asked, session);
    try {
      await uploads.finish(principal, session, digest, await readChunk(context));
    } catch (error) {
      // Its sender never learned of the session and could not go on with it.
      if (!session.hasEnded) await uploads.cancel(session);
      throw error;
    }
    return created(context, asked, digest);
  };

  return {
    post,

    patch: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { asked, session } = await find(context, principal);
      await atOffset(asked, session, async () => uploads.append(session, await readChunk(context)));
      return accepted(context, asked, session);
    },

    put: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { asked, session } = await find(context, principal);
      const digest = parseDigest(context.query.get("digest") ?? "");
      await atOffset(asked, session, async () => uploads.finish(principal, session, digest, await readChunk(context)));
      return created(context, asked, digest);
    },

    status: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { asked, session } = await find(context, principal);
      return empty(context, 204, positionOf(asked, session));
    },

    cancel: async (context: RequestContext, principal: Principal): Promise<Response> => {
      const { session } = await find(context, principal);
      await uploads.cancel(session);
      return empty(context, 204);
    },
  };
}

/** Tells a client whose chunk does not fit where to go on. */
async function atOffset(asked: string, session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== "RANGE_INVALID") throw error;
    const [detail] = error.details;
    throw new RegistryError("RANGE_INVALID", { message: error.message, detail, headers: positionOf(asked, session) });
  }
}

function positionOf(asked: string, session: Session): Record<string, string> {
  return {
    Location: `/v2/${asked}/blobs/uploads/${session.id}`,
    // Inclusive, so that nothing at all cannot be told from one byte; Docker's client expects no unit.
    Range: `0-${Math.max(session.offset - 1, 0)}`,
    "Docker-Upload-UUID": session.id,
  };
}

function accepted(context: RequestContext, asked: string, session: Session): Response {
  return empty(context, 202, positionOf(asked, session));
}

function created(context: RequestContext, asked: string, digest: string): Response {
  return empty(context, 201, { Location: `/v2/${asked}/blobs/${digest}`, "Docker-Content-Digest": digest });
}
