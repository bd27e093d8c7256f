/** Configuration of the mail server that messages to people go through. */
import { z } from "zod";
import { path, secret } from "../lib/config-types.ts";
import { parseMailbox } from "./address.ts";

export const mailConfig = z
  .strictObject({
    host: z
      .string()
      .max(253)
      .regex(/^[A-Za-z0-9:._-]+$/, { error: "expected a host name or an IP address" })
      .describe("Mail server (SMTP) that takes messages for everybody; without it, none are sent."),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe("TCP port of the mail server: 587 with starttls, 465 with tls and 25 with none unless said otherwise."),
    security: z
      .enum(["starttls", "tls", "none"])
      .default("starttls")
      .describe("How the connection is encrypted: starttls after the greeting, tls from the start, none not at all."),
    user: z.string().min(1).max(256).optional().describe("Name to log in with; without it, nobody logs in."),
    password: secret().optional().describe("Password to log in with."),
    from: z
      .string()
      .refine((text) => parseMailbox(text) !== null, {
        error: "expected an address such as berth@example.com or Berth <berth@example.com>",
      })
      .describe("Sender of the messages: an address, or a name with the address in angle brackets."),
    ca: path()
      .optional()
      .describe("PEM file with the authorities whose certificates are trusted, in place of the system's."),
  })
  .refine((mail) => (mail.user === undefined) === (mail.password === undefined), {
    path: ["user"],
    error: "mail.user and mail.password belong together: set both or neither",
  })
  .refine((mail) => mail.user === undefined || mail.security !== "none", {
    path: ["security"],
    error: "a password is never sent without encryption: choose starttls or tls, or log in as nobody",
  });

export type MailConfig = Readonly<z.output<typeof mailConfig>>;
