/** What the first page of the hub needs, in one cheap answer for whoever asks. */
import { type Needs, PUBLIC } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { realmOf } from "../../auth/routes/realm.ts";
import { assertMayHaveSession, type CookieParts, isExposed } from "../../auth/routes/session-cookie.ts";
import type { SignUpPolicy } from "../../auth/sign-up-policy.ts";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { instanceApi } from "../api.ts";
import { VERSION } from "../version.ts";

export type InstanceRouteParts = CookieParts & {
  accounts: { isClaimed(): Promise<boolean> };
  /** Who gets in without an account while nobody has claimed the registry. */
  openTo: "everyone" | "loopback" | "nobody";
  settings: {
    isPublic: boolean;
    isReadOnly: boolean;
    canDelete: boolean;
    binKeepSeconds: number;
    signUp: SignUpPolicy;
    organisationCreation: "everyone" | "administrators";
    hasMail: boolean;
    hasProviders: boolean;
    hasDirectories: boolean;
  };
};

export function instanceRoutes(parts: InstanceRouteParts): Route<Needs, Principal>[] {
  const { accounts, openTo, settings, publicUrl } = parts;
  return [
    implement(instanceApi.get, {
      needs: PUBLIC,
      handle: async (_, { caller, context }) => {
        const url = realmOf(context, parts);
        const signInProblem = findSignInProblem(context, parts);
        return {
          name: "Berth",
          version: VERSION,
          url,
          host: new URL(url).host,
          isPublicUrlSet: publicUrl !== undefined,
          isClaimed: await accounts.isClaimed(),
          isOpen: caller.isOpen,
          isOpenTo: openTo,
          ...settings,
          isHttps: url.startsWith("https:"),
          canSignIn: signInProblem === null,
          signInProblem,
          isSignInExposed: signInProblem === null && isExposed(context, parts),
        };
      },
    }),
  ];
}

function findSignInProblem(context: RequestContext, parts: CookieParts): string | null {
  try {
    assertMayHaveSession(context, parts);
    return null;
  } catch (error) {
    if (error instanceof RegistryError) return error.message;
    throw error;
  }
}
