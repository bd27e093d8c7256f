/** Accounts and their tokens, for operators. */
import { parsePattern } from "../../access/pattern.ts";
import type { Account } from "../../accounts/accounts.ts";
import type { Token } from "../../auth/tokens.ts";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import {
  accountBody,
  type AccountPage,
  accountPasswordBody,
  accountPatchBody,
  newAccountBody,
  newTokenBody,
  type OperatorAccount,
  type OperatorToken,
  type TokenPage,
  tokenRevokeBody,
} from "../api.ts";
import type { Administering } from "../parts.ts";
import type { OperatorRoute } from "./desk.ts";
import { json, readJson } from "./json.ts";

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** Also where storage.readonly is true: who may in, and who not, has to be said at any time. */
export function accountRoutes(accounts: Administering): OperatorRoute[] {
  const get = (path: string, handle: OperatorRoute["handle"]): OperatorRoute => {
    return { id: idOf("read", path), method: "GET", path: `/api/v1/${path}`, needs: null, handle };
  };
  const post = (path: string, handle: OperatorRoute["handle"]): OperatorRoute => {
    return { id: idOf("change", path), method: "POST", path: `/api/v1/${path}`, needs: null, handle };
  };
  return [
    get("accounts", async (context) => {
      const limit = limitOf(context);
      const after = context.query.get("after") ?? "";
      const found = await accounts.list({ prefix: context.query.get("prefix") ?? "", after, limit: limit + 1 });
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.name ?? null) : null;
      return json(context, { accounts: shown.map(accountOf), next } satisfies AccountPage);
    }),
    get("account", async (context) => json(context, accountOf(await accounts.find(nameOf(context))))),
    post("account/create", async (context, by) => {
      const { isAdministrator, email = null, password = null, name } = await readJson(context, newAccountBody);
      const person = { name, email, password };
      const created = isAdministrator
        ? await accounts.createAdministrator(by, person)
        : { ...(await accounts.createAccount(by, { ...person, systemRole: "none" })), hasClaimed: false };
      return json(context, { ...created, account: accountOf(created.account) });
    }),
    post("account/password", async (context, by) => {
      const { name, password = null } = await readJson(context, accountPasswordBody);
      const { account, password: made } = await accounts.setPassword(by, name, password);
      return json(context, { account: accountOf(account), password: made });
    }),
    post("account/change", async (context, by) => {
      const { name, isDisabled, systemRole } = await readJson(context, accountPatchBody);
      let account = await accounts.find(name);
      if (systemRole !== undefined) account = await accounts.setSystemRole(by, name, systemRole);
      if (isDisabled !== undefined) account = await accounts.setDisabled(by, name, isDisabled);
      return json(context, accountOf(account));
    }),
    post("account/revoke", async (context, by) => {
      const { name } = await readJson(context, accountBody);
      return json(context, accountOf(await accounts.revokeAll(by, name)));
    }),
    get("tokens", async (context) => {
      const limit = limitOf(context);
      const after = /^\d{1,15}$/.exec(context.query.get("after") ?? "0")?.[0] ?? "0";
      const found = await accounts.listTokens(nameOf(context), Number(after), limit + 1);
      const shown = found.slice(0, limit);
      const next = found.length > limit ? String(shown.at(-1)?.id ?? "") : null;
      return json(context, { tokens: shown.map(tokenOf), next } satisfies TokenPage);
    }),
    post("token/create", async (context, by) => {
      const { account, name, scopes, expiresAt } = await readJson(context, newTokenBody);
      const checked = scopes?.map((it) => ({ actions: it.actions, pattern: parsePattern(it.pattern) })) ?? null;
      return json(context, await accounts.createToken(by, account, { name, scopes: checked, expiresAt }));
    }),
    post("token/revoke", async (context, by) => {
      const { account, id } = await readJson(context, tokenRevokeBody);
      if (await accounts.revokeToken(by, account, id)) return json(context, { id });
      throw new RegistryError("NAME_UNKNOWN", {
        message: `${account} has no token ${id}; berth token list shows them`,
      });
    }),
  ];
}

function idOf(verb: string, path: string): string {
  return `${verb}-${path.replace("/", "-")}`;
}

function limitOf(context: RequestContext): number {
  const limit = context.query.get("limit") ?? String(DEFAULT_PAGE);
  if (/^[1-9]\d{0,8}$/.test(limit)) return Math.min(Number(limit), MAX_PAGE);
  throw new RegistryError("PAGINATION_NUMBER_INVALID", { message: "limit must be a whole number, 1 or more" });
}

function nameOf(context: RequestContext): string {
  return (context.query.get("name") ?? "").slice(0, 300);
}

function accountOf(account: Account): OperatorAccount {
  const { id, kind, name, displayName, email, isEmailVerified, systemRole, isDisabled, createdAt, lastLoginAt } =
    account;
  return { id, kind, name, displayName, email, isEmailVerified, systemRole, isDisabled, createdAt, lastLoginAt };
}

function tokenOf({
  id,
  kind,
  name,
  hint,
  scopes,
  createdAt,
  expiresAt,
  lastUsedAt,
  lastUsedAddress,
}: Token): OperatorToken {
  return { id, kind, name, hint, scopes, createdAt, expiresAt, lastUsedAt, lastUsedAddress };
}
