/**
 * Stands before every route: finds out who calls, finds what the route is about, asks `authorize`, and answers a refusal so that
 * clients know what to do next. Spec: distribution-spec 1.1 leaves it open; Docker's token protocol says what clients expect.
 */
import type { Accounts } from "../../accounts/accounts.ts";
import { authorize, type Action, type Decision, type Resource } from "../../access/authorize.ts";
import type { Needs } from "../../access/needs.ts";
import type { RepositoryAction } from "../../access/roles.ts";
import { ANONYMOUS, OPEN_ANONYMOUS, type Principal, STRANGER } from "../../access/principal.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { isLoopbackHost, type TrustedProxies } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";
import { parseRepositoryName } from "../../oci/reference.ts";
import type { Repositories } from "../../repositories/repositories.ts";
import type { Authenticator } from "../authenticator.ts";
import { addressOf, realmOf } from "./realm.ts";

export type GuardParts = {
  database: Database;
  accounts: Accounts;
  authenticator: Authenticator;
  repositories: Repositories;
  proxies: TrustedProxies;
  publicUrl: string | undefined;
  service: string;
  /** Who gets in without an account while nobody has claimed the registry. */
  openTo: "everyone" | "loopback" | "nobody";
  /** Whether strangers may see what is public. */
  isPublic: boolean;
  readonly: boolean;
};

export type Guard = (context: RequestContext, needs: Needs) => Principal | Promise<Principal>;

export function createGuard(parts: GuardParts): Guard {
  const { accounts, authenticator, repositories, database } = parts;
  const nobody = parts.isPublic ? ANONYMOUS : STRANGER;

  const isOpenTo = (context: RequestContext): boolean =>
    !accounts.isKnownClaimed &&
    (parts.openTo === "everyone" || (parts.openTo === "loopback" && isLoopbackHost(context.host)));

  const identify = (context: RequestContext): Principal | Promise<Principal> => {
    if (isOpenTo(context)) return OPEN_ANONYMOUS;
    try {
      const found = authenticator.authenticate(context.header("authorization"), () =>
        addressOf(context, parts.proxies),
      );
      if (!(found instanceof Promise)) return found ?? nobody;
      return found.then(
        (it) => it ?? nobody,
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

  const decide = (context: RequestContext, principal: Principal, action: Action, resource: Resource): Principal => {
    const decision = authorize(principal, action, resource);
    if (!decision.isAllowed) throw refusal(context, parts, principal, { action, resource, decision });
    return principal;
  };

  const checkRepository = (
    context: RequestContext,
    action: RepositoryAction,
    at: number,
    principal: Principal,
  ): Principal | Promise<Principal> => {
    const name = parseRepositoryName(context.param(at));
    if (action !== "pull") assertMayChange(context, parts.readonly);
    if (principal.isOpen) return principal;
    const cached = repositories.cached(name);
    if (cached !== null) return decide(context, principal, action, cached);
    return repositories.find(database, name).then((it) => decide(context, principal, action, it));
  };

  const check = (context: RequestContext, needs: Needs, principal: Principal): Principal | Promise<Principal> => {
    if (needs.on === "public") return principal;
    if (needs.on === "repository") return checkRepository(context, needs.action, needs.at, principal);
    if (needs.on === "system") return decide(context, principal, needs.action, { kind: "system" });
    if (needs.on === "caller") {
      if (principal.rights !== null) return principal;
      // Of an open registry nobody has anything of their own.
      return decide(context, principal.isOpen ? nobody : principal, "ping", { kind: "system" });
    }
    const resource =
      needs.on === "namespace" ? findNamespace(context.param(needs.at)) : findAccount(context.param(needs.at));
    return resource.then((it) => decide(context, principal, needs.action, it));
  };

  const findNamespace = async (name: string): Promise<Resource> => {
    const found = await repositories.findNamespace(database, name.toLowerCase());
    // Of what does not exist nobody is owner or member: the answer is the one for what may not be seen.
    return { kind: "namespace", id: found?.id ?? 0, name: found?.name ?? name.slice(0, 100) };
  };

  const findAccount = async (name: string): Promise<Resource> => {
    const found = await accounts.findByLogin(name.slice(0, 300));
    return { kind: "account", id: found?.id ?? 0 };
  };

  return (context, needs) => {
    if (needs.on === "public") return isOpenTo(context) ? OPEN_ANONYMOUS : nobody;
    const principal = identify(context);
    if (principal instanceof Promise) return principal.then((it) => check(context, needs, it));
    return check(context, needs, principal);
  };
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

/** An instance that nobody has claimed, asked from where it is not open. */
function howToEnter({ accounts, openTo }: GuardParts): string {
  if (accounts.isKnownClaimed || openTo !== "loopback") return "";
  return (
    ", and this registry has none yet. It is open to this machine alone, under a name such as localhost: " +
    "start it with --open (or BERTH_OPEN=true) to let everyone who reaches it push and pull, or give it an administrator with berth admin create"
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
  const realm = realmOf(context, parts);
  const values = [`realm="${realm}/token"`, `service="${parts.service}"`];
  if (scope !== null) values.push(`scope="${scope}"`);
  if (error !== null) values.push(`error="${error}"`);
  return { "WWW-Authenticate": `Bearer ${values.join(",")}, Basic realm="Berth"` };
}

function assertMayChange(context: RequestContext, isReadonly: boolean): void {
  if (isForeignPage(context)) {
    throw new RegistryError("DENIED", {
      message: "a web page of another site may not change what is here; no registry client sends such a request",
    });
  }
  if (isReadonly) {
    throw new RegistryError("UNAVAILABLE", {
      message:
        "this registry is read-only at the moment (storage.readonly is true): pulls go on, pushes and deletes do not",
    });
  }
}

/** Whether a browser says that a page of another site makes this request: it may send a password that it remembers, or need none. */
function isForeignPage(context: RequestContext): boolean {
  const origin = context.header("origin");
  if (origin !== null && origin.replace(/^https?:\/\//, "") !== context.host) return true;
  const site = context.header("sec-fetch-site");
  return site !== null && site !== "same-origin" && site !== "none";
}
