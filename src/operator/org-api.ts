/** Organisations and who belongs to them, as operators have them. Times are ms since 1970. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

const name = () => z.string().min(1).max(300);
const role = () => z.enum(["owner", "member"]);

const namespace = named("OperatorOrg", () =>
  z.strictObject({
    name: z.string(),
    kind: z.enum(["user", "organisation"]),
    displayName: z.string(),
    createdAt: z.number(),
  }),
);
const member = named("OrgMember", () => z.strictObject({ account: z.string(), role: role(), createdAt: z.number() }));

export type OperatorOrg = z.output<ReturnType<typeof namespace>>;
export type OrgMember = z.output<ReturnType<typeof member>>;

export const organisationsApi = {
  list: endpoint({
    id: "organisations.list",
    method: "GET",
    path: "/api/v1/orgs",
    summary: "List organisations and people's own namespaces",
    schemas: () => ({ query: pageQuery(), response: pageOf(namespace()) }),
  }),
  members: endpoint({
    id: "organisations.members",
    method: "GET",
    path: "/api/v1/org/members",
    summary: "List the members of one",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ query: { ...pageQuery(), name: name() }, response: pageOf(member()) }),
  }),
  create: endpoint({
    id: "organisations.create",
    method: "POST",
    path: "/api/v1/org/create",
    summary: "Make an organisation",
    description: "Without an owner it is administrators' alone, until it is given one.",
    schemas: () => ({ body: z.strictObject({ name: name(), owner: name().nullable() }), response: namespace() }),
  }),
  putMember: endpoint({
    id: "organisations.putMember",
    method: "POST",
    path: "/api/v1/org/add",
    summary: "Add a member, or change what one is",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      body: z.strictObject({ name: name(), account: name(), role: role() }),
      response: member(),
    }),
  }),
  handOver: endpoint({
    id: "organisations.handOver",
    method: "POST",
    path: "/api/v1/org/hand-over",
    summary: "Make an organisation a person's own namespace",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ body: z.strictObject({ name: name(), account: name() }), response: namespace() }),
  }),
  removeMember: endpoint({
    id: "organisations.removeMember",
    method: "POST",
    path: "/api/v1/org/remove",
    summary: "Remove a member",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      body: z.strictObject({ name: name(), account: name() }),
      response: z.strictObject({ account: z.string() }),
    }),
  }),
};
