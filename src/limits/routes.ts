/** Plans and usage over the hub API. */
import { CALLER, onNamespace, onSystem, type Needs } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import { addressOf } from "../auth/routes/realm.ts";
import type { TrustedProxies } from "../http/client-address.ts";
import { implement } from "../http/contract-routes.ts";
import type { Route } from "../http/router.ts";
import { limitsApi } from "./api.ts";
import type { Usage } from "./usage.ts";

export type LimitsRouteParts = { usage: Usage; proxies: TrustedProxies };

export function limitsRoutes({ usage, proxies }: LimitsRouteParts): Route<Needs, Principal>[] {
  const { isEnforced } = usage;
  return [
    implement(limitsApi.plans, { needs: CALLER, handle: () => ({ plans: [...usage.plans] }) }),
    implement(limitsApi.accountUsage, {
      needs: CALLER,
      handle: async (_, { caller, context }) => {
        const { plan, pulls } = await usage.ofCaller(caller, addressOf(context, proxies));
        const shown = pulls && { ...pulls, resetsAt: new Date(pulls.resetsAt).toISOString() };
        return { account: caller.name, plan, isEnforced, pulls: shown };
      },
    }),
    implement(limitsApi.namespaceUsage, {
      needs: onNamespace("list-members"),
      handle: async ({ params }) => {
        const { name: namespace, ...used } = await usage.ofNamespace(params.namespace);
        return { namespace, isEnforced, ...used };
      },
    }),
    implement(limitsApi.setAccountPlan, {
      needs: onSystem("administer"),
      handle: async ({ params, body }, { caller }) => {
        await usage.setAccountPlan(caller, params.account, body.plan);
        return body;
      },
    }),
    implement(limitsApi.setNamespacePlan, {
      needs: onSystem("administer"),
      handle: async ({ params, body }, { caller }) => {
        await usage.setNamespacePlan(caller, params.namespace, body.plan);
        return body;
      },
    }),
  ];
}
