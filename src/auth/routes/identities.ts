/** Logins at login providers, and the hub API's endpoints of the ways to log in. */
import { CALLER, type Needs, PUBLIC } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Account, Accounts } from "../../accounts/accounts.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import { answer, implement } from "../../http/contract-routes.ts";
import { RequestOrigin } from "../../http/origin.ts";
import type { Route } from "../../http/router.ts";
import type { Log } from "../../telemetry/log.ts";
import type { OidcProvider } from "../drivers/oidc.ts";
import type { Identities } from "../identities.ts";
import { identitiesApi, loginMethodsApi } from "../identities-api.ts";
import type { InteractiveLogin } from "../interactive-login.ts";
import type { Logins } from "../logins.ts";
import type { BrowserSessions } from "../sessions.ts";
import { ownAccountId } from "./own.ts";
import { keepIdentity, readIdentity } from "./name-choice.ts";
import { accountView } from "./own.ts";
import { provenSession } from "./proven-session.ts";
import { beginAt, endedCookie, finishAt, type LinkTo, type ProviderLoginParts, readKept } from "./provider-login.ts";
import { addressOf } from "./realm.ts";
import { assertMayHaveSession, clientOf, readSessionCookie, sessionCookie } from "./session-cookie.ts";

/** What the login page is told, behind `#`: one of these, and never text from elsewhere. */
const PAGE_ERRORS: Partial<Record<RegistryError["code"], string>> = {
  CONFLICT: "conflict",
  DENIED: "denied",
  UNAUTHORIZED: "expired",
  UNAVAILABLE: "unavailable",
};

export type IdentityRouteParts = ProviderLoginParts & {
  accounts: Accounts;
  audit: AuditTrail;
  identities: Identities;
  interactive: InteractiveLogin;
  logins: Logins;
  sessions: BrowserSessions;
  /** By name. */
  providers: ReadonlyMap<string, OidcProvider>;
  log: Log;
};

