/** Settings of accounts and organisations. */
import { z } from "zod";

export const accountsConfig = z.strictObject({
  organisationCreation: z
    .enum(["everyone", "administrators"])
    .default("everyone")
    .describe("Who may make organisations: everyone with an account, or administrators alone."),
});
