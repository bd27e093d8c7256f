/** Endpoints of a namespace's robots and their tokens. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../contract/page.ts";
import { description, pathId, pathName, scopes, time } from "./common.ts";

export const robotCursor = cursor("robots by name", () => z.tuple([z.string().max(255)]));
export const robotTokenCursor = cursor("robot tokens by id", () => z.tuple([z.int().min(0)]));

export const robot = named("Robot", () =>
  z.strictObject({
    id: z.string(),
    name: z.string().describe("What it logs in as: `<namespace>.<name>`."),
    description: z.string(),
    repository: z
      .string()
      .nullable()
      .describe(
        "The one repository that it can reach; null for all it was granted; empty where it was moved elsewhere.",
      ),
    isDisabled: z.boolean(),
    createdAt: time(),
  }),
);

export const robotToken = named("RobotToken", () =>
  z.strictObject({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe("How it begins."),
    scopes: scopes().nullable(),
    createdAt: time(),
    expiresAt: time().nullable(),
    lastUsedAt: time().nullable(),
    lastUsedAddress: z.string().nullable(),
  }),
);

const madeToken = named("NewRobotToken", () =>
  z.strictObject({ id: z.string(), token: z.string().describe("Told this once; only a hash of it is kept.") }),
);

const expiresInDays = () =>
  z.int().min(1).max(3_650).nullable().default(365).describe("Days; null for a token that does not expire.");

const path = "/api/v1/namespaces/<namespace>/robots/<robot>";
const params = () => ({ namespace: pathName(), robot: pathName() });

export const robotsApi = {
  list: endpoint({
    id: "robots.list",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/robots",
    summary: "List robots",
    schemas: () => ({ params: { namespace: pathName() }, query: pageQuery(), response: pageOf(robot()) }),
  }),
  create: endpoint({
    id: "robots.create",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/robots",
    summary: "Make a robot",
    description:
      "It logs in as `<namespace>.<name>`, or with a number behind where that name is taken: the answer says which. It may nothing until it is granted something.",
    status: 201,
    errors: ["NAME_INVALID", "NOT_FOUND", "CONFLICT"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({
        name: z
          .string()
          .min(1)
          .max(40)
          .regex(/^[a-z0-9._-]+$/, "lower-case letters, digits and . _ - alone"),
        description: description().default(""),
        repository: z.string().max(255).nullable().default(null).describe("Confines it to this repository."),
      }),
      response: robot(),
    }),
  }),
  get: endpoint({
    id: "robots.get",
    method: "GET",
    path,
    summary: "Read a robot",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), response: robot() }),
  }),
  update: endpoint({
    id: "robots.update",
    method: "PATCH",
    path,
    summary: "Describe, disable or enable a robot",
    errors: ["NOT_FOUND"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({ description: description().optional(), isDisabled: z.boolean().optional() }),
      response: robot(),
    }),
  }),
  delete: endpoint({
    id: "robots.delete",
    method: "DELETE",
    path,
    summary: "Delete a robot",
    description: "For good, with its tokens and grants. Nobody else gets its name.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params() }),
  }),
  listTokens: endpoint({
    id: "robots.listTokens",
    method: "GET",
    path: `${path}/tokens`,
    summary: "List a robot's tokens",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), query: pageQuery(), response: pageOf(robotToken()) }),
  }),
  createToken: endpoint({
    id: "robots.createToken",
    method: "POST",
    path: `${path}/tokens`,
    summary: "Make a token for a robot",
    status: 201,
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({
        name: z.string().min(1).max(100),
        scopes: scopes().nullable().default(null).describe("Null: all that the robot may."),
        expiresInDays: expiresInDays(),
      }),
      response: madeToken(),
    }),
  }),
  rotateToken: endpoint({
    id: "robots.rotateToken",
    method: "POST",
    path: `${path}/tokens/<token>/rotate`,
    summary: "Replace a robot's token",
    description: "By one with the same name and scopes. The one before works for the grace that is asked for.",
    status: 201,
    errors: ["NOT_FOUND", "CONFLICT"],
    schemas: () => ({
      params: { ...params(), token: pathId() },
      body: z.strictObject({
        graceSeconds: z.int().min(0).max(604_800).default(0).describe("Seconds for which the old one still works."),
        expiresInDays: expiresInDays(),
      }),
      response: madeToken(),
    }),
  }),
  revokeToken: endpoint({
    id: "robots.revokeToken",
    method: "DELETE",
    path: `${path}/tokens/<token>`,
    isForReadonly: true,
    summary: "Revoke a robot's token",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { ...params(), token: pathId() } }),
  }),
};
