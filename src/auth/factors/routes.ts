/** Setting up second factors: in a browser whose login is fresh, never with a token. */
import { CALLER, onSystem, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Account, Accounts } from "../../accounts/accounts.ts";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import { type Answer, answer, implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { ownAccountId, timeText, timeTextOrNull } from "../routes/own.ts";
import { provenSession } from "../routes/proven-session.ts";
import { assertMayHaveSession, clientOf, type CookieParts, sessionCookie } from "../routes/session-cookie.ts";
import { factorsApi } from "./api.ts";
import type { Passkey, Passkeys } from "./passkeys.ts";
import { registeredAs, siteOf } from "./routes/shown.ts";
import type { Begun, Changer, SecondFactors } from "./second-factors.ts";
import type { Totps } from "./totp.ts";

export type FactorRouteParts = CookieParts & {
  accounts: Accounts;
  factors: SecondFactors;
  passkeys: Passkeys;
  totps: Totps;
};

export function factorRoutes(parts: FactorRouteParts): Route<Needs, Principal>[] {
  const { accounts, factors, passkeys, totps } = parts;

  const changerOf = (caller: Principal, context: RequestContext): Changer => {
    // With the first factor the session gets a new cookie, for which it would be too late to refuse then.
    assertMayHaveSession(context, parts);
    return {
      ...provenSession(caller),
      name: caller.name,
      client: clientOf(context, parts.proxies),
      by: caller,
    };
  };

  /** With the first factor the session goes on under another secret. */
  const withCookie = <T>(context: RequestContext, value: T, begun: Begun | null): Answer<T> =>
    begun?.session
      ? answer(value, { headers: { "Set-Cookie": sessionCookie(context, parts, begun.session) } })
      : answer(value);

  const ownAccount = async (accountId: number): Promise<Account> => {
    const account = await accounts.find(accountId);
    if (account === null) throw new RegistryError("NOT_FOUND");
    return account;
  };

  return [
    implement(factorsApi.list, {
      needs: CALLER,
      handle: async (_, { caller }) => {
        const {
          totpSince,
          passkeys: keys,
          backupCodesLeft,
        } = await factors.list(ownAccountId(caller, "administer-account"));
        return {
          totp: totpSince === null ? null : { createdAt: timeText(totpSince) },
          passkeys: keys.map(shownPasskey),
          backupCodesLeft,
        };
      },
    }),
    implement(factorsApi.enrolTotp, {
      needs: CALLER,
      handle: async (_, { caller, context }) => {
        const { accountId } = provenSession(caller);
        return await totps.enrol(await ownAccount(accountId), nameOf(context, parts.publicUrl));
      },
    }),
    implement(factorsApi.confirmTotp, {
      needs: CALLER,
      handle: async ({ body }, { caller, context }) => {
        const begun = await factors.confirmTotp(changerOf(caller, context), body.code);
        return withCookie(context, { backupCodes: begun?.backupCodes ?? null }, begun);
      },
    }),
    implement(factorsApi.removeTotp, {
      needs: CALLER,
      handle: async (_, { caller, context }) => {
        if (!(await factors.removeTotp(changerOf(caller, context)))) {
          throw new RegistryError("NOT_FOUND", { message: "this account has no authenticator app" });
        }
        return undefined;
      },
    }),
    implement(factorsApi.passkeyOptions, {
      needs: CALLER,
      handle: async (_, { caller, context }) => {
        const { accountId, sessionId } = provenSession(caller);
        const site = siteOf(context, parts);
        return await passkeys.creationOptions(await ownAccount(accountId), registering(accountId, sessionId), site);
      },
    }),
    implement(factorsApi.addPasskey, {
      needs: CALLER,
      handle: async ({ body }, { caller, context }) => {
        const changer = changerOf(caller, context);
        const made = await passkeys.verifyRegistration(registeredAs(body.passkey), {
          purpose: registering(changer.accountId, changer.sessionId),
          relyingParty: siteOf(context, parts),
        });
        const { passkey, begun } = await factors.addPasskey(changer, made, body.name);
        const value = { passkey: shownPasskey(passkey), backupCodes: begun?.backupCodes ?? null };
        return withCookie(context, value, begun);
      },
    }),
    implement(factorsApi.renamePasskey, {
      needs: CALLER,
      handle: async ({ params, body }, { caller, context }) => {
        const changer = changerOf(caller, context);
        if (!(await factors.renamePasskey(changer, Number(params.passkey), body.name))) throw noPasskey();
        return undefined;
      },
    }),
    implement(factorsApi.removePasskey, {
      needs: CALLER,
      handle: async ({ params }, { caller, context }) => {
        if (!(await factors.removePasskey(changerOf(caller, context), Number(params.passkey)))) throw noPasskey();
        return undefined;
      },
    }),
    implement(factorsApi.replaceBackupCodes, {
      needs: CALLER,
      handle: async (_, { caller, context }) => ({
        backupCodes: await factors.replaceBackupCodes(changerOf(caller, context)),
      }),
    }),
    implement(factorsApi.removeAll, {
      needs: onSystem("administer"),
      handle: async ({ params }, { caller }) => {
        // Fresh for administrators too: otherwise this would be the way around that for their own factors.
        provenSession(caller);
        const account = await accounts.findByLogin(params.account);
        if (account === null) throw new RegistryError("NOT_FOUND", { message: "there is no such account" });
        if (!(await factors.removeAll({ accountId: account.id, name: account.name, by: caller }))) {
          throw new RegistryError("NOT_FOUND", { message: `${account.name} has no second factor` });
        }
        return undefined;
      },
    }),
  ];
}

function registering(accountId: number, sessionId: number): string {
  return `register:account:${accountId}:session:${sessionId}`;
}

function shownPasskey({ id, name, createdAt, lastUsedAt }: Passkey) {
  return {
    id: String(id),
    name,
    createdAt: timeText(createdAt),
    lastUsedAt: timeTextOrNull(lastUsedAt),
  };
}

/** What an authenticator app calls this registry. */
function nameOf({ host }: RequestContext, publicUrl: string | undefined): string {
  return publicUrl === undefined ? host.replace(/:\d+$/, "") : new URL(publicUrl).hostname;
}

function noPasskey(): RegistryError {
  return new RegistryError("NOT_FOUND", { message: "this account has no such passkey" });
}
