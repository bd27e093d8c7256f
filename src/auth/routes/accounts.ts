/** Accounts: signing up, proving an address, and what administrators do. */
import { z } from "zod";
import { authorize } from "../../access/authorize.ts";
import { CALLER, type Needs, onAccount, onSystem, PUBLIC } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Account, Accounts } from "../../accounts/accounts.ts";
import { cursor } from "../../contract/page.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import type { AccountMail } from "../account-mail.ts";
import { searchAccounts } from "../account-search.ts";
import { accountsApi, emailVerificationApi, passwordResetApi } from "../accounts-api.ts";
import type { Administration } from "../administration.ts";
import { assertAddress, type SignUp } from "../sign-up.ts";
import { accountView, ownAccountId } from "./own.ts";
import { addressOf } from "./realm.ts";
import type { CookieParts } from "./session-cookie.ts";

export type AccountsRouteParts = CookieParts & {
  accounts: Accounts;
  administration: Administration;
  signUp: SignUp;
  mail: AccountMail;
};

const ADMINISTER = onSystem("administer");
const accountCursor = cursor("accounts by name", () => z.tuple([z.string().max(64)]));

export function accountsRoutes(parts: AccountsRouteParts): Route<Needs, Principal>[] {
  return [...publicRoutes(parts), ...readingRoutes(parts), ...administratorRoutes(parts)];
}

function publicRoutes({ accounts, signUp, mail, proxies }: AccountsRouteParts): Route<Needs, Principal>[] {
  return [
    implement(accountsApi.signUp, {
      needs: PUBLIC,
      handle: async ({ body: { name, password, email = null, invitation = null } }, { context }) =>
        accountView(await signUp.signUp({ name, password, email, invitation }, addressOf(context, proxies))),
    }),
    implement(emailVerificationApi.confirm, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        await mail.verify(body.code, addressOf(context, proxies));
        return undefined;
      },
    }),
    implement(emailVerificationApi.send, {
      needs: CALLER,
      handle: async (_, { caller }) => {
        const account = await accounts.find(ownAccountId(caller, "administer-account"));
        if (!account?.email || account.isEmailVerified) {
          throw new RegistryError("CONFLICT", { message: "there is no address of yours that waits to be confirmed" });
        }
        if (!mail.isConfigured) throw new RegistryError("DENIED", { message: "this registry sends no e-mail" });
        await mail.sendVerification(account.id, account.name, account.email);
        return undefined;
      },
    }),
    implement(passwordResetApi.request, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        await mail.requestReset(body.login, addressOf(context, proxies));
        return undefined;
      },
    }),
    implement(passwordResetApi.finish, {
      needs: PUBLIC,
      handle: async ({ body }, { context }) => {
        await mail.reset(body.code, body.password, addressOf(context, proxies));
        return undefined;
      },
    }),
  ];
}

function readingRoutes({ accounts, administration }: AccountsRouteParts): Route<Needs, Principal>[] {
  return [
    implement(accountsApi.list, {
      needs: onSystem("inspect"),
      handle: async ({ query: { prefix, after, limit, ...filter } }) => {
        const [behind] = accountCursor.decode(after) ?? [""];
        const page = { prefix: prefix.toLowerCase(), after: behind, limit };
        const found = await searchAccounts((asked) => accounts.list(asked), filter, page);
        return { items: found.accounts.map(accountView), next: found.next && accountCursor.encode([found.next]) };
      },
    }),
    implement(accountsApi.get, {
      needs: onAccount("see-account"),
      handle: async ({ params }, { caller }) => {
        const account = await shown(administration.find(params.account));
        // The guard may have found another one by an e-mail address.
        if (authorize(caller, "see-account", { kind: "account", id: account.id }).isAllowed)
          return accountView(account);
        throw new RegistryError("NOT_FOUND");
      },
    }),
  ];
}

function administratorRoutes({ administration }: AccountsRouteParts): Route<Needs, Principal>[] {
  return [
    implement(accountsApi.create, {
      needs: ADMINISTER,
      handle: async ({ params, body: { password = null, email } }, { caller }) => {
        assertAddress(email, false);
        const person = { name: params.account, password, email, systemRole: "none" as const };
        return madeView(await administration.createAccount(caller, person));
      },
    }),
    implement(accountsApi.update, {
      needs: ADMINISTER,
      handle: async ({ params, body }, { caller }) =>
        accountView(await shown(administration.setDisabled(caller, params.account, body.isDisabled))),
    }),
    implement(accountsApi.setSystemRole, {
      needs: ADMINISTER,
      handle: async ({ params, body }, { caller }) =>
        accountView(await shown(administration.setSystemRole(caller, params.account, body.systemRole))),
    }),
    implement(accountsApi.resetPassword, {
      needs: ADMINISTER,
      handle: async ({ params, body: { password = null } }, { caller }) =>
        madeView(await shown(administration.setPassword(caller, params.account, password))),
    }),
    implement(accountsApi.revoke, {
      needs: ADMINISTER,
      handle: async ({ params }, { caller }) => {
        await shown(administration.revokeAll(caller, params.account));
        return undefined;
      },
    }),
  ];
}

function madeView({ account, password }: { account: Account; password: string | null }) {
  return { account: accountView(account), password };
}

/** As the hub API says what is not there. */
async function shown<T>(found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== "NAME_UNKNOWN") throw error;
    throw new RegistryError("NOT_FOUND", { message: error.message, cause: error });
  }
}
