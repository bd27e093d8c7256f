/**
 * What a browser keeps while its person is at a login provider: a sealed cookie for the callback's address alone. It is taken
 * away with the answer to the callback, whichever that is.
 */
import { z } from "zod";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import { type Sealer, SealError } from "../../lib/seal.ts";
import type { OidcProvider, PendingLogin } from "../drivers/oidc.ts";
import { SourceUnavailableError } from "../source.ts";
import { type KeptCookie, keptCookie, readKeptCookie } from "./kept-cookie.ts";
import { realmOf } from "./realm.ts";
import { assertMayHaveSession, type CookieParts } from "./session-cookie.ts";

/** Whose session asked for an identity to be linked to its account; null for a login. */
export type LinkTo = { accountId: number; sessionId: number };

type Kept = { pending: PendingLogin; linkTo: LinkTo | null };

export type ProviderLoginParts = CookieParts & { sealer: Sealer };

/** Where to send the browser, and the `Set-Cookie` that goes with it. Throws DENIED over plain http, UNAVAILABLE. */
export async function beginAt(
  provider: OidcProvider,
  context: RequestContext,
  parts: ProviderLoginParts,
  { returnTo, linkTo }: { returnTo: string; linkTo: LinkTo | null },
): Promise<{ url: string; cookie: string }> {
  assertMayHaveSession(context, parts);
  const redirectUri = `${realmOf(context, parts)}${callbackPath(provider)}`;
  const { url, pending } = await provider.begin({ redirectUri, returnTo }).catch(unavailable);
  const kept: Kept = { pending, linkTo };
  return {
    url,
    cookie: cookieOf(provider, context, parts, parts.sealer.seal(JSON.stringify(kept), purposeOf(provider))),
  };
}

/** What `beginAt` kept in this browser. Throws UNAUTHORIZED when there is nothing, or nothing of ours. */
export async function readKept(
  provider: OidcProvider,
  context: RequestContext,
  parts: ProviderLoginParts,
): Promise<Kept> {
  const text = readKeptCookie(keptAs(provider), context, parts);
  if (text === null) throw notBegun();
  const { pendingLogin } = await import("../drivers/oidc.ts");
  const linkTo = z.strictObject({ accountId: z.int(), sessionId: z.int() }).nullable();
  try {
    const plain = new TextDecoder().decode(parts.sealer.open(text, purposeOf(provider)));
    return z.strictObject({ pending: pendingLogin, linkTo }).parse(JSON.parse(plain));
  } catch (error) {
    throw error instanceof SealError ? notBegun() : error;
  }
}

/** Who came back. Throws as `OidcProvider.finish`, UNAVAILABLE where that throws SourceUnavailableError. */
export async function finishAt(
  provider: OidcProvider,
  context: RequestContext,
  parts: ProviderLoginParts,
  pending: PendingLogin,
) {
  const { search } = new URL(context.request.url);
  const address = new URL(`${realmOf(context, parts)}${callbackPath(provider)}${search}`);
  return await provider.finish(address, pending).catch(unavailable);
}

/** `Set-Cookie` that takes it away. */
export function endedCookie(provider: OidcProvider, context: RequestContext, parts: ProviderLoginParts): string {
  return cookieOf(provider, context, parts, "");
}

function cookieOf(provider: OidcProvider, context: RequestContext, parts: CookieParts, value: string): string {
  return keptCookie(keptAs(provider), context, parts, value);
}

function keptAs(provider: OidcProvider): KeptCookie {
  return { name: "berth_provider", path: callbackPath(provider) };
}

function callbackPath({ name }: OidcProvider): string {
  return `/auth/oidc/${name}/callback`;
}

function purposeOf({ source }: OidcProvider): string {
  return `a login at ${source}`;
}

function notBegun(): RegistryError {
  return new RegistryError("UNAUTHORIZED", {
    message: "this browser has begun no login there, or it took longer than ten minutes: begin again",
  });
}

function unavailable(error: unknown): never {
  if (!(error instanceof SourceUnavailableError)) throw error;
  throw new RegistryError("UNAVAILABLE", {
    message: "the login provider does not answer at the moment: try again shortly",
    headers: { "Retry-After": "10" },
    cause: error,
  });
}
