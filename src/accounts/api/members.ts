/** Endpoints of an organisation's members. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../contract/page.ts";
import { memberRole, pathName, time } from "./common.ts";

export const memberCursor = cursor("members by account", () => z.tuple([z.int().min(0)]));

export const member = named("Member", () =>
  z.strictObject({
    accountId: z.string(),
    account: z.string(),
    displayName: z.string(),
    role: memberRole(),
    source: z
      .string()
      .nullable()
      .describe("The source, such as `ldap:corp`, whose groups made them a member; null when a person did."),
    createdAt: time(),
  }),
);

export const membersApi = {
  list: endpoint({
    id: "members.list",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/members",
    summary: "List an organisation's members",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: pathName() }, query: pageQuery(), response: pageOf(member()) }),
  }),
  put: endpoint({
    id: "members.put",
    method: "PUT",
    path: "/api/v1/namespaces/<namespace>/members/<account>",
    summary: "Add a member, or change their role",
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({
      params: { namespace: pathName(), account: pathName() },
      body: z.strictObject({ role: memberRole() }),
      response: member(),
    }),
  }),
  remove: endpoint({
    id: "members.remove",
    method: "DELETE",
    path: "/api/v1/namespaces/<namespace>/members/<account>",
    summary: "Remove a member, or leave",
    description:
      "Owners remove anyone, members themselves. With the membership go the places in teams and what was granted to the account here. The last owner cannot go, nor can whom groups of a source put into a team: they would be back with their next login.",
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({ params: { namespace: pathName(), account: pathName() } }),
  }),
};
