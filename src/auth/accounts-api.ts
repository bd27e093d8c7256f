/** The hub API's endpoints of accounts: making one, proving an address, and what administrators do. */
import { z } from "zod";
import { endpoint } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";
import { account } from "./account-api.ts";

const password = () => z.string().max(4_096);
const email = () => z.string().min(3).max(254);
const code = () => z.string().max(100);
const accountName = () => z.string().min(1).max(64);

/** Told this once, when it was made up. */
const made = () =>
  z.strictObject({ account: account(), password: z.string().nullable().describe("The one that was made up.") });

export const accountsApi = {
  list: endpoint({
    id: "accounts.list",
    method: "GET",
    path: "/api/v1/accounts",
    summary: "List accounts",
    description:
      "By name. For auditors and administrators. Where few match, a page may be short of its limit and have a `next`.",
    schemas: () => ({
      query: {
        ...pageQuery(),
        prefix: z.string().max(64).default("").describe("With what the names begin."),
        q: z.string().max(100).optional().describe("Text somewhere in name, display name or e-mail address."),
        kind: z.enum(["person", "robot"]).optional(),
        systemRole: z.enum(["none", "auditor", "administrator"]).optional(),
        isDisabled: z.boolean().optional(),
      },
      response: pageOf(account()),
    }),
  }),
  signUp: endpoint({
    id: "accounts.signUp",
    method: "POST",
    path: "/api/v1/accounts",
    summary: "Make an account for oneself",
    description:
      "Where `auth.signUp` lets people. Where mail is configured an address is needed, and counts once it was confirmed.",
    isPublic: true,
    status: 201,
    errors: ["CONFLICT", "DENIED", "NAME_INVALID", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({
        name: z.string().min(1).max(300),
        password: password(),
        email: email().optional(),
        invitation: code().optional().describe("Where accounts are for those who were invited."),
      }),
      response: account(),
    }),
  }),
  get: endpoint({
    id: "accounts.get",
    method: "GET",
    path: "/api/v1/accounts/<account>",
    summary: "Read an account",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: accountName() }, response: account() }),
  }),
  create: endpoint({
    id: "accounts.create",
    method: "PUT",
    path: "/api/v1/accounts/<account>",
    summary: "Make an account for somebody",
    status: 201,
    errors: ["CONFLICT", "NAME_INVALID"],
    schemas: () => ({
      params: { account: accountName() },
      body: z.strictObject({
        password: password().optional().describe("One is made up and told without."),
        email: email().nullable().default(null),
      }),
      response: made(),
    }),
  }),
  update: endpoint({
    id: "accounts.update",
    method: "PATCH",
    path: "/api/v1/accounts/<account>",
    isForReadonly: true,
    summary: "Disable or enable an account",
    description: "Disabling ends its sessions and logins. The last administrator cannot be disabled.",
    errors: ["CONFLICT", "NOT_FOUND"],
    schemas: () => ({
      params: { account: accountName() },
      body: z.strictObject({ isDisabled: z.boolean() }),
      response: account(),
    }),
  }),
  setSystemRole: endpoint({
    id: "accounts.setSystemRole",
    method: "PUT",
    path: "/api/v1/accounts/<account>/system-role",
    summary: "Make an account administrator or auditor, or neither",
    description: "Ends its sessions and logins. The last administrator stays one.",
    errors: ["CONFLICT", "NOT_FOUND"],
    schemas: () => ({
      params: { account: accountName() },
      body: z.strictObject({ systemRole: z.enum(["none", "auditor", "administrator"]) }),
      response: account(),
    }),
  }),
  resetPassword: endpoint({
    id: "accounts.resetPassword",
    method: "POST",
    path: "/api/v1/accounts/<account>/password",
    summary: "Give an account a new password",
    description: "Ends its sessions and logins; access tokens stay.",
    errors: ["CONFLICT", "NOT_FOUND"],
    schemas: () => ({
      params: { account: accountName() },
      body: z.strictObject({ password: password().optional().describe("One is made up and told without.") }),
      response: made(),
    }),
  }),
  revoke: endpoint({
    id: "accounts.revoke",
    method: "DELETE",
    path: "/api/v1/accounts/<account>/credentials",
    isForReadonly: true,
    summary: "End all sessions, logins and tokens of an account",
    description: "Its password stays.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: accountName() } }),
  }),
};

export const emailVerificationApi = {
  send: endpoint({
    id: "emailVerification.send",
    method: "POST",
    path: "/api/v1/account/email-verification",
    summary: "Send the link that confirms the own address again",
    errors: ["CONFLICT", "DENIED", "TOOMANYREQUESTS"],
    status: 202,
    schemas: () => ({}),
  }),
  confirm: endpoint({
    id: "emailVerification.confirm",
    method: "POST",
    path: "/api/v1/email-verifications",
    summary: "Confirm an address",
    isPublic: true,
    errors: ["CONFLICT", "DENIED", "TOOMANYREQUESTS"],
    schemas: () => ({ body: z.strictObject({ code: code() }) }),
  }),
};

export const passwordResetApi = {
  request: endpoint({
    id: "passwordReset.request",
    method: "POST",
    path: "/api/v1/password-resets",
    summary: "Be sent a link to choose a new password",
    description: "The answer is the same whether there is such an account or not.",
    isPublic: true,
    status: 202,
    errors: ["DENIED", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({ login: z.string().min(1).max(300).describe("Name, or confirmed e-mail address.") }),
    }),
  }),
  finish: endpoint({
    id: "passwordReset.finish",
    method: "PUT",
    path: "/api/v1/password-resets",
    summary: "Choose a new password with the code of the link",
    isPublic: true,
    errors: ["DENIED", "TOOMANYREQUESTS"],
    schemas: () => ({ body: z.strictObject({ code: code(), password: password() }) }),
  }),
};
