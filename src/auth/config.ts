/** Settings of accounts and logins. */
import { z } from "zod";
import { path } from "../lib/config-types.ts";

const role = z.enum(["none", "read", "write", "maintain", "admin"]);

export const authConfig = z.strictObject({
  public: z
    .boolean()
    .default(true)
    .describe("Let callers without a login pull and see what is public. False: nothing without a login."),
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
});