export function identityRoutes(parts: IdentityRouteParts): Route<Needs, Principal>[] {
  const { accounts, audit, identities, interactive, logins, sessions, providers, log } = parts;

  const providerOf = (name: string): OidcProvider => {
    const provider = providers.get(name);
    if (provider === undefined) throw new RegistryError("NOT_FOUND", { message: "there is no such login provider" });
    return provider;
  };

  const begin = async (context: RequestContext): Promise<Response> => {
    const provider = providerOf(context.param(0));
    const returnTo = new URL(context.request.url).searchParams.get("return_to") ?? "/";
    try {
      const { url, cookie } = await beginAt(provider, context, parts, { returnTo, linkTo: null });
      return redirect(context, url, [cookie]);
    } catch (error) {
      return refuse(context, provider, error, []);
    }
  };

  const callback = async (context: RequestContext): Promise<Response> => {
    const provider = providerOf(context.param(0));
    const ended = endedCookie(provider, context, parts);
    try {
      return await finish(context, provider, ended);
    } catch (error) {
      return refuse(context, provider, error, [ended]);
    }
  };

  /** A browser goes to the login page, which says it in its own words; others get the error. */
  const refuse = (context: RequestContext, provider: OidcProvider, error: unknown, cookies: string[]): Response => {
    if (!(error instanceof RegistryError)) throw error;
    if (error.status >= 500) log.warn("a login provider cannot be asked", { source: provider.source, error });
    if (context.header("accept")?.includes("text/html")) {
      return redirect(context, `/login#error=${PAGE_ERRORS[error.code] ?? "failed"}`, cookies);
    }
    const [ended] = cookies;
    const headers = { ...error.headers, ...(ended === undefined ? {} : { "Set-Cookie": ended }) };
    throw new RegistryError(error.code, { message: error.message, details: error.details, headers, cause: error });
  };

  const finish = async (context: RequestContext, provider: OidcProvider, ended: string): Promise<Response> => {
    const { pending, linkTo } = await readKept(provider, context, parts);
    if (linkTo !== null) await assertSame(context, linkTo);
    const identity = await finishAt(provider, context, parts, pending);
    if (linkTo !== null) {
      await identities.link(linkTo.accountId, identity, new RequestOrigin(context, parts.proxies));
      return redirect(context, pending.returnTo, [ended]);
    }
    const account = await logins.accountUnlessTaken(identity);
    if (account === null) {
      const name = await accounts.nearestFree(identity.login);
      const rest = new URLSearchParams({ choose_name: name, return_to: pending.returnTo });
      return redirect(context, `/login#${rest.toString()}`, [ended, keepIdentity(identity, context, parts)]);
    }
    if (account.isDisabled) throw new RegistryError("DENIED", { message: "your account here is disabled" });
    noteLogin(context, account, provider.source);
    const result = await interactive.begin({ account, passwordChangedAt: null }, clientOf(context, parts.proxies));
    if ("session" in result) {
      return redirect(context, pending.returnTo, [ended, sessionCookie(context, parts, result.session)]);
    }
    // What follows # stays in the browser: the login page reads it, and asks for the second factor.
    const rest = new URLSearchParams({
      pending: result.pending,
      second_factor: result.secondFactor.join(","),
      return_to: pending.returnTo,
    });
    return redirect(context, `/login#${rest.toString()}`, [ended]);
  };

  const noteLogin = (context: RequestContext, { kind, name, id }: Account, source: string): void =>
    audit.note({
      by: { kind, name, id },
      action: "account.login",
      target: { kind: "account", name, id },
      after: { source },
      origin: new RequestOrigin(context, parts.proxies),
    });

  /** Somebody else may have logged in here meanwhile, or the link was begun in another browser and this one lured to its end. */
  const assertSame = async (context: RequestContext, { accountId, sessionId }: LinkTo): Promise<void> => {
    const text = readSessionCookie(context, parts);
    const session = text === null ? null : await sessions.findByText(text);
    if (session?.id === sessionId && session.accountId === accountId) return;
    throw new RegistryError("UNAUTHORIZED", { message: "the login that began this is over: log in and begin again" });
  };

  return [
    { id: "oidc-begin", method: "GET", path: "/auth/oidc/<provider>", needs: PUBLIC, handle: begin },
    { id: "oidc-callback", method: "GET", path: "/auth/oidc/<provider>/callback", needs: PUBLIC, handle: callback },
    implement(loginMethodsApi.list, {
      needs: PUBLIC,
      handle: () => ({
        password: true,
        providers: [...providers.values()].map(({ name, displayName }) => ({
          name,
          displayName,
          path: `/auth/oidc/${name}`,
        })),
      }),
    }),
    implement(loginMethodsApi.chooseName, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        assertMayHaveSession(context, parts);
        const identity = readIdentity(context, parts);
        const account = await logins.accountNamed(identity, body.name);
        noteLogin(context, account, identity.source);
        const login = { account, passwordChangedAt: null };
        const begun = await interactive.complete(login, clientOf(context, parts.proxies));
        const headers = { "Set-Cookie": sessionCookie(context, parts, begun.session) };
        return answer({ account: accountView(begun.account) }, { headers });
      },
    }),
    implement(identitiesApi.list, {
      needs: CALLER,
      handle: async (_, { caller }) => {
        const found = await identities.list(ownAccountId(caller, "administer-account"));
        const items = found.map(({ source, login, createdAt, lastUsedAt }) => ({
          source,
          login,
          createdAt: new Date(createdAt).toISOString(),
          lastUsedAt: new Date(lastUsedAt).toISOString(),
        }));
        return { items, next: null };
      },
    }),
    implement(identitiesApi.link, {
      needs: CALLER,
      handle: async ({ params, body }, { caller, context }) => {
        const linkTo = provenSession(caller);
        const { source } = params;
        if (source.startsWith("oidc:")) {
          const provider = providerOf(source.slice("oidc:".length));
          const returnTo = body.returnTo ?? "/";
          const { url, cookie } = await beginAt(provider, context, parts, { returnTo, linkTo });
          return answer({ url }, { headers: { "Set-Cookie": cookie } });
        }
        const { login = "", password = "" } = body;
        const address = addressOf(context, parts.proxies);
        const origin = caller.origin ?? null;
        await identities.linkByPassword(linkTo.accountId, source, { login, password, address, origin });
        return { url: null };
      },
    }),
    implement(identitiesApi.unlink, {
      needs: CALLER,
      handle: async ({ params }, { caller }) => {
        const { accountId, sessionId } = provenSession(caller);
        await identities.unlink(accountId, params.source, { sessionId, origin: caller.origin ?? null });
        return undefined;
      },
    }),
  ];
}

function redirect(context: RequestContext, location: string, cookies: readonly string[]): Response {
  const headers = new Headers({
    Location: location,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Request-Id": context.id,
  });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}
