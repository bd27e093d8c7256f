/** Accounts and their tokens, as operators have them. Times are ms since 1970. */
import { z } from "zod";
import { SCOPE_ACTIONS } from "../access/ceiling.ts";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";
import { isMailAddress } from "../mail/address.ts";

const name = () => z.string().min(1).max(300);
/** Without one, one is made up and told. */
const password = () => z.string().max(8_192).optional();
const systemRole = () => z.enum(["none", "auditor", "administrator"]);
const scopes = () =>
  z.array(z.strictObject({ actions: z.array(z.enum(SCOPE_ACTIONS)).min(1).max(4), pattern: z.string().max(255) }));

const account = named("OperatorAccount", () =>
  z.strictObject({
    id: z.number(),
    kind: z.enum(["person", "robot"]),
    name: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    isEmailVerified: z.boolean(),
    systemRole: systemRole(),
    isDisabled: z.boolean(),
    createdAt: z.number(),
    lastLoginAt: z.number().nullable(),
  }),
);

const token = named("OperatorToken", () =>
  z.strictObject({
    id: z.number(),
    kind: z.enum(["personal", "robot", "refresh"]),
    name: z.string(),
    hint: z.string(),
    scopes: scopes().nullable(),
    createdAt: z.number(),
    expiresAt: z.number().nullable(),
    lastUsedAt: z.number().nullable(),
    lastUsedAddress: z.string().nullable(),
  }),
);

/** `password`: the one that was made up. `hasClaimed`: whether the registry was nobody's until now. */
const created = named("CreatedAccount", () =>
  z.strictObject({ account: account(), password: z.string().nullable(), hasClaimed: z.boolean().optional() }),
);

export type OperatorAccount = z.output<ReturnType<typeof account>>;
export type OperatorToken = z.output<ReturnType<typeof token>>;
export type CreatedAccount = z.output<ReturnType<typeof created>>;

export const accountsApi = {
  list: endpoint({
    id: "accounts.list",
    method: "GET",
    path: "/api/v1/accounts",
    summary: "List accounts, by name",
    schemas: () => ({
      query: { ...pageQuery(), prefix: z.string().max(300).default("") },
      response: pageOf(account()),
    }),
  }),
  get: endpoint({
    id: "accounts.get",
    method: "GET",
    path: "/api/v1/account",
    summary: "Read an account",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ query: { name: name() }, response: account() }),
  }),
  create: endpoint({
    id: "accounts.create",
    method: "POST",
    path: "/api/v1/account/create",
    summary: "Make a person's account",
    schemas: () => ({
      body: z.strictObject({
        name: name(),
        isAdministrator: z.boolean(),
        password: password(),
        email: z.string().max(254).refine(isMailAddress, "must be an e-mail address").optional(),
      }),
      response: created(),
    }),
  }),
  setPassword: endpoint({
    id: "accounts.setPassword",
    method: "POST",
    path: "/api/v1/account/password",
    summary: "Give a person a new password",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ body: z.strictObject({ name: name(), password: password() }), response: created() }),
  }),
  change: endpoint({
    id: "accounts.change",
    method: "POST",
    path: "/api/v1/account/change",
    summary: "Disable or enable an account, or change its system role",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      body: z.strictObject({
        name: name(),
        isDisabled: z.boolean().optional(),
        systemRole: systemRole().optional(),
      }),
      response: account(),
    }),
  }),
  revoke: endpoint({
    id: "accounts.revoke",
    method: "POST",
    path: "/api/v1/account/revoke",
    summary: "End all credentials of an account but its password",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ body: z.strictObject({ name: name() }), response: account() }),
  }),
  reseal: endpoint({
    id: "accounts.reseal",
    method: "POST",
    path: "/api/v1/secrets/reseal",
    summary: "Seal all secrets with the first key of the secret key file",
    errors: ["CONFLICT"],
    schemas: () => ({
      body: z.strictObject({
        oldKeyFile: z.string().startsWith("/", "must be an absolute path").max(4_096).optional(),
      }),
      response: z.strictObject({ resealed: z.int() }),
    }),
  }),
  resetFactors: endpoint({
    id: "accounts.resetFactors",
    method: "POST",
    path: "/api/v1/account/reset-factors",
    summary: "Take all second factors from a person who lost them",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      body: z.strictObject({ name: name() }),
      response: z.strictObject({
        account: account(),
        hadFactors: z.boolean().describe("False: there were none, and nothing was changed."),
      }),
    }),
  }),
};

export const tokensApi = {
  list: endpoint({
    id: "tokens.list",
    method: "GET",
    path: "/api/v1/tokens",
    summary: "List the tokens of an account",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ query: { ...pageQuery(), name: name() }, response: pageOf(token()) }),
  }),
  create: endpoint({
    id: "tokens.create",
    method: "POST",
    path: "/api/v1/token/create",
    summary: "Make a token of an account",
    description: "Without scopes: it may all that the account may.",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      body: z.strictObject({
        account: name(),
        name: z.string().min(1).max(100),
        scopes: scopes().min(1).max(50).nullable(),
        expiresAt: z.int().nullable(),
      }),
      response: z.strictObject({ id: z.number(), text: z.string() }),
    }),
  }),
  revoke: endpoint({
    id: "tokens.revoke",
    method: "POST",
    path: "/api/v1/token/revoke",
    summary: "End a token of an account",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      body: z.strictObject({ account: name(), id: z.int() }),
      response: z.strictObject({ id: z.number() }),
    }),
  }),
};
