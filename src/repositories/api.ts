/** The hub API of repositories: lists, each as a resource, stars, and why somebody may do something with one. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

const MAX_README = 64 * 1024;

const name = () => z.string().min(1).max(300);
const time = () => z.string().describe("RFC 3339.");
const visibility = () => z.enum(["public", "private"]);
const role = () => z.enum(["read", "write", "maintain", "admin"]);
const action = () => z.enum(["pull", "push", "delete", "see-deleted", "describe", "see-grants", "administer"]);
const description = () => z.string().max(200).describe("Plain text, one line in lists.");
const readme = () =>
  z
    .string()
    .max(MAX_README)
    .refine((text) => new TextEncoder().encode(text).length <= MAX_README, "has more than 64 KiB")
    .describe("Markdown, kept as it is: at most 64 KiB.");

const listed = () => ({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  visibility: visibility(),
  isOfficial: z.boolean(),
  isVerifiedPublisher: z.boolean(),
  stars: z.int(),
  pulls: z.int().describe("GETs of manifests that are not indexes; counted within seconds."),
  createdAt: time(),
  updatedAt: time().describe("When something was last pushed, or when it was made. RFC 3339."),
});

export const listedRepository = named("ListedRepository", () =>
  z.strictObject({
    ...listed(),
    deletedAt: time()
      .nullable()
      .describe("Since when it lies in the recycle bin; null unless `deleted` was asked for."),
    deletedBy: z.string().nullable(),
    purgedAt: time().nullable().describe("From then on its content may be removed for good."),
  }),
);

export const repository = named("Repository", () =>
  z.strictObject({
    ...listed(),
    namespace: z.string(),
    readme: z.string(),
    tags: z.int(),
    manifests: z.int(),
    isStarred: z.boolean().describe("By the caller."),
    role: role().nullable().describe("The caller's; null for those who see it because it is public."),
    actions: z.array(action()).describe("What the caller may do, with this credential."),
  }),
);

const params = () => ({ repository: name() });

export const repositoriesApi = {
  list: endpoint({
    id: "repositories.list",
    method: "GET",
    path: "/api/v1/repositories",
    summary: "List repositories",
    description:
      "Those that the caller may see. With `deleted`: those in the recycle bin that the caller may administer, newest first; all other filters are left aside.",
    isPublic: true,
    schemas: () => ({
      query: {
        ...pageQuery(),
        namespace: z.string().max(300).optional(),
        q: z.string().max(100).optional().describe("Text somewhere in the name, behind `prefix` where that is given."),
        prefix: z.string().max(300).optional().describe("What the name begins with."),
        visibility: visibility().optional(),
        official: z.boolean().default(false).describe("Only those with the flag."),
        starred: z.boolean().default(false).describe("Only those that the caller starred."),
        deleted: z.boolean().default(false).describe("What lies in the recycle bin."),
        sort: z.enum(["name", "updated", "stars", "pulls"]).default("name").describe("All but names: largest first."),
      },
      response: pageOf(listedRepository()),
    }),
  }),
  create: endpoint({
    id: "repositories.create",
    method: "POST",
    path: "/api/v1/repositories",
    summary: "Make an empty repository",
    description: "Needs `create-repository` on its namespace. Its visibility is the namespace's default unless given.",
    status: 201,
    maxBodyBytes: 512 * 1024,
    errors: ["CONFLICT", "NAME_INVALID"],
    schemas: () => ({
      body: z.strictObject({
        name: name(),
        description: description().optional(),
        readme: readme().optional(),
        visibility: visibility().optional(),
      }),
      response: repository(),
    }),
  }),
  get: endpoint({
    id: "repositories.get",
    method: "GET",
    path: "/api/v1/repositories/<repository>",
    summary: "Read a repository",
    description: "Its ETag is that of what people can change, for `If-Match`; counts are no part of it.",
    isPublic: true,
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ params: params(), response: repository() }),
  }),
  update: endpoint({
    id: "repositories.update",
    method: "PATCH",
    path: "/api/v1/repositories/<repository>",
    summary: "Describe a repository, or make it public or private",
    description: "What is left out stays. Needs `describe`; the visibility needs `administer`.",
    ifMatch: "optional",
    maxBodyBytes: 512 * 1024,
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({
        description: description().optional(),
        readme: readme().optional(),
        visibility: visibility().optional(),
      }),
      response: repository(),
    }),
  }),
  setOfficial: endpoint({
    id: "repositories.setOfficial",
    method: "PUT",
    path: "/api/v1/repositories/<repository>/-/official",
    summary: "Call a repository official, or not",
    description: "For administrators.",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({ isOfficial: z.boolean() }),
      response: repository(),
    }),
  }),
  rename: endpoint({
    id: "repositories.rename",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/rename",
    summary: "Rename a repository within its namespace",
    description:
      "The old name goes on leading to it, and nothing else may take it. Grants on patterns follow the new name.",
    errors: ["NAME_UNKNOWN", "CONFLICT", "NAME_INVALID"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({ name: name().describe("The whole new name, namespace included.") }),
      response: repository(),
    }),
  }),
  move: endpoint({
    id: "repositories.move",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/move",
    summary: "Move a repository to another namespace",
    description:
      "Needs `administer` here and `create-repository` there. Grants on it alone end; its old name goes on leading to it.",
    errors: ["NAME_UNKNOWN", "CONFLICT", "NAME_INVALID"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({ name: name().describe("The whole new name, namespace included.") }),
      response: repository(),
    }),
  }),
  delete: endpoint({
    id: "repositories.delete",
    method: "DELETE",
    path: "/api/v1/repositories/<repository>",
    summary: "Delete a repository",
    description:
      "It goes to the recycle bin, from where it can be restored until `bin.keepSeconds` are over. Its name stays its own, also after that.",
    errors: ["NAME_UNKNOWN", "UNSUPPORTED"],
    schemas: () => ({
      params: params(),
      query: {
        now: z
          .boolean()
          .default(false)
          .describe(
            "For good, also from the recycle bin: the next passes of the garbage collector remove its content.",
          ),
      },
    }),
  }),
  restore: endpoint({
    id: "repositories.restore",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/restore",
    summary: "Take a repository out of the recycle bin",
    description:
      "As it went in: with its tags, grants and visibility. Needs `administer` by its namespace or a pattern.",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ params: params(), response: repository() }),
  }),
  star: endpoint({
    id: "repositories.star",
    method: "PUT",
    path: "/api/v1/repositories/<repository>/-/star",
    summary: "Star a repository",
    description: "For people.",
    status: 204,
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ params: params() }),
  }),
  unstar: endpoint({
    id: "repositories.unstar",
    method: "DELETE",
    path: "/api/v1/repositories/<repository>/-/star",
    summary: "Take a star back",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ params: params() }),
  }),
};

export const accessApi = {
  explain: endpoint({
    id: "access.explain",
    method: "GET",
    path: "/api/v1/access/explain",
    summary: "Why an account can, or cannot, do something with a repository",
    description:
      "Anyone may ask about themselves; those who may administer the repository, auditors and administrators about everyone.",
    errors: ["NOT_FOUND"],
    schemas: () => ({
      query: {
        repository: name(),
        action: action().default("pull"),
        account: z.string().max(300).optional().describe("A login name; the caller unless given."),
      },
      response: z.strictObject({
        account: z.string(),
        action: action(),
        repository: z.string(),
        isAllowed: z.boolean(),
        reason: z.string().describe("Of the refusal, as clients are shown it; empty where it is allowed."),
        neededRole: role(),
        role: role().nullable().describe("The best that any rule gives."),
        rules: z
          .array(
            z.strictObject({
              kind: z.enum([
                "administrator",
                "auditor",
                "everywhere",
                "owner",
                "members",
                "grant",
                "public",
                "ceiling",
                "creation",
              ]),
              role: role().nullable(),
              via: z.string().nullable().describe("The team it is given to, or what else it comes from."),
              pattern: z.string().nullable(),
              counts: z
                .boolean()
                .describe("Whether it allows, or gives a role on this repository; or, of a ceiling, lets it through."),
              text: z.string(),
            }),
          )
          .describe("Every rule that was looked at."),
      }),
    }),
  }),
};
