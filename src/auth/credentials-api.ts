/** The hub API of other people's sessions and tokens: for auditors to see and administrators to end. */
import { endpoint } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";
import { z } from "zod";
import { session, token } from "./account-api.ts";

const accountName = () => z.string().min(1).max(64);
const id = () =>
  z
    .string()
    .max(16)
    .regex(/^[1-9]\d*$/, "expected an id");

export const credentialsApi = {
  listSessions: endpoint({
    id: "accounts.listSessions",
    method: "GET",
    path: "/api/v1/accounts/<account>/sessions",
    summary: "List an account's sessions",
    description: "For auditors and administrators.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: accountName() }, query: pageQuery(), response: pageOf(session()) }),
  }),
  deleteSession: endpoint({
    id: "accounts.deleteSession",
    method: "DELETE",
    path: "/api/v1/accounts/<account>/sessions/<session>",
    isForReadonly: true,
    summary: "End a session of an account",
    description: "For administrators.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: accountName(), session: id() } }),
  }),
  listTokens: endpoint({
    id: "accounts.listTokens",
    method: "GET",
    path: "/api/v1/accounts/<account>/tokens",
    summary: "List an account's tokens",
    description: "Never what they are. For auditors and administrators.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: accountName() }, query: pageQuery(), response: pageOf(token()) }),
  }),
  deleteToken: endpoint({
    id: "accounts.deleteToken",
    method: "DELETE",
    path: "/api/v1/accounts/<account>/tokens/<token>",
    isForReadonly: true,
    summary: "End a token of an account",
    description: "For administrators.",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { account: accountName(), token: id() } }),
  }),
};
