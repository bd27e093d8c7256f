/** A person's own profile, password, sessions and tokens. */
import { z } from "zod";
import { CALLER, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Accounts } from "../../accounts/accounts.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import { cursor, toPage } from "../../contract/page.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { answer, implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { accountApi, accountSessionsApi, accountTokensApi } from "../account-api.ts";
import type { OwnAccount } from "../own-account.ts";
import type { BrowserSessions } from "../sessions.ts";
import type { Token, Tokens } from "../tokens.ts";
import { accountView, ownAccountId, timeText, timeTextOrNull } from "./own.ts";
import { addressOf } from "./realm.ts";
import { clientOf, type CookieParts, sessionCookie } from "./session-cookie.ts";

export type AccountRouteParts = CookieParts & {
  audit: AuditTrail;
  database: Database;
  accounts: Accounts;
  own: OwnAccount;
  sessions: BrowserSessions;
  tokens: Tokens;
};

const sessionCursor = cursor("own sessions", () => z.tuple([z.int()]));
const tokenCursor = cursor("own tokens", () => z.tuple([z.int()]));

export function accountRoutes(parts: AccountRouteParts): Route<Needs, Principal>[] {
  return [...profileRoutes(parts), ...sessionListRoutes(parts), ...ownTokenRoutes(parts)];
}

function profileRoutes(parts: AccountRouteParts): Route<Needs, Principal>[] {
  const { accounts, own, proxies } = parts;
  return [
    implement(accountApi.get, {
      needs: CALLER,
      handle: async (_, { caller }) => {
        const account = await accounts.find(ownAccountId(caller, "see-account"));
        if (account) return accountView(account);
        throw new RegistryError("NOT_FOUND");
      },
    }),
    implement(accountApi.update, {
      needs: CALLER,
      handle: async ({ body }, { caller, context }) => {
        const id = ownAccountId(caller, "administer-account");
        const { account, isMailSent } = await own.changeProfile(caller, id, body, addressOf(context, proxies));
        return { account: accountView(account), isMailSent };
      },
    }),
    implement(accountApi.password, {
      needs: CALLER,
      handle: async ({ body }, { caller, context }) => {
        const id = ownAccountId(caller, "administer-account");
        const client = caller.credential?.kind === "session" ? clientOf(context, proxies) : null;
        const session = await own.changePassword(caller, id, body, { address: addressOf(context, proxies), client });
        if (session === null) return undefined;
        return answer(undefined, { headers: { "Set-Cookie": sessionCookie(context, parts, session) } });
      },
    }),
  ];
}

function sessionListRoutes({ database, sessions, audit }: AccountRouteParts): Route<Needs, Principal>[] {
  const currentOf = ({ credential }: Principal) => (credential?.kind === "session" ? credential.id : 0);
  return [
    implement(accountSessionsApi.list, {
      needs: CALLER,
      handle: async ({ query }, { caller }) => {
        const id = ownAccountId(caller, "administer-account");
        const [after] = sessionCursor.decode(query.after) ?? [0];
        const rows = await sessions.list(id, after, query.limit + 1);
        return toPage(rows, query.limit, {
          item: ({ id: sessionId, createdAt, lastUsedAt, expiresAt, address, agent }) => ({
            id: String(sessionId),
            isCurrent: sessionId === currentOf(caller),
            createdAt: timeText(createdAt),
            lastUsedAt: timeText(lastUsedAt),
            expiresAt: timeText(expiresAt),
            address,
            agent,
          }),
          cursor: (row) => sessionCursor.encode([row.id]),
        });
      },
    }),
    implement(accountSessionsApi.delete, {
      needs: CALLER,
      handle: async ({ params }, { caller }) => {
        const id = ownAccountId(caller, "administer-account");
        const isRevoked = await database.write(async (trx) => {
          if (!(await sessions.revoke(trx, id, Number(params.session)))) return false;
          const target = { kind: "session", name: caller.name, id: params.session } as const;
          await audit.record(trx, { by: caller, action: "session.revoke", target });
          return true;
        });
        if (isRevoked) return undefined;
        throw new RegistryError("NOT_FOUND", { message: "you have no such session" });
      },
    }),
    implement(accountSessionsApi.deleteOthers, {
      needs: CALLER,
      handle: async (_, { caller }) => {
        const id = ownAccountId(caller, "administer-account");
        await database.write(async (trx) => {
          const ended = await sessions.revokeOthers(trx, id, currentOf(caller));
          const target = { kind: "session", name: caller.name } as const;
          await audit.record(trx, { by: caller, action: "session.revoke-others", target, after: { ended } });
        });
        return undefined;
      },
    }),
  ];
}

function ownTokenRoutes({ own, tokens }: AccountRouteParts): Route<Needs, Principal>[] {
  return [
    implement(accountTokensApi.list, {
      needs: CALLER,
      handle: async ({ query }, { caller }) => {
        const id = ownAccountId(caller, "administer-account");
        const [after] = tokenCursor.decode(query.after) ?? [0];
        const rows = await tokens.list(id, after, query.limit + 1);
        return toPage(rows, query.limit, { item: tokenView, cursor: (row) => tokenCursor.encode([row.id]) });
      },
    }),
    implement(accountTokensApi.create, {
      needs: CALLER,
      handle: async ({ body: { name, scopes, expiresAt } }, { caller }) => {
        const id = ownAccountId(caller, "administer-account");
        const asked = { name, scopes, expiresAt: expiresAt === null ? null : Date.parse(expiresAt) };
        const { token, text } = await own.createToken(caller, id, asked);
        return { token: tokenView(token), text };
      },
    }),
    implement(accountTokensApi.delete, {
      needs: CALLER,
      handle: async ({ params }, { caller }) => {
        const id = ownAccountId(caller, "administer-account");
        if (await own.revokeToken(caller, id, Number(params.token))) return undefined;
        throw new RegistryError("NOT_FOUND", { message: "you have no such token" });
      },
    }),
  ];
}

export function tokenView(token: Token) {
  const { kind, name, hint, scopes, createdAt, expiresAt, lastUsedAt, lastUsedAddress } = token;
  return {
    id: String(token.id),
    kind,
    name,
    hint,
    scopes: scopes?.map((it) => ({ pattern: it.pattern, actions: [...it.actions] })) ?? null,
    createdAt: timeText(createdAt),
    expiresAt: timeTextOrNull(expiresAt),
    isExpired: expiresAt !== null && expiresAt <= Date.now(),
    lastUsedAt: timeTextOrNull(lastUsedAt),
    lastUsedAddress,
  };
}
