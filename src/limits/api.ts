/** Endpoints of plans and usage. See `src/contract/endpoint.ts`. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";

const figure = (what: string) => z.int().min(0).nullable().describe(`${what}; null: no limit.`);

const plan = named(
  "Plan",
  () =>
    z.strictObject({
      name: z.string(),
      pulls: figure("Pulls in a window, by account, or by address without one"),
      pullWindowSeconds: z.int().min(1),
      privateRepositories: figure("In a namespace"),
      storageBytes: figure("Of the blobs in a namespace's repositories, each counted once"),
      members: figure("Of an organisation, owners included"),
      parallelBuilds: figure("At a time; nothing builds yet"),
    }),
  "What an account or an organisation may have.",
);

const namespaceUsage = named("NamespaceUsage", () =>
  z.strictObject({
    namespace: z.string(),
    plan: plan(),
    isEnforced: z.boolean().describe("False: plans limit nothing on this registry."),
    privateRepositories: z.int(),
    members: z.int(),
    storageBytes: z
      .int()
      .nullable()
      .describe("What is deleted counts until the recycle bin is through with it. Null where nothing is counted."),
  }),
);

const accountUsage = named("AccountUsage", () =>
  z.strictObject({
    account: z.string(),
    plan: plan(),
    isEnforced: z.boolean().describe("False: plans limit nothing on this registry."),
    pulls: z
      .strictObject({
        limit: z.int(),
        windowSeconds: z.int(),
        remaining: z.int(),
        resetsAt: z.iso.datetime().describe("When everything is allowed again."),
        source: z.string().describe("Whose pulls these are."),
      })
      .nullable()
      .describe("Null where there is no limit."),
  }),
);

const name = (what: string) => z.string().min(1).max(255).describe(what);
const chosen = () =>
  z.strictObject({ plan: z.string().max(32).nullable().describe("Null: the default plan of this registry.") });

export const limitsApi = {
  plans: endpoint({
    id: "plans.list",
    method: "GET",
    path: "/api/v1/plans",
    summary: "List plans",
    description: "Those that this registry has, in no order of worth.",
    tags: ["plans"],
    schemas: () => ({ response: z.strictObject({ plans: z.array(plan()) }) }),
  }),
  accountUsage: endpoint({
    id: "account.usage",
    method: "GET",
    path: "/api/v1/account/usage",
    summary: "Read what you have used of your plan",
    tags: ["plans"],
    schemas: () => ({ response: accountUsage() }),
  }),
  namespaceUsage: endpoint({
    id: "namespaces.usage",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/usage",
    summary: "Read what a namespace has used of its plan",
    tags: ["plans"],
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: name("A user's or an organisation's.") }, response: namespaceUsage() }),
  }),
  setAccountPlan: endpoint({
    id: "accounts.setPlan",
    method: "PUT",
    path: "/api/v1/accounts/<account>/plan",
    summary: "Set an account's plan",
    description: "For administrators. It holds for pulls, and for the namespace of the person.",
    tags: ["plans"],
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: name("Login name.") }, body: chosen(), response: chosen() }),
  }),
  setNamespacePlan: endpoint({
    id: "namespaces.setPlan",
    method: "PUT",
    path: "/api/v1/namespaces/<namespace>/plan",
    summary: "Set a namespace's plan",
    description:
      "For administrators. It holds for what is stored there, for its robots' pulls and, where it lets more be pulled, for its members' pulls.",
    tags: ["plans"],
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: name("An organisation's.") }, body: chosen(), response: chosen() }),
  }),
};
