/** The hub API's endpoints of a person's own things: the login, the profile, sessions and tokens. */
import { z } from "zod";
import { SCOPE_ACTIONS } from "../access/ceiling.ts";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";
import { SECOND_FACTORS } from "./factor-kinds.ts";
import { SIGN_UP_POLICIES } from "./sign-up-policy.ts";

const id = () =>
  z
    .string()
    .max(16)
    .regex(/^[1-9]\d*$/, "expected an id");
const time = () => z.iso.datetime();
const loginName = () => z.string().min(1).max(300);
const password = () => z.string().max(4_096);
const email = () => z.string().min(3).max(254);
const code = () => z.string().max(100);
const name = () => z.string().min(1).max(300);

export const account = named(
  "Account",
  () =>
    z.strictObject({
      id: z.string(),
      kind: z.enum(["person", "robot"]),
      name: z.string(),
      displayName: z.string(),
      email: z.string().nullable(),
      isEmailVerified: z.boolean(),
      systemRole: z.enum(["none", "auditor", "administrator"]),
      isDisabled: z.boolean(),
      createdAt: time(),
      lastLoginAt: time().nullable(),
    }),
  "An account as it and administrators see it.",
);

const scope = named(
  "TokenScope",
  () =>
    z.strictObject({
      actions: z.array(z.enum(SCOPE_ACTIONS)).min(1).max(SCOPE_ACTIONS.length),
      pattern: z.string().min(1).max(255).describe("Names of repositories; `*` stands for any characters."),
    }),
  "Actions on repositories whose names match. `manage` with the pattern `*` is what the hub API's changes need.",
);

export const token = named("Token", () =>
  z.strictObject({
    id: z.string(),
    kind: z.enum(["personal", "robot", "refresh"]).describe("`refresh`: what `docker login` keeps."),
    name: z.string(),
    hint: z.string().describe("Its beginning, to know it by."),
    scopes: z.array(scope()).nullable().describe("Null: all that the account may do."),
    createdAt: time(),
    expiresAt: time().nullable(),
    isExpired: z.boolean(),
    lastUsedAt: time().nullable(),
    lastUsedAddress: z.string().nullable(),
  }),
);

export const session = named("Session", () =>
  z.strictObject({
    id: z.string(),
    isCurrent: z.boolean(),
    createdAt: time(),
    lastUsedAt: time().describe("To some minutes."),
    expiresAt: time().describe("Unless it is used before."),
    address: z.string(),
    agent: z.string().describe("What the browser called itself."),
  }),
);

export const setupApi = {
  get: endpoint({
    id: "setup.get",
    method: "GET",
    path: "/api/v1/setup",
    summary: "What a login page needs to know",
    isPublic: true,
    schemas: () => ({
      response: z.strictObject({
        isClaimed: z.boolean().describe("False: nobody has made the first administrator yet."),
        signUp: z.enum(SIGN_UP_POLICIES),
        hasMail: z.boolean().describe("Whether forgotten passwords can be reset by e-mail."),
      }),
    }),
  }),
  claim: endpoint({
    id: "setup.claim",
    method: "POST",
    path: "/api/v1/setup",
    summary: "Make the first administrator",
    description: "With the setup code that the server's log shows. Begins a session.",
    isPublic: true,
    status: 201,
    errors: ["CONFLICT", "DENIED", "NAME_INVALID", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({ code: code(), name: name(), password: password(), email: email().optional() }),
      response: account(),
    }),
  }),
};

