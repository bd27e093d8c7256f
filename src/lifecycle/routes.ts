/** The recycle bin over the hub API. */
import { type Needs, onRepository, onSystem } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { implement } from "../http/contract-routes.ts";
import type { Route } from "../http/router.ts";
import { parseReference, parseRepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { recycleBinApi } from "./bin-api.ts";
import type { Bin, BinEntry } from "./bin.ts";

export type BinRouteParts = {
  database: Database;
  repositories: Repositories;
  bin: Bin;
  audit: AuditTrail;
  /** Whether anything may be deleted here (storage.delete.enabled). */
  mayDelete: boolean;
};

export function binRoutes({ database, repositories, bin, audit, mayDelete }: BinRouteParts): Route<Needs, Principal>[] {
  return [
    implement(recycleBinApi.list, {
      needs: onSystem("inspect"),
      handle: async ({ query: { limit, after } }) =>
        pageView(await bin.list({ limit, ...(after === undefined ? {} : { after }) })),
    }),
    implement(recycleBinApi.listOfRepository, {
      needs: onRepository("see-deleted"),
      handle: async ({ params, query: { limit, after } }) => {
        const repository = parseRepositoryName(params.repository);
        return pageView(await bin.list({ repository, limit, ...(after === undefined ? {} : { after }) }));
      },
    }),
    implement(recycleBinApi.restore, {
      needs: onRepository("delete"),
      handle: async ({ params, body }, { caller }) => {
        const { digest, tags } = await bin.restore(
          caller,
          parseRepositoryName(params.repository),
          parseReference(body.reference),
        );
        return { digest, tags };
      },
    }),
    implement(recycleBinApi.purge, {
      needs: onRepository("administer"),
      handle: async ({ params, body: { reference } }, { caller }) => {
        if (!mayDelete) {
          throw new RegistryError("UNSUPPORTED", {
            message: "nothing is deleted here: storage.delete.enabled is false",
          });
        }
        const { id, name, namespaceId } = await repositories.find(database, parseRepositoryName(params.repository));
        await audit.write({
          by: caller,
          action: "bin.empty",
          target: { kind: "repository", name, id },
          namespaceId,
          repositoryId: id,
          after: { reference: reference ?? null },
        });
        const what = reference === undefined ? {} : { reference: parseReference(reference) };
        return await bin.empty({ repository: name, ...what });
      },
    }),
  ];
}

function pageView({ entries, next }: { entries: BinEntry[]; next: string | null }) {
  const items = entries.map(({ deletedAt, purgedAt, ...entry }) => ({
    ...entry,
    deletedAt: new Date(deletedAt).toISOString(),
    purgedAt: new Date(purgedAt).toISOString(),
  }));
  return { items, next };
}
