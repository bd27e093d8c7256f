/** Organisations and their members, for operators. */
import type { Member } from "../../accounts/members.ts";
import type { Namespace } from "../../accounts/namespace.ts";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import {
  newOrgBody,
  type OperatorOrg,
  type OrgMember,
  orgMemberBody,
  type OrgMemberPage,
  type OrgPage,
  orgRemovalBody,
} from "../org-api.ts";
import type { Organising } from "../parts.ts";
import type { OperatorRoute } from "./desk.ts";
import { json, readJson } from "./json.ts";

const MAX_PAGE = 500;

/** Also where storage.readonly is true: who may in, and who not, has to be said at any time. */
export function orgRoutes({ namespaces, members }: Organising): OperatorRoute[] {
  const route = (method: "GET" | "POST", path: string, handle: OperatorRoute["handle"]): OperatorRoute => ({
    id: path.replace("/", "-"),
    method,
    path: `/api/v1/${path}`,
    needs: null,
    handle: async (context, principal) => {
      try {
        return await handle(context, principal);
      } catch (error) {
        // Of the address itself an older server says NOT_FOUND: what is missing here is a name.
        if (!(error instanceof RegistryError) || error.code !== "NOT_FOUND") throw error;
        throw new RegistryError("NAME_UNKNOWN", { message: error.message, cause: error });
      }
    },
  });
  return [
    route("GET", "orgs", async (context, by) => {
      const found = await namespaces.list(by, context.query.get("after") ?? "", MAX_PAGE + 1);
      const shown = found.slice(0, MAX_PAGE);
      const next = found.length > MAX_PAGE ? (shown.at(-1)?.name ?? null) : null;
      return json(context, { namespaces: shown.map(orgOf), next } satisfies OrgPage);
    }),
    route("GET", "org/members", async (context) => {
      const { id } = await namespaces.get(nameOf(context));
      const found = await members.list(id, afterOf(context), MAX_PAGE + 1);
      const shown = found.slice(0, MAX_PAGE);
      const next = found.length > MAX_PAGE ? (shown.at(-1)?.accountId ?? null) : null;
      return json(context, { members: shown.map(memberOf), next } satisfies OrgMemberPage);
    }),
    route("POST", "org/create", async (context, by) => {
      const { name, owner } = await readJson(context, newOrgBody);
      return json(context, orgOf(await namespaces.create(by, name, {}, owner)));
    }),
    route("POST", "org/add", async (context, by) => {
      const { name, account, role } = await readJson(context, orgMemberBody);
      const { id } = await namespaces.get(name);
      return json(context, memberOf(await members.put(id, account, role, by)));
    }),
    route("POST", "org/remove", async (context, by) => {
      const { name, account } = await readJson(context, orgRemovalBody);
      const { id } = await namespaces.get(name);
      await members.remove(id, account, by);
      return json(context, { account });
    }),
  ];
}

/** Throws REQUEST_INVALID. */
function nameOf({ query }: RequestContext): string {
  const name = query.get("name");
  if (name === null) throw new RegistryError("REQUEST_INVALID", { message: "say whose members: ?name=" });
  return name;
}

function afterOf({ query }: RequestContext): number {
  const after = query.get("after") ?? "0";
  if (!/^\d{1,15}$/.test(after)) throw new RegistryError("REQUEST_INVALID", { message: "after must be a number" });
  return Number(after);
}

function orgOf({ name, kind, displayName, createdAt }: Namespace): OperatorOrg {
  return { name, kind, displayName, createdAt };
}

function memberOf({ name, role, createdAt }: Member): OrgMember {
  return { account: name, role, createdAt };
}
