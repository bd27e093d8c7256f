/** Endpoints of invitations: by those who invite, and by those who were invited. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../../contract/page.ts";
import { memberRole, pathId, pathName, time } from "./common.ts";

export const invitationCursor = cursor("invitations by id", () => z.tuple([z.int().min(0)]));

export const invitation = named("Invitation", () =>
  z.strictObject({
    id: z.string(),
    namespace: z.string().nullable(),
    team: z.string().nullable(),
    role: memberRole(),
    account: z.string().nullable(),
    email: z.string().nullable(),
    invitedBy: z.string(),
    createdAt: time(),
    expiresAt: time(),
  }),
);

const code = named("InvitationCode", () => z.strictObject({ code: z.string().min(1).max(100) }));

export const invitationsApi = {
  list: endpoint({
    id: "invitations.list",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/invitations",
    summary: "List an organisation's open invitations",
    schemas: () => ({ params: { namespace: pathName() }, query: pageQuery(), response: pageOf(invitation()) }),
  }),
  create: endpoint({
    id: "invitations.create",
    method: "POST",
    path: "/api/v1/namespaces/<namespace>/invitations",
    summary: "Invite somebody",
    description:
      "An account by its name, which alone can answer; or an e-mail address: it is sent a link, or, without a mail server, the answer has the code to hand on. Valid for seven days.",
    status: 201,
    errors: ["NOT_FOUND", "CONFLICT", "UNAVAILABLE"],
    schemas: () => ({
      params: { namespace: pathName() },
      body: z.strictObject({
        to: z.union([
          z.strictObject({ account: z.string().min(1).max(64) }),
          z.strictObject({ email: z.email().max(254) }),
        ]),
        role: memberRole().default("member"),
        team: z.string().max(64).nullable().default(null).describe("A team that they are put into, too."),
      }),
      response: z.strictObject({
        invitation: invitation(),
        code: z.string().nullable().describe("Told this once, where it was not mailed."),
      }),
    }),
  }),
  revoke: endpoint({
    id: "invitations.revoke",
    method: "DELETE",
    path: "/api/v1/namespaces/<namespace>/invitations/<invitation>",
    summary: "Take an invitation back",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: pathName(), invitation: pathId() } }),
  }),
  listMine: endpoint({
    id: "invitations.listMine",
    method: "GET",
    path: "/api/v1/invitations",
    summary: "List the invitations of the caller's account",
    schemas: () => ({ query: pageQuery(), response: pageOf(invitation()) }),
  }),
  accept: endpoint({
    id: "invitations.accept",
    method: "POST",
    path: "/api/v1/invitations/<invitation>/accept",
    summary: "Accept an invitation of the caller's account",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { invitation: pathId() }, response: invitation() }),
  }),
  decline: endpoint({
    id: "invitations.decline",
    method: "POST",
    path: "/api/v1/invitations/<invitation>/decline",
    summary: "Decline an invitation of the caller's account",
    errors: ["NOT_FOUND"],
    status: 204,
    schemas: () => ({ params: { invitation: pathId() } }),
  }),
  show: endpoint({
    id: "invitations.show",
    method: "POST",
    path: "/api/v1/invitation-codes/show",
    isForReadonly: true,
    summary: "Read what a code invites to",
    errors: ["NOT_FOUND"],
    isPublic: true,
    schemas: () => ({ body: code(), response: invitation() }),
  }),
  acceptCode: endpoint({
    id: "invitations.acceptCode",
    method: "POST",
    path: "/api/v1/invitation-codes/accept",
    summary: "Accept the invitation of a code",
    errors: ["NOT_FOUND"],
    schemas: () => ({ body: code(), response: invitation() }),
  }),
  declineCode: endpoint({
    id: "invitations.declineCode",
    method: "POST",
    path: "/api/v1/invitation-codes/decline",
    summary: "Decline the invitation of a code",
    errors: ["NOT_FOUND"],
    isPublic: true,
    status: 204,
    schemas: () => ({ body: code() }),
  }),
};
