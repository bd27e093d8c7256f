/** Cookies that hold something for one address of this server during a login, for ten minutes. What they hold is sealed. */
import type { RequestContext } from "../../http/context.ts";
import { realmOf } from "./realm.ts";
import type { CookieParts } from "./session-cookie.ts";

const SECONDS = 600;
const MAX_COOKIES_LENGTH = 16_384;

/** `path`: of this server, behind its public address. */
export type KeptCookie = { name: string; path: string };

/** What the browser keeps under the name, or null. */
export function readKeptCookie({ name }: KeptCookie, context: RequestContext, parts: CookieParts): string | null {
  const header = context.header("cookie") ?? "";
  const prefix = `${fullName(name, context, parts)}=`;
  const cookies = header.length > MAX_COOKIES_LENGTH ? [] : header.split(";").map((it) => it.trim());
  return cookies.find((it) => it.startsWith(prefix))?.slice(prefix.length) ?? null;
}

/** `Set-Cookie` that makes the browser keep it; an empty value takes it away. */
export function keptCookie(
  { name, path }: KeptCookie,
  context: RequestContext,
  parts: CookieParts,
  value: string,
): string {
  const { pathname } = new URL(`${realmOf(context, parts)}${path}`);
  const age = value === "" ? 0 : SECONDS;
  const secure = isHttps(context, parts) ? "; Secure" : "";
  // Lax: the provider's redirect comes from another site.
  return `${fullName(name, context, parts)}=${value}; Path=${pathname}; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}

function fullName(name: string, context: RequestContext, parts: CookieParts): string {
  return `${isHttps(context, parts) ? "__Secure-" : ""}${name}`;
}

function isHttps(context: RequestContext, parts: CookieParts): boolean {
  return realmOf(context, parts).startsWith("https:");
}
