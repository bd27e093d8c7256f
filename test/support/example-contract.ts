/** A small hub API for tests of the contract's mechanism: a repository, its tags, tokens, an export. */
import { z } from "zod";
import { endpoint, named } from "../../src/contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../src/contract/page.ts";

export const repositoryName = named("RepositoryName", () => z.string().min(1).max(255));

export const repository = named(
  "Repository",
  () =>
    z.strictObject({
      id: z.string(),
      name: repositoryName(),
      description: z.string().describe("Plain text."),
      isPrivate: z.boolean(),
    }),
  "A repository as whoever may read it sees it.",
);

export const tagCursor = cursor("tags by name", () => z.tuple([z.string().max(128)]));

export const repositoriesApi = {
  get: endpoint({
    id: "repositories.get",
    method: "GET",
    path: "/api/v1/repositories/<repository>",
    summary: "Read a repository",
    errors: ["NAME_UNKNOWN"],
    hasETag: true,
    schemas: () => ({ params: { repository: repositoryName() }, response: repository() }),
  }),
  update: endpoint({
    id: "repositories.update",
    method: "PATCH",
    path: "/api/v1/repositories/<repository>",
    summary: "Change a repository",
    description: "What is left out stays as it is.\n\nNeeds the role `admin` on it.",
    errors: ["NAME_UNKNOWN"],
    hasETag: true,
    ifMatch: "required",
    schemas: () => ({
      params: { repository: repositoryName() },
      body: z.strictObject({ description: z.string().max(100).optional(), isPrivate: z.boolean().optional() }),
      response: repository(),
    }),
  }),
  delete: endpoint({
    id: "repositories.delete",
    method: "DELETE",
    path: "/api/v1/repositories/<repository>",
    summary: "Delete a repository",
    errors: ["NAME_UNKNOWN"],
    ifMatch: "optional",
    schemas: () => ({ params: { repository: repositoryName() } }),
  }),
};

export const tagsApi = {
  list: endpoint({
    id: "tags.list",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/tags",
    summary: "List tags",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      params: { repository: repositoryName() },
      query: {
        ...pageQuery(),
        deleted: z.boolean().default(false).describe("Those in the recycle bin."),
        platform: z
          .array(z.enum(["amd64", "arm64"]))
          .max(10)
          .optional(),
      },
      response: pageOf(z.strictObject({ name: z.string(), revision: z.int() })),
    }),
  }),
  get: endpoint({
    id: "tags.get",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/tags/<tag>",
    summary: "Read a tag",
    schemas: () => ({
      params: { repository: repositoryName(), tag: z.string().max(128) },
      response: z.strictObject({ name: z.string() }),
    }),
  }),
};

export const tokensApi = {
  create: endpoint({
    id: "tokens.create",
    method: "POST",
    path: "/api/v1/tokens",
    summary: "Make a token",
    status: 201,
    errors: ["CONFLICT"],
    schemas: () => ({
      body: z.strictObject({
        name: z.string().min(1).max(50),
        scopes: z
          .array(z.strictObject({ pattern: z.string().max(255), actions: z.array(z.enum(["pull", "push"])).max(2) }))
          .max(20)
          .default([]),
        labels: z.record(z.string().max(50), z.string().max(50)).optional(),
      }),
      response: z.strictObject({ id: z.string(), secret: z.string() }),
    }),
  }),
  ping: endpoint({
    id: "tokens.ping",
    method: "POST",
    path: "/api/v1/tokens/<id>/ping",
    summary: "Nothing in, nothing out",
    isPublic: true,
    schemas: () => ({ params: { id: z.int() } }),
  }),
  export: endpoint({
    id: "tokens.export",
    method: "GET",
    path: "/api/v1/tokens-csv",
    summary: "Export tokens",
    media: ["text/csv"],
    schemas: () => ({}),
  }),
};

export const exampleApi = { repositories: repositoriesApi, tags: tagsApi, tokens: tokensApi };
