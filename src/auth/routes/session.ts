/** Claiming, logging in and out, and who one is. */
import { letsThrough } from "../../access/ceiling.ts";
import { CALLER, type Needs, PUBLIC } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Account, Accounts } from "../../accounts/accounts.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { answer, implement } from "../../http/contract-routes.ts";
import type { RequestContext } from "../../http/context.ts";
import type { Route } from "../../http/router.ts";
import { sessionApi, setupApi } from "../account-api.ts";
import type { AccountMail } from "../account-mail.ts";
import type { InteractiveLogin } from "../interactive-login.ts";
import type { Logins } from "../logins.ts";
import { listOwnNamespaces } from "../queries/own-namespaces.ts";
import type { BrowserSessions, NewSession } from "../sessions.ts";
import type { Setup } from "../setup.ts";
import type { SignUpPolicy } from "../sign-up-policy.ts";
import { assertAddress } from "../sign-up.ts";
import { accountView, timeText } from "./own.ts";
import { addressOf } from "./realm.ts";
import {
  assertMayHaveSession,
  clientOf,
  type CookieParts,
  endedSessionCookie,
  sessionCookie,
} from "./session-cookie.ts";

export type SessionRouteParts = CookieParts & {
  database: Database;
  audit: AuditTrail;
  accounts: Accounts;
  interactive: InteractiveLogin;
  logins: Pick<Logins, "passwordChangedAt">;
  sessions: BrowserSessions;
  setup: Setup;
  mail: AccountMail;
  signUp: SignUpPolicy;
};

export function sessionRoutes(parts: SessionRouteParts): Route<Needs, Principal>[] {
  const { database, audit, accounts, interactive, logins, sessions, setup, mail } = parts;

  const cookieFor = (context: RequestContext, session: NewSession) => ({
    "Set-Cookie": sessionCookie(context, parts, session),
  });

  /** A browser that logs in anew leaves the session from before behind. */
  const begin = async (context: RequestContext, account: Account, session: NewSession) =>
    answer(
      { account: accountView(account), secondFactor: [], pending: null },
      { headers: cookieFor(context, session) },
    );

  return [
    implement(setupApi.get, {
      needs: PUBLIC,
      handle: async () => ({
        isClaimed: await accounts.isClaimed(),
        signUp: parts.signUp,
        hasMail: mail.isConfigured,
      }),
    }),
    implement(setupApi.claim, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        assertMayHaveSession(context, parts);
        const { code, name, password, email = null } = body;
        assertAddress(email, false);
        const person = { name, password, email };
        const claimed = await setup.claimWithCode(code, person, addressOf(context, parts.proxies));
        const login = { account: claimed, passwordChangedAt: null };
        const { account, session } = await interactive.complete(login, clientOf(context, parts.proxies));
        return answer(accountView(account), { headers: cookieFor(context, session) });
      },
    }),
    implement(sessionApi.create, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        assertMayHaveSession(context, parts);
        const result = await interactive.byPassword(body.name, body.password, clientOf(context, parts.proxies));
        if ("session" in result) return await begin(context, result.account, result.session);
        return { account: null, secondFactor: [...result.secondFactor], pending: result.pending };
      },
    }),
    implement(sessionApi.get, {
      needs: CALLER,
      handle: async (_, { caller }) => {
        const { rights, credential, ceiling } = caller;
        const account = rights && (await accounts.find(rights.accountId));
        // Gone since the guard let it through.
        if (!account || credential === null) throw new RegistryError("UNAUTHORIZED");
        // A token that is limited to names does not tell of what else its account belongs to.
        const seesOwn = ceiling === null || letsThrough(ceiling, "list-members", null);
        return {
          account: accountView(account),
          credential: credential.kind,
          provenAt: credential.kind === "session" ? timeText(credential.provenAt) : null,
          hasPassword: (await logins.passwordChangedAt(account.id)) !== null,
          scopes: ceiling?.kind === "scopes" ? ceiling.scopes.map((it) => ({ ...it, actions: [...it.actions] })) : null,
          namespaces: (seesOwn ? await listOwnNamespaces.all(database, { accountId: account.id }) : []).map(
            ({ id, name, kind, display_name: displayName, role }) => ({
              id: String(id),
              name,
              kind,
              displayName,
              role,
            }),
          ),
        };
      },
    }),
    implement(sessionApi.delete, {
      needs: CALLER,
      handle: async (_, { caller, context }) => {
        const { rights, credential } = caller;
        if (rights === null || credential?.kind !== "session") return undefined;
        await database.write(async (trx) => {
          await sessions.revoke(trx, rights.accountId, credential.id);
          const target = { kind: "session", name: caller.name, id: credential.id } as const;
          await audit.record(trx, { by: caller, action: "session.end", target });
        });
        return answer(undefined, { headers: { "Set-Cookie": endedSessionCookie(context, parts) } });
      },
    }),
  ];
}
