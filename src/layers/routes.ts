/** The hub API of files in images over HTTP. */
import { authorize } from "../access/authorize.ts";
import { type Needs, onRepository } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { content, implement } from "../http/contract-routes.ts";
import type { Route } from "../http/router.ts";
import { parseRepositoryName, type RepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { filesApi as api } from "./api.ts";
import type { Files } from "./files.ts";

export type FilesRouteParts = { files: Files; repositories: Repositories; database: Database };

const MAX_NAME = 150;

export function filesRoutes({ files, repositories, database }: FilesRouteParts): Route<Needs, Principal>[] {
  const pull = onRepository("pull");
  const of = (
    { repository, reference }: { repository: string; reference: string },
    { platform, layer }: { platform?: string | undefined; layer?: string | undefined } = {},
  ) => ({ repository: parseRepositoryName(repository), reference, platform, layer });

  /** What the caller may not pull answers as what is not there. */
  const other = async (caller: Principal, name: string): Promise<RepositoryName> => {
    const repository = parseRepositoryName(name);
    const resource = await repositories.find(database, repository);
    if (resource.id === null || !authorize(caller, "pull", resource).isAllowed) {
      throw new RegistryError("NAME_UNKNOWN", {
        message: `there is no repository ${repository}, or it may not be seen`,
        detail: { name: repository },
      });
    }
    return repository;
  };

  return [
    implement(api.list, {
      needs: pull,
      handle: async ({ params, query }) => await files.list(of(params, query), query),
    }),
    implement(api.get, {
      needs: pull,
      handle: async ({ params, query }) => await files.get(of(params, query), query.path),
    }),
    implement(api.download, {
      needs: pull,
      handle: async ({ params, query }, { context }) => {
        const { name, sizeBytes, body } = await files.open(of(params, query), query.path);
        return await attachment(context.method, { sizeBytes, body, disposition: disposition(name) });
      },
    }),
    implement(api.blob, {
      needs: pull,
      handle: async ({ params, query }, { context }) => {
        const blob = await files.openBlob(of(params, query), params.digest);
        // Without a name: the page that links to it knows what its manifest calls it.
        return await attachment(context.method, { ...blob, disposition: "attachment" });
      },
    }),
    implement(api.text, {
      needs: pull,
      handle: async ({ params, query }) => await files.text(of(params, query), params.digest),
    }),
    implement(api.chart, { needs: pull, handle: async ({ params }) => await files.chart(of(params)) }),
    implement(api.diff, {
      needs: pull,
      handle: async ({ params, query }, { caller }) => {
        const from = of(params, query);
        const repository = query.toRepository === undefined ? from.repository : await other(caller, query.toRepository);
        return await files.diff(from, { ...from, repository, reference: query.to }, query);
      },
    }),
  ];
}

type Attached = {
  sizeBytes: number;
  body: () => Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>>;
  disposition: string;
};

/** Bytes of strangers: never a page, and for no other origin. */
async function attachment(method: string, { sizeBytes, body, disposition }: Attached) {
  return content(
    { type: "application/octet-stream", body: method === "HEAD" ? "" : await body() },
    {
      headers: {
        // Of what comes as a stream the runtime sends none.
        ...(method === "HEAD" ? { "Content-Length": String(sizeBytes) } : {}),
        "Content-Disposition": disposition,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
      },
    },
  );
}

/** RFC 6266. The name is a stranger's: nothing of it but letters, digits and a few signs stands there as it is. */
export function disposition(name: string): string {
  const short = name.slice(0, MAX_NAME).toWellFormed();
  const plain = short.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_") || "file";
  const encoded = encodeURIComponent(short).replaceAll(
    /['()*!]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
