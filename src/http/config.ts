/** Configuration of the HTTP listener. */
import { z } from "zod";
import { path } from "../lib/config-types.ts";
import { net } from "../lib/net.ts";

const tlsConfig = z.strictObject({
  certificate: path().describe("PEM file with the certificate and its chain; read again when it changes."),
  key: path().describe("PEM file with the private key; read again when it changes."),
  minimumVersion: z.enum(["1.2", "1.3"]).default("1.2").describe("Lowest TLS version that is accepted."),
});

const drainConfig = z.strictObject({
  delaySeconds: z
    .int()
    .min(0)
    .max(600)
    .default(1)
    .describe("Seconds for which a stopping server still accepts connections while it reports itself not ready."),
  timeoutSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe("Seconds after which a stopping server cuts the requests that are still running."),
});

export const httpConfig = z.strictObject({
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("Address or host name to listen on; 0.0.0.0 is every IPv4 address and :: every address."),
  port: z.int().min(0).max(65_535).default(5000).describe("TCP port to listen on; 0 takes any free one."),
  publicUrl: z
    .string()
    .refine(isOrigin, { error: "expected http:// or https://, a host and an optional port, without a path" })
    .transform((text) => new URL(text).origin)
    .optional()
    .describe(
      "Address under which clients reach this server, as it tells people; without it, each request's own Host.",
    ),
  trustedProxies: z
    .array(z.string().refine(isNetwork, { error: "expected an IP address or a network such as 10.0.0.0/8" }))
    .max(1000)
    .default([])
    .describe("Addresses and networks of the proxies whose forwarded headers are believed."),
  tls: tlsConfig.optional().describe("Serve HTTPS; without it the listener speaks plain HTTP."),
  insecureSessions: z
    .boolean()
    .default(false)
    .describe(
      "Let browsers sign in over plain HTTP from other machines too: whoever listens on the way can take the session over. For networks that are trusted as a whole.",
    ),
  drain: drainConfig.prefault({}).describe("How a stopping server ends."),
  idleTimeoutSeconds: z
    .int()
    .min(1)
    .max(255)
    .default(60)
    .describe("Seconds without any progress after which a connection is closed."),
});

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  return isWeb && url.pathname === "/" && `${url.search}${url.hash}${url.username}${url.password}` === "";
}

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = net().isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
