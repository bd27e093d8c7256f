/** Endpoints of namespaces: people's own, and organisations. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../contract/page.ts";
import { description, pathName, role, time } from "./common.ts";

export const namespaceCursor = cursor("namespaces by name", () => z.tuple([z.string().max(255)]));

const visibility = () => z.enum(["public", "private"]);
const newName = () =>
  z.string().min(1).max(64).describe("Letters and digits, joined by single . or _ or by -; also nobody's former name.");

export const namespace = named(
  "Namespace",
  () =>
    z.strictObject({
      id: z.string(),
      name: z.string(),
      kind: z.enum(["user", "organisation"]),
      displayName: z.string(),
      description: z.string(),
      defaultVisibility: visibility().describe("What a repository that a push makes begins as."),
      createsOnPush: z.boolean().describe("Whether a push may make a repository."),
      membersRole: role().nullable().describe("What every member may do in every repository; null: as granted."),
      isVerifiedPublisher: z.boolean(),
      createdAt: time(),
      deletedAt: time().nullable().describe("In the recycle bin since then."),
    }),
  "The first component of repositories' names: a person's own, or an organisation's.",
);

const settings = () => ({
  displayName: z.string().max(100).optional(),
  description: description().optional(),
  defaultVisibility: visibility().optional(),
  createsOnPush: z.boolean().optional(),
  membersRole: role().nullable().optional(),
});

export const namespacesApi = {
  list: endpoint({
    id: "namespaces.list",
    method: "GET",
    path: "/api/v1/namespaces",
    summary: "List namespaces",
    description: "Those that the caller belongs to, or may see a repository of, by name.",
    schemas: () => ({
      query: {
        ...pageQuery(),
        deleted: z.boolean().default(false).describe("Those in the recycle bin that the caller may restore instead."),
      },
      response: pageOf(namespace()),
    }),
  }),
  create: endpoint({
    id: "namespaces.create",
    method: "POST",
    path: "/api/v1/namespaces",
    summary: "Make an organisation",
    description:
      "The caller becomes its owner. Where `accounts.organisationCreation` says so, administrators alone may.",
    status: 201,
    errors: ["NAME_INVALID", "CONFLICT"],
    schemas: () => ({
      body: z.strictObject({ name: newName(), ...settings() }),
      response: namespace(),
    }),
  }),
  get: endpoint({
    id: "namespaces.get",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>",
    summary: "Read a namespace",
    description: "Also by a name that it had. Those who belong to it, or may see a repository of it, see it.",
    isPublic: true,
    errors: ["NOT_FOUND"],
    hasETag: true,
    schemas: () => ({ params: { namespace: pathName() }, response: namespace() }),
  }),
  update: endpoint({
    id: "namespaces.update",
    method: "PATCH",
    path: "/api/v1/namespaces/<namespace>",
    summary: "Change a namespace's settings",
    description: "What is left out stays as it is.",
    errors: ["NOT_FOUND"],
    ifMatch: "optional",
    hasETag: true,
    schemas: () => ({ params: { namespace: pathName() }, body: z.strictObject(settings()), response: namespace() }),
  }),
  rename: endpoint({
    id: "namespaces.rename",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/rename",
    summary: "Rename a namespace",
    description:
      "All of its repositories follow, and a person's own is renamed with the account. The name before goes on leading here, and nobody else can take it.",
    errors: ["NOT_FOUND", "NAME_INVALID", "CONFLICT"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({ name: newName() }),
      response: namespace(),
    }),
  }),
  handOver: endpoint({
    id: "namespaces.handOver",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/hand-over",
    summary: "Make an organisation a person's own namespace",
    description:
      "For administrators. The person's account gets the organisation's name; the namespace that was theirs has to be empty and goes. Refused while others than administrators are members, and while there are teams or robots.",
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({ account: z.string().min(1).max(64) }),
      response: namespace(),
    }),
  }),
  delete: endpoint({
    id: "namespaces.delete",
    method: "DELETE",
    path: "/api/v1/namespaces/<namespace>",
    summary: "Delete an organisation",
    description: "To the recycle bin: its repositories answer as if they were not there, its robots are disabled.",
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({ params: { namespace: pathName() } }),
  }),
  restore: endpoint({
    id: "namespaces.restore",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/restore",
    summary: "Restore an organisation from the recycle bin",
    description: "By its owners and by administrators. What had been deleted in it before stays deleted.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: pathName() }, response: namespace() }),
  }),
  purge: endpoint({
    id: "namespaces.purge",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/purge",
    summary: "Delete an organisation for good",
    description: "One in the recycle bin, when none of its repositories has content any more. Its name stays reserved.",
    errors: ["NOT_FOUND", "CONFLICT"],
    status: 204,
    schemas: () => ({ params: { namespace: pathName() } }),
  }),
  verify: endpoint({
    id: "namespaces.verify",
    method: "PUT",
    path: "/api/v1/namespaces/<namespace>/verified-publisher",
    summary: "Say whether a namespace is a verified publisher's",
    errors: ["NOT_FOUND"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({ isVerifiedPublisher: z.boolean() }),
      response: namespace(),
    }),
  }),
};
