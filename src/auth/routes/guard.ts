/**
 * Stands before every route: finds out who calls, finds what the route is about, asks `authorize`, and answers a refusal so that
 * clients know what to do next. Spec: distribution-spec 1.1 leaves it open; Docker's token protocol says what clients expect.
 */
import type { Accounts } from "../../accounts/accounts.ts";
import { authorize, type Action, type Decision, type Resource } from "../../access/authorize.ts";
import { letsThrough } from "../../access/ceiling.ts";
import type { Needs } from "../../access/needs.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import type { AuditTarget } from "../../audit/event.ts";
import type { RepositoryAction } from "../../access/roles.ts";
import { ANONYMOUS, OPEN_ANONYMOUS, type Principal, STRANGER } from "../../access/principal.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { isLoopbackHost, type TrustedProxies } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";
import { RequestOrigin } from "../../http/origin.ts";
import { parseRepositoryName, type RepositoryName } from "../../oci/reference.ts";
import type { Repositories } from "../../repositories/repositories.ts";
import type { Authenticator } from "../authenticator.ts";
import { addressOf, realmOf } from "./realm.ts";
import { readSessionCookie } from "./session-cookie.ts";

export type GuardParts = {
  database: Database;
  accounts: Accounts;
  authenticator: Authenticator;
  repositories: Repositories;
  audit: AuditTrail;
  proxies: TrustedProxies;
  publicUrl: string | undefined;
  service: string;
  /** Who gets in without an account while nobody has claimed the registry. */
  openTo: "everyone" | "loopback" | "nobody";
  /** Whether somebody can log in who has no account here yet. */
  hasSources: boolean;
  /** Whether strangers may see what is public. */
  isPublic: boolean;
  readonly: boolean;
};

export type Guard = (context: RequestContext, needs: Needs, isForReadonly?: boolean) => Principal | Promise<Principal>;

