/**
 * What `berth org` and the server say to each other, as `api.ts` does for the others.
 *
 *     GET  /api/v1/orgs           ?after=&limit=           an OrgPage
 *     GET  /api/v1/org/members    ?name=&after=&limit=     an OrgMemberPage
 *     POST /api/v1/org/create     {name, owner}            an OperatorOrg
 *     POST /api/v1/org/add        {name, account, role}    an OrgMember
 *     POST /api/v1/org/remove     {name, account}          {account}
 */
import { z } from "zod";

const name = z.string().min(1).max(300);

/** Without an owner it is administrators' alone, until it is given one. */
export const newOrgBody = z.strictObject({ name, owner: name.nullable() });
export const orgMemberBody = z.strictObject({ name, account: name, role: z.enum(["owner", "member"]) });
export const orgRemovalBody = z.strictObject({ name, account: name });

export type OperatorOrg = { name: string; kind: "user" | "organisation"; displayName: string; createdAt: number };

export type OrgPage = { namespaces: OperatorOrg[]; next: string | null };

export type OrgMember = { account: string; role: "owner" | "member"; createdAt: number };

export type OrgMemberPage = { members: OrgMember[]; next: number | null };
