/** The second step of a login, the login with a passkey alone, and proving anew who sits at a session. */
import { CALLER, PUBLIC, type Needs } from "../../../access/needs.ts";
import type { Principal } from "../../../access/principal.ts";
import type { Account, Accounts } from "../../../accounts/accounts.ts";
import type { AuditTrail } from "../../../audit/audit-trail.ts";
import type { Database } from "../../../database/database.ts";
import { RegistryError } from "../../../errors.ts";
import type { RequestContext } from "../../../http/context.ts";
import { type Answer, answer, implement } from "../../../http/contract-routes.ts";
import { RequestOrigin } from "../../../http/origin.ts";
import type { Route } from "../../../http/router.ts";
import type { InteractiveLogin } from "../../interactive-login.ts";
import type { Logins } from "../../logins.ts";
import { accountView, timeText } from "../../routes/own.ts";
import { assertMayHaveSession, clientOf, type CookieParts, sessionCookie } from "../../routes/session-cookie.ts";
import { hashSecret } from "../../secret-token.ts";
import type { BrowserSessions, NewSession } from "../../sessions.ts";
import { addressGroup, type Throttle } from "../../throttle.ts";
import { sessionFactorsApi } from "../api.ts";
import type { Passkeys } from "../passkeys.ts";
import type { SecondFactors } from "../second-factors.ts";
import { assertedAs, shownIn, siteOf } from "./shown.ts";

export type FactorLoginParts = CookieParts & {
  accounts: Accounts;
  audit: Pick<AuditTrail, "note">;
  database: Database;
  factors: SecondFactors;
  interactive: InteractiveLogin;
  logins: Logins;
  passkeys: Passkeys;
  sessions: BrowserSessions;
  throttle: Throttle;
};

const LOGIN = "login";
const WRONG = "this code or passkey is wrong, or was used already";

