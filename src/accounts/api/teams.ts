/** Endpoints of an organisation's teams. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../contract/page.ts";
import { description, pathName, time } from "./common.ts";

export const teamCursor = cursor("teams by name", () => z.tuple([z.string().max(64)]));
export const teamMemberCursor = cursor("team members", () => z.tuple([z.int().min(0), z.string().max(100)]));

const teamName = () =>
  z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, "lower-case letters and digits, joined by single . _ or -");

export const team = named("Team", () =>
  z.strictObject({ id: z.string(), name: z.string(), description: z.string(), createdAt: time() }),
);

export const teamMember = named("TeamMember", () =>
  z.strictObject({
    accountId: z.string(),
    account: z.string(),
    displayName: z.string(),
    source: z.string().nullable().describe("The source whose groups put them there; null when a person did."),
    createdAt: time(),
  }),
);

const group = () =>
  z.strictObject({
    source: z
      .string()
      .max(100)
      .regex(/^(?:ldap|oidc):[\w.-]+$/, "a source such as ldap:corp or oidc:github"),
    group: z.string().min(1).max(255).describe("As the source calls it: a name, or a distinguished name."),
  });

export const teamGroups = named("TeamGroups", () => z.strictObject({ groups: z.array(group()).max(100) }));

const path = "/api/v1/namespaces/<namespace>/teams/<team>";
const params = () => ({ namespace: pathName(), team: pathName() });

export const teamsApi = {
  list: endpoint({
    id: "teams.list",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/teams",
    summary: "List teams",
    schemas: () => ({ params: { namespace: pathName() }, query: pageQuery(), response: pageOf(team()) }),
  }),
  create: endpoint({
    id: "teams.create",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/teams",
    summary: "Make a team",
    status: 201,
    errors: ["CONFLICT"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({ name: teamName(), description: description().default("") }),
      response: team(),
    }),
  }),
  get: endpoint({
    id: "teams.get",
    method: "GET",
    path,
    summary: "Read a team",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), response: team() }),
  }),
  update: endpoint({
    id: "teams.update",
    method: "PATCH",
    path,
    summary: "Rename or describe a team",
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({ name: teamName().optional(), description: description().optional() }),
      response: team(),
    }),
  }),
  delete: endpoint({
    id: "teams.delete",
    method: "DELETE",
    path,
    summary: "Delete a team",
    description:
      "With what was granted to it. Its members stay in the organisation; whom only its groups brought there leaves with the next login.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params() }),
  }),
  listMembers: endpoint({
    id: "teams.listMembers",
    method: "GET",
    path: `${path}/members`,
    summary: "List a team's members",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), query: pageQuery(), response: pageOf(teamMember()) }),
  }),
  addMember: endpoint({
    id: "teams.addMember",
    method: "PUT",
    path: `${path}/members/<account>`,
    summary: "Put a member of the organisation into a team",
    errors: ["NOT_FOUND", "CONFLICT"],
    status: 204,
    schemas: () => ({ params: { ...params(), account: pathName() } }),
  }),
  removeMember: endpoint({
    id: "teams.removeMember",
    method: "DELETE",
    path: `${path}/members/<account>`,
    summary: "Take somebody out of a team",
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({ params: { ...params(), account: pathName() } }),
  }),
  getGroups: endpoint({
    id: "teams.getGroups",
    method: "GET",
    path: `${path}/groups`,
    summary: "Read which groups of sources make the team",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), response: teamGroups() }),
  }),
  putGroups: endpoint({
    id: "teams.putGroups",
    method: "PUT",
    path: `${path}/groups`,
    summary: "Say which groups of sources make the team",
    description: "Whoever is in one of them is in the team from their next login on, and out when they leave them.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), body: teamGroups(), response: teamGroups() }),
  }),
};
