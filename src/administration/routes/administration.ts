/** Health, configuration, counts and tests of sources, over the hub API. */
import { type Needs, onSystem } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Accounts } from "../../accounts/accounts.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { administrationApi } from "../api.ts";
import type { ShownConfiguration } from "../configuration.ts";
import type { Counts } from "../counts.ts";
import type { Health } from "../health.ts";
import type { IdentitySources } from "../sources.ts";

export type AdministrationRouteParts = {
  accounts: Accounts;
  audit: AuditTrail;
  health: () => Promise<Health>;
  configuration: () => ShownConfiguration;
  counts: Counts;
  sources: IdentitySources;
};

const INSPECT = onSystem("inspect");
const MAX_GROUPS = 1_000;

export function administrationRoutes(parts: AdministrationRouteParts): Route<Needs, Principal>[] {
  const { accounts, audit, health, configuration, counts, sources } = parts;
  return [
    implement(administrationApi.health, {
      needs: INSPECT,
      handle: async () => {
        const { startedAt, checkedAt, ...found } = await health();
        return { ...found, startedAt: timeText(startedAt), checkedAt: timeText(checkedAt) };
      },
    }),
    implement(administrationApi.configuration, {
      needs: INSPECT,
      handle: () => {
        const { warnings, items } = configuration();
        return { warnings: [...warnings], items: [...items] };
      },
    }),
    implement(administrationApi.counts, { needs: INSPECT, handle: () => counts.get() }),
    implement(administrationApi.listSources, {
      needs: INSPECT,
      handle: () => ({
        items: sources.list().map(({ name, kind, displayName, address, takesLogin, test, lastTest }) => ({
          name,
          kind,
          displayName,
          address,
          canTest: test !== null,
          takesLogin,
          lastTest: lastTest && { at: timeText(lastTest.at), isOk: lastTest.isOk },
        })),
      }),
    }),
    implement(administrationApi.testSource, {
      needs: onSystem("administer"),
      handle: async ({ params, body: { login = null, password = null } }, { caller }) => {
        const own = caller.rights && (await accounts.find(caller.rights.accountId));
        const ownAddress = own?.email ?? null;
        const result = await sources.test(params.source, { login, password, ownAddress });
        await audit.write({
          by: caller,
          action: "source.test",
          target: { kind: "setting", name: params.source },
          outcome: result.isOk ? "allowed" : "failed",
        });
        const { identity } = result;
        return {
          isOk: result.isOk,
          steps: result.steps,
          identity: identity && {
            subject: identity.subject,
            login: identity.login,
            displayName: identity.displayName,
            email: identity.email,
            groups: identity.groups.slice(0, MAX_GROUPS),
          },
        };
      },
    }),
  ];
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
