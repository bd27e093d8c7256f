/** What the person may do in a namespace: which pages and buttons are shown. The server decides anew each time. */
import { client } from "../../data/client.ts";
import { isSignedOut } from "../../data/problem.ts";
import { useRead } from "../../data/query.ts";

export type NamespaceRights = {
  /** Members, teams, robots and usage. */
  seesMembers: boolean;
  /** Grants, invitations and the audit log. */
  inspects: boolean;
  administers: boolean;
};

export function useNamespaceRights(namespace: string): NamespaceRights {
  const { data, error } = useRead(client.session.get, undefined);
  if (data === undefined || isSignedOut(error)) return { seesMembers: false, inspects: false, administers: false };
  const { systemRole } = data.account;
  const role = data.namespaces.find((it) => it.name === namespace)?.role ?? null;
  const isAdministrator = systemRole === "administrator";
  return {
    seesMembers: role !== null || systemRole !== "none",
    inspects: role === "owner" || systemRole !== "none",
    administers: role === "owner" || isAdministrator,
  };
}
