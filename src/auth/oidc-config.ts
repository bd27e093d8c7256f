/** Configuration of one OpenID Connect provider that people log in with. */
import { z } from "zod";
import { secret } from "../lib/config-types.ts";
import { isIssuerUrl } from "./issuer-fetch.ts";

/** Printable ASCII without spaces, quotes and backslashes, as OAuth wants it. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const claimName = () => z.string().min(1).max(255);

const claimsConfig = z.strictObject({
  login: claimName().default("preferred_username").describe("Claim with the login name; without it nobody logs in."),
  displayName: claimName().default("name").describe("Claim with the name that people see."),
  email: claimName()
    .default("email")
    .describe("Claim with the e-mail address; it counts only when email_verified beside it is true."),
  groups: claimName().default("groups").describe("Claim with the groups: a list of texts, or one text."),
});

export const oidcConfig = z.strictObject({
  displayName: z.string().min(1).max(100).optional().describe("What the login page calls the provider."),
  issuer: z
    .string()
    .max(1000)
    .refine((text) => isIssuerUrl(text) && new URL(text).search === "", {
      error: "expected https:// (http:// only on this machine), a host and a path, without a query",
    })
    .describe("Address of the provider exactly as it calls itself, also in whether it ends with a slash."),
  clientId: z.string().min(1).max(1000).describe("Name under which this server is registered at the provider."),
  clientSecret: secret().optional().describe("Password of this server at the provider; without it, a public client."),
  scopes: z
    .array(z.string().max(255).regex(SCOPE, { error: "expected a scope: printable ASCII without spaces or quotes" }))
    .max(50)
    .refine((scopes) => scopes.includes("openid"), { error: "openid is missing: it makes a login of the exchange" })
    .default(["openid", "profile", "email"])
    .describe("What is asked of the provider."),
  claims: claimsConfig.prefault({}).describe("Where the provider says what about a person."),
  allowedGroups: z
    .array(z.string().min(1).max(255))
    .max(1000)
    .optional()
    .describe("Only people in at least one of these groups log in; without it, everybody whom the provider knows."),
  allowedEmailDomains: z
    .array(z.string().regex(/^[^@\s]{1,253}$/, { error: "expected a domain such as example.com" }))
    .max(1000)
    .optional()
    .describe("Only people with a verified e-mail address in exactly one of these domains log in."),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(60)
    .default(10)
    .describe("Seconds that the provider has for each answer; a login takes up to five."),
});

type Settings = Readonly<z.output<typeof oidcConfig>>;
type Lists = Pick<Settings, "scopes" | "allowedGroups" | "allowedEmailDomains">;

/** As `config.ts` freezes it. `name`: under which it stands there; it is part of addresses and of every identity. */
export type OidcConfig = Omit<Settings, keyof Lists> & { readonly [List in keyof Lists]: Readonly<Lists[List]> } & {
  readonly name: string;
};
