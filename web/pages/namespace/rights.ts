/** What the person may do in a namespace: which pages and buttons are shown. The server decides anew each time. */
import { useSession } from "../../data/me.ts";

export type NamespaceRights = {
  /** Members, teams, robots and usage. */
  seesMembers: boolean;
  /** Grants, invitations and the audit log. */
  inspects: boolean;
  administers: boolean;
};

export function useNamespaceRights(namespace: string): NamespaceRights {
  const session = useSession();
  if (!session) return { seesMembers: false, inspects: false, administers: false };
  const { systemRole } = session.account;
  const role = session.namespaces.find((it) => it.name === namespace)?.role ?? null;
  const isAdministrator = systemRole === "administrator";
  return {
    seesMembers: role !== null || systemRole !== "none",
    inspects: role === "owner" || systemRole !== "none",
    administers: role === "owner" || isAdministrator,
  };
}
