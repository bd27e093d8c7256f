/**
 * The cookie that a browser's login lives in. Over https its name begins with `__Host-`, so no other host, subdomain or plain
 * connection can set it; over plain http it is given on this machine alone, where nobody listens in between, unless
 * `http.insecureSessions` says that the whole network is trusted.
 */
import { RegistryError } from "../../errors.ts";
import { isLoopbackHost, type TrustedProxies } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";
import type { SessionClient } from "../sessions.ts";
import { addressOf, realmOf } from "./realm.ts";

/** `insecureSessions`: over plain http from elsewhere too. */
export type CookieParts = { publicUrl: string | undefined; proxies: TrustedProxies; insecureSessions: boolean };

const NAME = "berth_session";
const MAX_COOKIES_LENGTH = 16_384;

/** What the browser's session cookie holds, or null. */
export function readSessionCookie(
  context: RequestContext,
  parts: Omit<CookieParts, "insecureSessions">,
): string | null {
  const header = context.header("cookie");
  if (header === null || header.length > MAX_COOKIES_LENGTH) return null;
  const prefix = `${isHttps(context, parts) ? `__Host-${NAME}` : NAME}=`;
  for (const part of header.split(";")) {
    const cookie = part.trim();
    if (cookie.startsWith(prefix)) return cookie.slice(prefix.length);
  }
  return null;
}

/** `Set-Cookie` for a new session. Throws DENIED over plain http from elsewhere. */
export function sessionCookie(
  context: RequestContext,
  parts: CookieParts,
  session: { text: string; expiresAt: number },
) {
  // The browser may keep it as long as the session could last; when it ends is the server's to say.
  return format(context, parts, session.text, 30 * 86_400);
}

export function endedSessionCookie(context: RequestContext, parts: CookieParts): string {
  return format(context, parts, "", 0);
}

/** Throws DENIED where no session can be had: before a password is asked for. */
export function assertMayHaveSession(context: RequestContext, parts: CookieParts): void {
  if (parts.insecureSessions || !isExposed(context, parts)) return;
  throw new RegistryError("DENIED", {
    message:
      "logging in from a browser needs https: set http.tls, or http.publicUrl when a proxy in front of this server speaks it",
  });
}

/** Whether others could read along: plain http from another machine. */
export function isExposed(context: RequestContext, parts: CookieParts): boolean {
  return !isHttps(context, parts) && !isLoopbackHost(context.host);
}

export function clientOf(context: RequestContext, proxies: TrustedProxies): SessionClient {
  return { address: addressOf(context, proxies), agent: context.header("user-agent") ?? "" };
}

function format(context: RequestContext, parts: CookieParts, value: string, maxAge: number): string {
  assertMayHaveSession(context, parts);
  const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax`;
  return isHttps(context, parts) ? `__Host-${NAME}=${value}; ${attributes}; Secure` : `${NAME}=${value}; ${attributes}`;
}

function isHttps(context: RequestContext, parts: Omit<CookieParts, "insecureSessions">): boolean {
  return realmOf(context, parts).startsWith("https:");
}