export function createGuard(parts: GuardParts): Guard {
  const { accounts, authenticator, repositories, database } = parts;
  const nobody = (): Principal => (parts.isPublic && !isNobodys(parts) ? ANONYMOUS : STRANGER);

  const isOpenTo = (context: RequestContext): boolean =>
    !accounts.isKnownClaimed &&
    (parts.openTo === "everyone" || (parts.openTo === "loopback" && isLoopbackHost(context.host)));

  const identify = (context: RequestContext): Principal | Promise<Principal> => {
    if (isOpenTo(context)) return OPEN_ANONYMOUS;
    const authorization = context.header("authorization");
    const address = () => addressOf(context, parts.proxies);
    const session = authorization === null && isOfHub(context) ? readSessionCookie(context, parts) : null;
    try {
      if (session !== null && isChange(context)) assertOwnPage(context);
      const found =
        session === null
          ? authenticator.authenticate(authorization, address)
          : authenticator.bySession(session, address);
      if (!(found instanceof Promise)) return found ?? nobody();
      return found.then(
        (it) => it ?? nobody(),
        (error: unknown) => {
          throw challenged(context, error);
        },
      );
    } catch (error) {
      throw challenged(context, error);
    }
  };

  const challenged = (context: RequestContext, error: unknown): unknown => {
    if (!(error instanceof RegistryError) || error.code !== "UNAUTHORIZED") return error;
    const isToken = error.details.some((it) => it !== undefined);
    const headers = challenge(context, parts, null, isToken ? "invalid_token" : null);
    return new RegistryError("UNAUTHORIZED", { message: error.message, headers, cause: error.cause });
  };

  const decide = (
    context: RequestContext,
    principal: Principal,
    action: Action,
    resource: Resource,
    asked?: RepositoryName,
  ): Principal => {
    const found = authorize(principal, action, resource);
    if (found.isAllowed) return principal;
    const decision = asked === undefined ? found : speakingOf(asked, resource, found);
    note(context, principal, { action, resource, decision });
    throw refusal(context, parts, principal, { action, resource, decision });
  };

  /**
   * What an account may not. That a login or another token is needed first is how clients learn to send one, and no event.
   */
  const note = (context: RequestContext, principal: Principal, { action, resource, decision }: Refused): void => {
    if (decision.cause === "anonymous" || (decision.cause === "ceiling" && principal.ceiling?.kind === "entries"))
      return;
    parts.audit.note({
      by: principal,
      action: `${resource.kind === "system" ? "registry" : resource.kind}.${action}`,
      target: targetOf(resource),
      namespaceId: resource.kind === "repository" ? resource.namespaceId : null,
      outcome: "denied",
      reason: decision.reason,
      origin: new RequestOrigin(context, parts.proxies),
    });
  };

  /** Whoever changes something is written down with where they came from; a pull does without. */
  const withOrigin = (context: RequestContext, principal: Principal): Principal =>
    context.method === "GET" || context.method === "HEAD"
      ? principal
      : { ...principal, origin: new RequestOrigin(context, parts.proxies) };

  const checkRepository = (
    context: RequestContext,
    action: RepositoryAction,
    at: number,
    principal: Principal,
  ): Principal | Promise<Principal> => {
    const name = parseRepositoryName(context.param(at));
    if (action !== "pull" && !isOfHub(context)) assertMayChange(context, parts);
    if (principal.isOpen) return principal;
    const cached = repositories.cached(name);
    if (cached !== null) return decide(context, principal, action, cached, name);
    return repositories.find(database, name).then((it) => decide(context, principal, action, it, name));
  };

  /** Of an open registry nobody has anything of their own. */
  const askForLogin = (context: RequestContext, principal: Principal): Principal =>
    decide(context, principal.isOpen ? nobody() : principal, "ping", { kind: "system" });

  const check = (context: RequestContext, needs: Needs, principal: Principal): Principal | Promise<Principal> => {
    if (needs.on === "public" || needs.on === "anyone") return principal;
    if (needs.on === "repository") {
      if (needs.isForCallers === true && principal.rights === null) return askForLogin(context, principal);
      return checkRepository(context, needs.action, needs.at, principal);
    }
    if (needs.on === "system") return decide(context, principal, needs.action, { kind: "system" });
    if (needs.on === "caller") {
      return principal.rights === null ? askForLogin(context, principal) : assertReaches(context, principal);
    }
    const resource =
      needs.on === "namespace" ? findNamespace(context.param(needs.at)) : findAccount(context.param(needs.at));
    return resource.then((it) => decide(context, principal, needs.action, it));
  };

  const findNamespace = async (name: string): Promise<Resource> => {
    const found = await repositories.findNamespace(database, name.toLowerCase());
    // Of what does not exist nobody is owner or member: the answer is the one for what may not be seen.
    return { kind: "namespace", id: found?.id ?? 0, name: name.toLowerCase().slice(0, 100) };
  };

  const findAccount = async (name: string): Promise<Resource> => {
    const found = await accounts.findByLogin(name.slice(0, 300));
    return { kind: "account", id: found?.id ?? 0 };
  };

  return (context, needs, isForReadonly) => {
    if (isOfHub(context) && isChange(context)) {
      assertNoForeignPage(context, parts.publicUrl);
      if (parts.readonly && isForReadonly !== true) throw readonlyError("pulls, reading and logins go on");
    }
    if (needs.on === "public") return withOrigin(context, isOpenTo(context) ? OPEN_ANONYMOUS : nobody());
    const principal = identify(context);
    if (principal instanceof Promise) return principal.then((it) => check(context, needs, withOrigin(context, it)));
    return check(context, needs, withOrigin(context, principal));
  };
}

/** Of what somebody may not see, or a token was not made for, they hear the name that they asked for, not the one that it has by now. */
function speakingOf(asked: RepositoryName, resource: Resource, decision: Refused["decision"]): Refused["decision"] {
  const isKept = !decision.isHidden && decision.cause !== "ceiling";
  if (resource.kind !== "repository" || isKept || resource.name === asked) return decision;
  return { ...decision, reason: decision.reason.replaceAll(resource.name, asked) };
}

/** What belongs to an account is changed with a token that reaches everything, and read with any but those for `/v2/`. */
function assertReaches(context: RequestContext, principal: Principal): Principal {
  const { ceiling } = principal;
  if (ceiling === null) return principal;
  const isFor = isChange(context) ? letsThrough(ceiling, "administer-account", null) : ceiling.kind === "scopes";
  if (isFor) return principal;
  throw new RegistryError("DENIED", {
    message:
      "this token was not made for the account itself: use a password, a browser's session or a token for everything",
  });
}

function targetOf(resource: Resource): AuditTarget {
  switch (resource.kind) {
    case "repository":
    case "namespace":
      return { kind: resource.kind, name: resource.name, id: resource.id };
    case "account":
      return { kind: "account", name: "", id: resource.id };
    default:
      return { kind: "registry", name: "registry" };
  }
}

type Refused = { action: Action; resource: Resource; decision: Decision & { isAllowed: false } };

