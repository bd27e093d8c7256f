/** Settings of accounts and logins. */
import { z } from "zod";
import { path } from "../lib/config-types.ts";
import { SIGN_UP_POLICIES } from "./sign-up-policy.ts";
import { isIssuerUrl } from "./issuer-fetch.ts";
import { ldapConfig } from "./ldap-config.ts";
import { oidcConfig } from "./oidc-config.ts";

const role = z.enum(["none", "read", "write", "maintain", "admin"]);

/** Part of addresses and of every identity: an account that came from there is not found again under another name. */
const sourceName = () =>
  z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, {
    error: "expected a name of 1 to 32 of a-z, 0-9 and - between them",
  });

export const authConfig = z.strictObject({
  public: z
    .boolean()
    .default(true)
    .describe("Let callers without a login pull and see what is public. False: nothing without a login."),
  signUp: z
    .enum(SIGN_UP_POLICIES)
    .default("closed")
    .describe("Who may make an account without an administrator: everybody, whoever has an invitation, nobody."),
  token: z
    .strictObject({
      issuer: z
        .string()
        .min(1)
        .max(255)
        .default("berth")
        .describe("What tokens of this registry name as their issuer."),
      service: z
        .string()
        .regex(/^[\w.:-]{1,255}$/, "letters, digits and . : _ - alone")
        .default("berth")
        .describe("What this registry is called in challenges and tokens."),
      lifeSeconds: z.int().min(60).max(900).default(300).describe("How long a token for `/v2/` is valid. Seconds."),
      refreshDays: z
        .int()
        .min(1)
        .max(3_650)
        .default(180)
        .describe("How long the token that `docker login` keeps in place of the password is valid. Days."),
    })
    .prefault({})
    .describe("The token service."),
  htpasswd: z
    .strictObject({
      file: path().optional().describe("File made by `htpasswd -B`; read again when it changes. Its users can log in."),
      role: role
        .default("none")
        .describe("What every user of the file may do in every repository. A file of registry:2 gets `write`."),
    })
    .prefault({})
    .describe("Users of an htpasswd file."),
  ldap: z
    .record(sourceName(), ldapConfig)
    .default({})
    .describe("Directories whose people can log in, each under a name that is kept."),
  oidc: z
    .record(sourceName(), oidcConfig)
    .default({})
    .describe("Login providers whose people can log in, each under a name that is kept."),
  workload: z
    .strictObject({
      issuers: z
        .array(
          z
            .string()
            .max(1000)
            .refine(isIssuerUrl, { error: "expected https:// (http:// only on this machine), a host and a path" }),
        )
        .max(100)
        .default([])
        .describe(
          "Issuers of CI tokens that trust rules of robots may name, each exactly as it calls itself, such as https://token.actions.githubusercontent.com.",
        ),
    })
    .prefault({})
    .describe("Robots that are proven by a token of the platform that they run on."),
});
