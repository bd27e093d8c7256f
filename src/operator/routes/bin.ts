/** The recycle bin's routes. */
import type { Principal } from "../../access/principal.ts";
import { RegistryError } from "../../errors.ts";
import { parseReference, parseRepositoryName, type RepositoryName } from "../../oci/reference.ts";
import { binEmptyBody, binRestoreBody, type BinRestored } from "../api.ts";
import type { Binned } from "../parts.ts";
import type { Desk, OperatorRoute } from "./desk.ts";
import type { Emit } from "./json-lines.ts";
import { json, readJson } from "./json.ts";

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

export function binRoutes(desk: Desk, bin: Binned): OperatorRoute[] {
  return [
    {
      id: "bin-list",
      method: "GET",
      path: "/api/v1/bin",
      needs: null,
      handle: async (context) => json(context, await bin.list(parseQuery(context.query))),
    },
    {
      id: "bin-restore",
      method: "POST",
      path: "/api/v1/bin/restore",
      needs: null,
      handle: async (context, principal) => {
        const body = await readJson(context, binRestoreBody);
        desk.assertWritable();
        const repository = parseRepositoryName(body.repository);
        const reference = body.reference === undefined ? null : parseReference(body.reference);
        return desk.follow(context, "restoring from the recycle bin", async (signal, emit) => {
          if (reference === null) return await restoreAll(bin, principal, repository, signal, emit);
          const restored = await bin.restore(principal, repository, reference);
          await emit({ event: "restored", restored });
          return { manifests: 1, tags: restored.tags.length } satisfies BinRestored;
        });
      },
    },
    {
      id: "bin-empty",
      method: "POST",
      path: "/api/v1/bin/empty",
      needs: null,
      handle: async (context, principal) => {
        const { repository, reference } = await readJson(context, binEmptyBody);
        desk.assertWritable();
        const what = {
          ...(repository === undefined ? {} : { repository: parseRepositoryName(repository) }),
          ...(reference === undefined ? {} : { reference: parseReference(reference) }),
        };
        return desk.follow(context, "emptying of the recycle bin", async () => {
          await desk.record(principal, "bin.empty", { repository, reference });
          return await bin.empty(what);
        });
      },
    },
  ];
}

function parseQuery(query: URLSearchParams): { repository?: RepositoryName; after?: string; limit: number } {
  const repository = query.get("repository");
  const after = query.get("after");
  const limit = query.get("limit") ?? String(DEFAULT_PAGE);
  if (!/^[1-9]\d{0,8}$/.test(limit)) {
    throw new RegistryError("PAGINATION_NUMBER_INVALID", { message: "limit must be a whole number, 1 or more" });
  }
  return {
    limit: Math.min(Number(limit), MAX_PAGE),
    ...(repository === null ? {} : { repository: parseRepositoryName(repository) }),
    ...(after === null ? {} : { after }),
  };
}

/** Manifests first: they bring back the tags that went with them, which are not listed any more when those are reached. */
async function restoreAll(
  bin: Binned,
  principal: Principal,
  repository: RepositoryName,
  signal: AbortSignal,
  emit: Emit,
): Promise<BinRestored> {
  const sum = { manifests: 0, tags: 0 };
  for (const kind of ["manifest", "tag"] as const) {
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<Binned["list"]>> = await bin.list({
        repository,
        limit: MAX_PAGE,
        ...(after === null ? {} : { after }),
      });
      after = page.next;
      for (const { reference } of page.entries.filter((it) => it.kind === kind)) {
        signal.throwIfAborted();
        const restored = await bin.restore(principal, repository, parseReference(reference)).catch(nullIfGone);
        if (restored === null) continue;
        if (kind === "manifest") sum.manifests += 1;
        sum.tags += restored.tags.length;
        await emit({ event: "restored", restored });
      }
    } while (after !== null);
  }
  return sum;
}

/** It has left the bin since it was listed, or cannot come back as its manifest is gone for good. */
function nullIfGone(error: unknown): null {
  if (error instanceof RegistryError && error.status === 404) return null;
  throw error;
}
