/** Endpoints of grants: of a namespace for its owners, of one repository for whoever has role admin on it. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../contract/page.ts";
import { pathId, pathName, role, time } from "./common.ts";

export const grantCursor = cursor("grants by id", () => z.tuple([z.int().min(0)]));

const subject = named("GrantSubject", () =>
  z.strictObject({
    kind: z.enum(["account", "team", "robot"]),
    name: z.string().min(1).max(255).describe("Login name of a person or robot, name of a team."),
  }),
);

export const grant = named("Grant", () =>
  z.strictObject({
    id: z.string(),
    subject: subject(),
    on: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("namespace") }),
      z.strictObject({ kind: z.literal("pattern"), pattern: z.string() }),
      z.strictObject({ kind: z.literal("repository"), id: z.string(), name: z.string() }),
    ]),
    role: role(),
    createdAt: time(),
    createdBy: z.string(),
  }),
);

const wanted = named("GrantObject", () =>
  z.union([
    z.strictObject({ kind: z.literal("namespace") }),
    z.strictObject({
      kind: z.literal("pattern"),
      pattern: z
        .string()
        .min(1)
        .max(255)
        .describe("Full names in which * stands for any characters; begins with the namespace: `acme/web-*`."),
    }),
    z.strictObject({ kind: z.literal("repository"), id: pathId() }),
    z.strictObject({ kind: z.literal("repository"), name: z.string().min(1).max(255) }),
  ]),
);

export const grantsApi = {
  list: endpoint({
    id: "grants.list",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/grants",
    summary: "List all grants of a namespace",
    schemas: () => ({ params: { namespace: pathName() }, query: pageQuery(), response: pageOf(grant()) }),
  }),
  put: endpoint({
    id: "grants.put",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/grants",
    summary: "Grant a role, or change what was granted",
    description: "One grant for each subject and object: granting again changes its role.",
    errors: ["NOT_FOUND"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({ subject: subject(), on: wanted(), role: role() }),
      response: grant(),
    }),
  }),
  delete: endpoint({
    id: "grants.delete",
    method: "DELETE",
    path: "/api/v1/namespaces/<namespace>/grants/<grant>",
    summary: "Take a grant back",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: pathName(), grant: pathId() } }),
  }),
  listOn: endpoint({
    id: "grants.listOn",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/grants",
    summary: "List the grants on a repository",
    description: "Those on it alone: what a pattern or the whole namespace gives is listed there.",
    tags: ["grants"],
    schemas: () => ({ params: { repository: pathName() }, query: pageQuery(), response: pageOf(grant()) }),
  }),
  putOn: endpoint({
    id: "grants.putOn",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/grants",
    summary: "Grant a role on a repository",
    tags: ["grants"],
    errors: ["NOT_FOUND"],
    schemas: () => ({
      params: { repository: pathName() },
      body: z.strictObject({ subject: subject(), role: role() }),
      response: grant(),
    }),
  }),
  deleteOn: endpoint({
    id: "grants.deleteOn",
    method: "DELETE",
    path: "/api/v1/repositories/<repository>/-/grants/<grant>",
    summary: "Take a grant on a repository back",
    tags: ["grants"],
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { repository: pathName(), grant: pathId() } }),
  }),
};