function refusal(context: RequestContext, parts: GuardParts, principal: Principal, refused: Refused): RegistryError {
  const { action, resource, decision } = refused;
  const { cause, reason } = decision;
  const isToken = principal.ceiling?.kind === "entries";
  if (cause === "rights" || (cause === "ceiling" && !isToken)) return new RegistryError("DENIED", { message: reason });
  const isBearer = context.header("authorization")?.toLowerCase().startsWith("bearer") === true;
  const scope = scopeOf(context, action, resource);
  return new RegistryError("UNAUTHORIZED", {
    message: cause === "anonymous" ? `${reason}${howToEnter(parts)}` : reason,
    headers: challenge(context, parts, scope, isBearer && scope !== null ? "insufficient_scope" : null),
  });
}

/** A registry that nobody has claimed: no login is right yet, and nothing in it is public. */
function isNobodys({ accounts, hasSources }: GuardParts): boolean {
  return !accounts.isKnownClaimed && !hasSources;
}

/** Asked from where such a registry is not open. */
function howToEnter(parts: GuardParts): string {
  if (!isNobodys(parts)) return "";
  const where = parts.openTo === "loopback" ? " It is open to this machine alone, under a name such as localhost:" : "";
  return (
    `, and this registry has no accounts yet.${where} start it with --open (or BERTH_OPEN=true) to let everyone who ` +
    "reaches it push and pull, or give it an administrator with berth admin create"
  );
}

function scopeOf(context: RequestContext, action: Action, resource: Resource): string | null {
  if (resource.kind === "system") return action === "list" ? "registry:catalog:*" : null;
  if (resource.kind !== "repository") return null;
  // As it was asked for, so that the client finds what it asked for in the token.
  const asked = context.param(0);
  const actions = action === "push" ? "pull,push" : action === "delete" ? "delete" : "pull";
  return `repository:${asked}:${actions}`;
}

function challenge(
  context: RequestContext,
  parts: GuardParts,
  scope: string | null,
  error: string | null,
): Record<string, string> {
  // A page asks for the login itself: with Basic the browser would ask over it, and keep the page waiting for the answer.
  const isPage = isOfHub(context) && isAskedByPage(context);
  // Nobody gets a token there; and what was said of a host is not said again.
  if (isNobodys(parts)) return { "WWW-Authenticate": `${isPage ? "Bearer" : "Basic"} realm="Berth"` };
  const realm = realmOf(context, parts);
  const values = [`realm="${realm}/token"`, `service="${parts.service}"`];
  if (scope !== null) values.push(`scope="${scope}"`);
  if (error !== null) values.push(`error="${error}"`);
  return { "WWW-Authenticate": `Bearer ${values.join(",")}${isPage ? "" : ', Basic realm="Berth"'}` };
}

/** Over plain HTTP from elsewhere browsers do not say so by themselves, but the server's own pages do. */
function isAskedByPage(context: RequestContext): boolean {
  return context.header("sec-fetch-mode") !== null || context.header("x-requested-with") !== null;
}

function isOfHub({ path }: RequestContext): boolean {
  return path.startsWith("/api/");
}

function isChange({ method }: RequestContext): boolean {
  return method !== "GET" && method !== "HEAD";
}

function assertNoForeignPage(context: RequestContext, publicUrl: string | undefined): void {
  if (!isForeignPage(context, publicUrl)) return;
  throw new RegistryError("DENIED", {
    message: "a web page of another site may not change what is here; no registry client sends such a request",
  });
}

/** With a cookie, which browsers send along whoever asks: the request has to say that it is a page of this server's. */
function assertOwnPage(context: RequestContext): void {
  if (context.header("origin") !== null || context.header("sec-fetch-site") === "same-origin") return;
  throw new RegistryError("DENIED", {
    message: "a change with a session's cookie needs the header Origin, as browsers send it; programs use tokens",
  });
}

function assertMayChange(context: RequestContext, { readonly: isReadonly, publicUrl }: GuardParts): void {
  assertNoForeignPage(context, publicUrl);
  if (isReadonly) throw readonlyError("pulls go on, pushes and deletes do not");
}

function readonlyError(what: string): RegistryError {
  return new RegistryError("UNAVAILABLE", {
    message: `this registry is read-only at the moment (storage.readonly is true): ${what}`,
  });
}

/** Whether a browser says that a page of another site makes this request: it may send a password that it remembers, or need none. */
function isForeignPage(context: RequestContext, publicUrl: string | undefined): boolean {
  const origin = context.header("origin");
  if (origin !== null) {
    const host = origin.replace(/^https?:\/\//, "");
    // A proxy in front may have put another Host in its place.
    if (host !== context.host && (publicUrl === undefined || origin !== new URL(publicUrl).origin)) return true;
  }
  const site = context.header("sec-fetch-site");
  return site !== null && site !== "same-origin" && site !== "none";
}
