/** The hub API's endpoints of ways to log in: which there are, and which of them lead to one's own account. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf } from "../contract/page.ts";
import { account } from "./account-api.ts";

const source = () =>
  z
    .string()
    .max(64)
    .regex(/^(?:htpasswd|(?:ldap|oidc):[a-z0-9-]{1,32})$/, "expected htpasswd, ldap:<name> or oidc:<name>")
    .describe("`htpasswd`, `ldap:<name>` or `oidc:<name>`, as in the configuration.");

const identity = named(
  "Identity",
  () =>
    z.strictObject({
      source: z.string(),
      login: z.string().describe("What the source calls the person."),
      createdAt: z.iso.datetime(),
      lastUsedAt: z.iso.datetime(),
    }),
  "Somebody at another source of identities who is this account.",
);

export const loginMethodsApi = {
  list: endpoint({
    id: "loginMethods.list",
    method: "GET",
    path: "/api/v1/login-methods",
    summary: "List the ways to log in",
    description:
      "For a login page. Directories are asked with the same name and password as the registry's own accounts.",
    isPublic: true,
    schemas: () => ({
      response: z.strictObject({
        password: z.boolean().describe("Whether a name and a password can be shown."),
        providers: z.array(
          z.strictObject({
            name: z.string(),
            displayName: z.string(),
            path: z
              .string()
              .describe("Where a browser begins a login there; takes `return_to`, a path of this server."),
          }),
        ),
      }),
    }),
  }),
  chooseName: endpoint({
    id: "loginMethods.chooseName",
    method: "POST",
    path: "/api/v1/session/name",
    isForReadonly: true,
    summary: "Say under which name a first login makes its account",
    description:
      "For a login at a provider that came back to `/login#choose_name=NAME`: the name that the provider calls the person is somebody else's here, and NAME is the nearest free one. Once, within ten minutes, in the same browser. Begins a session as logging in does.",
    isPublic: true,
    errors: ["CONFLICT", "DENIED", "NAME_INVALID", "UNAUTHORIZED"],
    schemas: () => ({
      body: z.strictObject({ name: z.string().min(1).max(300) }),
      response: z.strictObject({ account: account() }),
    }),
  }),
};

export const identitiesApi = {
  list: endpoint({
    id: "identities.list",
    method: "GET",
    path: "/api/v1/account/identities",
    summary: "List the identities that are linked to the account",
    schemas: () => ({ response: pageOf(identity()) }),
  }),
  link: endpoint({
    id: "identities.link",
    method: "POST",
    path: "/api/v1/account/identities/<source>",
    summary: "Link an identity",
    description:
      "Needs a session in which the password was shown within ten minutes. A directory takes `login` and `password` and links at once; a login provider answers with the address to which the browser goes, and it is linked when it comes back.",
    errors: ["CONFLICT", "DENIED", "NOT_FOUND", "TOOMANYREQUESTS", "UNAVAILABLE"],
    schemas: () => ({
      params: { source: source() },
      body: z.strictObject({
        login: z.string().max(255).optional(),
        password: z.string().max(4_096).optional(),
        returnTo: z.string().max(2_048).optional().describe("A path of this server."),
      }),
      response: z.strictObject({ url: z.string().nullable().describe("Null when it is linked already.") }),
    }),
  }),
  unlink: endpoint({
    id: "identities.unlink",
    method: "DELETE",
    path: "/api/v1/account/identities/<source>",
    summary: "Unlink the identities of a source",
    description:
      "All other sessions and what `docker login` keeps end, and so do teams that came from their groups. Needs a session as linking does. Refused for the last way to log in.",
    errors: ["CONFLICT", "DENIED", "NOT_FOUND"],
    schemas: () => ({ params: { source: source() } }),
  }),
};
