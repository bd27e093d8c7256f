/** Accounts and their tokens, for operators. */
import { z } from "zod";
import { parsePattern } from "../../access/pattern.ts";
import type { Account } from "../../accounts/accounts.ts";
import type { Token } from "../../auth/tokens.ts";
import { cursor, toPage } from "../../contract/page.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import { accountsApi, type OperatorAccount, type OperatorToken, tokensApi } from "../account-api.ts";
import type { Administering } from "../parts.ts";
import type { OperatorRoute } from "./desk.ts";

const accountCursor = cursor("accounts by name", () => z.tuple([z.string().max(300)]));
const tokenCursor = cursor("tokens by id", () => z.tuple([z.int()]));

/** Also where storage.readonly is true: who may in, and who not, has to be said at any time. */
export function accountRoutes(accounts: Administering): OperatorRoute[] {
  return [
    implement(accountsApi.list, {
      needs: null,
      handle: async ({ query: { prefix, limit, after } }) => {
        const [last = ""] = accountCursor.decode(after) ?? [];
        const rows = await accounts.list({ prefix, after: last, limit: limit + 1 });
        return toPage(rows, limit, { item: accountOf, cursor: ({ name }) => accountCursor.encode([name]) });
      },
    }),
    implement(accountsApi.get, {
      needs: null,
      handle: async ({ query }) => accountOf(await accounts.find(query.name)),
    }),
    implement(accountsApi.create, {
      needs: null,
      handle: async ({ body }, { caller }) => {
        const { isAdministrator, email = null, password = null, name } = body;
        const person = { name, email, password };
        const created = isAdministrator
          ? await accounts.createAdministrator(caller, person)
          : { ...(await accounts.createAccount(caller, { ...person, systemRole: "none" })), hasClaimed: false };
        return { ...created, account: accountOf(created.account) };
      },
    }),
    implement(accountsApi.setPassword, {
      needs: null,
      handle: async ({ body: { name, password = null } }, { caller }) => {
        const { account, password: made } = await accounts.setPassword(caller, name, password);
        return { account: accountOf(account), password: made };
      },
    }),
    implement(accountsApi.change, {
      needs: null,
      handle: async ({ body: { name, isDisabled, systemRole } }, { caller }) => {
        let account = await accounts.find(name);
        if (systemRole !== undefined) account = await accounts.setSystemRole(caller, name, systemRole);
        if (isDisabled !== undefined) account = await accounts.setDisabled(caller, name, isDisabled);
        return accountOf(account);
      },
    }),
    implement(accountsApi.revoke, {
      needs: null,
      handle: async ({ body }, { caller }) => accountOf(await accounts.revokeAll(caller, body.name)),
    }),
    implement(accountsApi.reseal, {
      needs: null,
      handle: async ({ body }, { caller }) => ({ resealed: await accounts.reseal(caller, body.oldKeyFile ?? null) }),
    }),
    implement(accountsApi.resetFactors, {
      needs: null,
      handle: async ({ body }, { caller }) => {
        const { account, hadFactors } = await accounts.resetFactors(caller, body.name);
        return { account: accountOf(account), hadFactors };
      },
    }),
    ...tokenRoutes(accounts),
  ];
}

function tokenRoutes(accounts: Administering): OperatorRoute[] {
  return [
    implement(tokensApi.list, {
      needs: null,
      handle: async ({ query: { name, limit, after } }) => {
        const [last = 0] = tokenCursor.decode(after) ?? [];
        const rows = await accounts.listTokens(name, last, limit + 1);
        return toPage(rows, limit, { item: tokenOf, cursor: ({ id }) => tokenCursor.encode([id]) });
      },
    }),
    implement(tokensApi.create, {
      needs: null,
      handle: async ({ body: { account, name, scopes, expiresAt } }, { caller }) => {
        const checked = scopes?.map((it) => ({ actions: it.actions, pattern: parsePattern(it.pattern) })) ?? null;
        const { id, text } = await accounts.createToken(caller, account, { name, scopes: checked, expiresAt });
        return { id, text };
      },
    }),
    implement(tokensApi.revoke, {
      needs: null,
      handle: async ({ body: { account, id } }, { caller }) => {
        if (await accounts.revokeToken(caller, account, id)) return { id };
        throw new RegistryError("NAME_UNKNOWN", {
          message: `${account} has no token ${id}; berth token list shows them`,
        });
      },
    }),
  ];
}

function accountOf(account: Account): OperatorAccount {
  const { id, kind, name, displayName, email, isEmailVerified, systemRole, isDisabled, createdAt, lastLoginAt } =
    account;
  return { id, kind, name, displayName, email, isEmailVerified, systemRole, isDisabled, createdAt, lastLoginAt };
}

function tokenOf(token: Token): OperatorToken {
  const { id, kind, name, hint, createdAt, expiresAt, lastUsedAt, lastUsedAddress } = token;
  const scopes = token.scopes?.map(({ actions, pattern }) => ({ actions: [...actions], pattern })) ?? null;
  return { id, kind, name, hint, scopes, createdAt, expiresAt, lastUsedAt, lastUsedAddress };
}
