/** The recycle bin's routes. */
import type { Principal } from "../../access/principal.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import { parseReference, parseRepositoryName, type RepositoryName } from "../../oci/reference.ts";
import type { BinSum } from "../api.ts";
import type { Binned } from "../parts.ts";
import { binApi } from "../work-api.ts";
import type { Desk, OperatorRoute, Tell } from "./desk.ts";

const PAGE = 1_000;

export function binRoutes(desk: Desk, bin: Binned): OperatorRoute[] {
  return [
    implement(binApi.list, {
      needs: null,
      handle: async ({ query: { repository, after, limit } }) => {
        const { entries: items, next } = await bin.list({
          limit,
          ...(repository === undefined ? {} : { repository: parseRepositoryName(repository) }),
          ...(after === undefined ? {} : { after }),
        });
        return { items, next };
      },
    }),
    implement(binApi.restore, {
      needs: null,
      handle: ({ body }, extras) => {
        desk.assertWritable();
        const { caller } = extras;
        const repository = parseRepositoryName(body.repository);
        const reference = body.reference === undefined ? null : parseReference(body.reference);
        return desk.follow(binApi.restore, "restoring from the recycle bin", extras, async (signal, tell) => {
          if (reference === null) return await restoreAll(bin, caller, repository, signal, tell);
          const restored = await bin.restore(caller, repository, reference);
          await tell({ event: "restored", restored });
          return { manifests: 1, tags: restored.tags.length } satisfies BinSum;
        });
      },
    }),
    implement(binApi.empty, {
      needs: null,
      handle: ({ body: { repository, reference } }, extras) => {
        desk.assertWritable();
        const what = {
          ...(repository === undefined ? {} : { repository: parseRepositoryName(repository) }),
          ...(reference === undefined ? {} : { reference: parseReference(reference) }),
        };
        return desk.follow(binApi.empty, "emptying of the recycle bin", extras, async () => {
          await desk.record(extras.caller, "bin.empty", { repository, reference });
          return await bin.empty(what);
        });
      },
    }),
  ];
}

/** Manifests first: they bring back the tags that went with them, which are not listed any more when those are reached. */
async function restoreAll(
  bin: Binned,
  principal: Principal,
  repository: RepositoryName,
  signal: AbortSignal,
  tell: Tell,
): Promise<BinSum> {
  const sum = { manifests: 0, tags: 0 };
  for (const kind of ["manifest", "tag"] as const) {
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<Binned["list"]>> = await bin.list({
        repository,
        limit: PAGE,
        ...(after === null ? {} : { after }),
      });
      after = page.next;
      for (const { reference } of page.entries.filter((it) => it.kind === kind)) {
        signal.throwIfAborted();
        const restored = await bin.restore(principal, repository, parseReference(reference)).catch(nullIfGone);
        if (restored === null) continue;
        if (kind === "manifest") sum.manifests += 1;
        sum.tags += restored.tags.length;
        await tell({ event: "restored", restored });
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
