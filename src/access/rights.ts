/** What an account may do, as rows say it at one moment; `Access` loads and remembers it. */
import type { RoleName, SystemRole } from "./roles.ts";

/** A role that a grant gives. `via`: the team that it was given to, or what else it comes from; null for the account itself. */
export type GrantedRole = { role: RoleName; via: string | null };

export type Grant = GrantedRole & { repositoryId: number | null; pattern: string | null };

export type Rights = {
  accountId: number;
  kind: "person" | "robot";
  name: string;
  systemRole: SystemRole;
  /** On every repository; such as `registry:2`'s htpasswd file gives to all whom it names. */
  everywhere: GrantedRole | null;
  /** By namespace id: owner, or member. */
  memberships: ReadonlyMap<number, "owner" | "member">;
  /** By namespace id. */
  grants: ReadonlyMap<number, readonly Grant[]>;
  /** The one repository that a robot is confined to. */
  confinedTo: number | null;
};