export function factorLoginRoutes(parts: FactorLoginParts): Route<Needs, Principal>[] {
  const { accounts, database, factors, interactive, logins, passkeys, sessions, throttle } = parts;

  const withSession = <T>(context: RequestContext, value: T, session: NewSession): Answer<T> =>
    answer(value, { headers: { "Set-Cookie": sessionCookie(context, parts, session) } });

  const noteLogin = (context: RequestContext, account: Account | null, factor: string, failure: string | null): void =>
    parts.audit.note({
      by: account === null ? { kind: "anonymous", name: "" } : { kind: "person", name: account.name, id: account.id },
      action: "account.login",
      target: { kind: "account", name: account?.name ?? "", id: account?.id ?? null },
      after: { factor },
      origin: new RequestOrigin(context, parts.proxies),
      ...(failure === null ? {} : { outcome: "failed", reason: failure }),
    });

  /** A session for whoever showed everything that there is to show. */
  const enter = async (
    context: RequestContext,
    login: { account: Account; passwordChangedAt: number | null },
    factor: string,
  ) => {
    const { account, session } = await interactive.complete(login, clientOf(context, parts.proxies));
    noteLogin(context, account, factor, null);
    return withSession(context, { account: accountView(account) }, session);
  };

  const prove = async (
    caller: Principal,
    context: RequestContext,
    body: {
      password?: string | undefined;
      code?: string | undefined;
      passkey?: Parameters<typeof assertedAs>[0] | undefined;
    },
  ): Promise<boolean> => {
    const { accountId, sessionId } = sessionOf(caller);
    const { password, ...rest } = body;
    const site = () => siteOf(context, parts);
    const shown = shownIn(rest, { purpose: proving(accountId, sessionId), site });
    if ((shown === null) === (password === undefined)) {
      throw new RegistryError("REQUEST_INVALID", { message: "show one of password, code and passkey" });
    }
    if (shown !== null) return await factors.verify(accountId, shown);
    const { address } = clientOf(context, parts.proxies);
    const proof = await logins.byPassword(caller.name, password ?? "", address);
    return proof?.account.id === accountId;
  };

  return [
    implement(sessionFactorsApi.secondFactorOptions, {
      needs: PUBLIC,
      handle: async ({ body: { pending } }, { context }) => {
        const { account } = await interactive.pending(pending);
        return await passkeys.requestOptions(account.id, secondStep(pending), siteOf(context, parts));
      },
    }),
    implement(sessionFactorsApi.secondFactor, {
      needs: PUBLIC,
      handle: async ({ body: { pending, ...rest } }, { context }) => {
        assertMayHaveSession(context, parts);
        const shown = shownIn(rest, { purpose: secondStep(pending), site: () => siteOf(context, parts) });
        if (shown === null) {
          throw new RegistryError("REQUEST_INVALID", { message: "show one of code, backupCode and passkey" });
        }
        const login = await interactive.pending(pending);
        if (!(await factors.verify(login.account.id, shown))) {
          noteLogin(context, login.account, shown.kind, "the second factor was wrong");
          throw new RegistryError("UNAUTHORIZED", { message: WRONG });
        }
        return await enter(context, login, shown.kind);
      },
    }),
    implement(sessionFactorsApi.passkeyOptions, {
      needs: PUBLIC,
      handle: (_, { context }) => passkeys.requestOptions(null, LOGIN, siteOf(context, parts)),
    }),
    implement(sessionFactorsApi.passkey, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        assertMayHaveSession(context, parts);
        const relyingParty = siteOf(context, parts);
        const keys = [["address", addressGroup(clientOf(context, parts.proxies).address)]] as const;
        await throttle.begin(keys);
        const verification = { purpose: LOGIN, accountId: null, relyingParty };
        const accountId = await passkeys.use(assertedAs(body.passkey), verification);
        const account = accountId === null ? null : await accounts.find(accountId);
        // Disabled or wrong: whoever asks is told the same.
        if (account === null || account.isDisabled) {
          const failure = account === null ? "the passkey was wrong" : "the account is disabled";
          noteLogin(context, account, "passkey alone", failure);
          throw new RegistryError("UNAUTHORIZED", { message: WRONG });
        }
        await throttle.succeed(keys);
        return await enter(context, { account, passwordChangedAt: null }, "passkey alone");
      },
    }),
    implement(sessionFactorsApi.proofOptions, {
      needs: CALLER,
      handle: async (_, { caller, context }) => {
        const { accountId, sessionId } = sessionOf(caller);
        return await passkeys.requestOptions(accountId, proving(accountId, sessionId), siteOf(context, parts));
      },
    }),
    implement(sessionFactorsApi.prove, {
      needs: CALLER,
      handle: async ({ body }, { caller, context }) => {
        assertMayHaveSession(context, parts);
        const { accountId, sessionId } = sessionOf(caller);
        if (!(await prove(caller, context, body))) {
          const target = { kind: "account", name: caller.name, id: accountId } as const;
          parts.audit.note({ by: caller, action: "account.prove", target, outcome: "failed" });
          throw new RegistryError("DENIED", { message: "this is wrong: try again" });
        }
        const client = clientOf(context, parts.proxies);
        const session = await database.write((trx) => sessions.renew(trx, { id: sessionId, accountId }, client));
        if (session === null) throw new RegistryError("DENIED", { message: "this session has ended: log in again" });
        return withSession(context, { provenAt: timeText(Date.now()) }, session);
      },
    }),
  ];
}

/** Throws DENIED for every other credential. */
function sessionOf({ rights, credential }: Principal): { accountId: number; sessionId: number } {
  if (rights === null || credential?.kind !== "session") {
    throw new RegistryError("DENIED", { message: "this needs a login in a browser: tokens cannot do it" });
  }
  return { accountId: rights.accountId, sessionId: credential.id };
}

function secondStep(pending: string): string {
  return `second-factor:${hashSecret(pending)}`;
}

function proving(accountId: number, sessionId: number): string {
  return `proof:account:${accountId}:session:${sessionId}`;
}