export const sessionApi = {
  create: endpoint({
    id: "session.create",
    method: "POST",
    path: "/api/v1/session",
    isForReadonly: true,
    summary: "Log in",
    description:
      "Answers with a cookie, or, where the account has a second factor, with what it can show and with `pending`, which goes with the second step.",
    isPublic: true,
    errors: ["UNAUTHORIZED", "DENIED", "TOOMANYREQUESTS", "UNAVAILABLE"],
    schemas: () => ({
      body: z.strictObject({ name: loginName(), password: password() }),
      response: z.strictObject({
        account: account().nullable(),
        secondFactor: z.array(z.enum(SECOND_FACTORS)),
        pending: z.string().nullable(),
      }),
    }),
  }),
  get: endpoint({
    id: "session.get",
    method: "GET",
    path: "/api/v1/session",
    summary: "Who am I",
    schemas: () => ({
      response: z.strictObject({
        account: account(),
        credential: z.enum(["password", "session", "token", "workload"]),
        provenAt: time().nullable().describe("Of a session: when the password was last asked for."),
        hasPassword: z.boolean().describe("Of this registry's own; false: another service checks the account's."),
        scopes: z.array(scope()).nullable().describe("What the token narrows the rights to; null: nothing does."),
        namespaces: z
          .array(
            z.strictObject({
              id: z.string(),
              name: z.string(),
              kind: z.enum(["user", "organisation"]),
              displayName: z.string(),
              role: z.enum(["owner", "member"]),
            }),
          )
          .describe("Those that the account belongs to, its own first."),
      }),
    }),
  }),
  delete: endpoint({
    id: "session.delete",
    method: "DELETE",
    path: "/api/v1/session",
    isForReadonly: true,
    summary: "Log out",
    schemas: () => ({}),
  }),
};

export const accountApi = {
  get: endpoint({
    id: "account.get",
    method: "GET",
    path: "/api/v1/account",
    summary: "Read the own profile",
    schemas: () => ({ response: account() }),
  }),
  update: endpoint({
    id: "account.update",
    method: "PATCH",
    path: "/api/v1/account",
    summary: "Change the own profile",
    description:
      "A new e-mail address needs the password, where the account has one. Where mail is configured the address counts once the link that is sent there was opened.",
    errors: ["DENIED", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({
        displayName: z.string().max(100).optional(),
        email: email().nullable().optional(),
        password: password().optional(),
      }),
      response: z.strictObject({
        account: account(),
        isMailSent: z.boolean().describe("Whether the new address is still to be confirmed."),
      }),
    }),
  }),
  password: endpoint({
    id: "account.password",
    method: "POST",
    path: "/api/v1/account/password",
    summary: "Change the own password",
    description:
      "Ends all other sessions and what `docker login` keeps; access tokens stay. The session that asks goes on under a new cookie.",
    errors: ["DENIED", "TOOMANYREQUESTS"],
    schemas: () => ({ body: z.strictObject({ oldPassword: password(), newPassword: password() }) }),
  }),
};

export const accountSessionsApi = {
  list: endpoint({
    id: "accountSessions.list",
    method: "GET",
    path: "/api/v1/account/sessions",
    summary: "List the own sessions",
    schemas: () => ({ query: pageQuery(), response: pageOf(session()) }),
  }),
  delete: endpoint({
    id: "accountSessions.delete",
    method: "DELETE",
    path: "/api/v1/account/sessions/<session>",
    isForReadonly: true,
    summary: "End a session",
    errors: ["DENIED", "NOT_FOUND"],
    schemas: () => ({ params: { session: id() } }),
  }),
  deleteOthers: endpoint({
    id: "accountSessions.deleteOthers",
    method: "DELETE",
    path: "/api/v1/account/sessions",
    isForReadonly: true,
    summary: "End all sessions but this one",
    errors: ["DENIED"],
    schemas: () => ({}),
  }),
};

export const accountTokensApi = {
  list: endpoint({
    id: "accountTokens.list",
    method: "GET",
    path: "/api/v1/account/tokens",
    summary: "List the own tokens",
    schemas: () => ({ query: pageQuery(), response: pageOf(token()) }),
  }),
  create: endpoint({
    id: "accountTokens.create",
    method: "POST",
    path: "/api/v1/account/tokens",
    summary: "Make a personal access token",
    description:
      "Asked for with a token, the new one reaches no further than that, no longer, and ends when that is revoked. There are 500 at most.",
    status: 201,
    errors: ["DENIED", "CONFLICT"],
    schemas: () => ({
      body: z.strictObject({
        name: z.string().min(1).max(100),
        scopes: z.array(scope()).min(1).max(50).nullable().describe("Null: all that the account may do."),
        expiresAt: time().max(40).nullable(),
      }),
      response: z.strictObject({ token: token(), text: z.string().describe("Shown this once and kept nowhere.") }),
    }),
  }),
  delete: endpoint({
    id: "accountTokens.delete",
    method: "DELETE",
    path: "/api/v1/account/tokens/<token>",
    isForReadonly: true,
    summary: "Revoke a token",
    errors: ["DENIED", "NOT_FOUND"],
    schemas: () => ({ params: { token: id() } }),
  }),
};
