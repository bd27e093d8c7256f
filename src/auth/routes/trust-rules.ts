/** Routes of the rules under which a CI's own token is a robot. */
import { type Needs, onNamespace } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import type { Namespaces } from "../../accounts/namespaces.ts";
import type { Robot, Robots } from "../../accounts/robots.ts";
import type { AuditTrail } from "../../audit/audit-trail.ts";
import type { Database } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import { answer, implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import type { TrustRule, TrustRules } from "../trust-rules.ts";
import { trustRulesApi } from "../trust-rules-api.ts";

export type TrustRuleRouteParts = {
  database: Database;
  audit: AuditTrail;
  namespaces: Namespaces;
  robots: Robots;
  trustRules: TrustRules;
};

type RobotPath = { namespace: string; robot: string };

export function trustRuleRoutes(parts: TrustRuleRouteParts): Route<Needs, Principal>[] {
  const { audit, database, namespaces, robots, trustRules } = parts;

  const find = async ({ namespace, robot }: RobotPath): Promise<{ namespaceId: number; robot: Robot }> => {
    const { id } = await namespaces.get(namespace);
    return { namespaceId: id, robot: await robots.get(id, robot) };
  };

  return [
    implement(trustRulesApi.list, {
      needs: onNamespace("inspect-namespace"),
      handle: async ({ params }) => {
        const { robot } = await find(params);
        return { items: (await trustRules.list(robot.id)).map(show), next: null };
      },
    }),
    implement(trustRulesApi.create, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        const { namespaceId } = await find(params);
        const made = await database.write(async (trx) => {
          const robot = await robots.get(namespaceId, params.robot, trx);
          const rule = await trustRules.create(trx, robot.id, body);
          const { name, issuer, audience, conditions } = rule;
          const target = { kind: "trust-rule" as const, name: `${robot.name}: ${name}`, id: rule.id };
          const after = { issuer, audience, conditions };
          await audit.record(trx, { by: caller, action: "trust-rule.create", target, namespaceId, after });
          return rule;
        });
        const path = `/api/v1/namespaces/${params.namespace}/robots/${params.robot}/trust-rules/${made.id}`;
        return answer(show(made), { location: path });
      },
    }),
    implement(trustRulesApi.delete, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        const { namespaceId, robot } = await find(params);
        await database.write(async (trx) => {
          const id = Number(params.rule);
          if (!(await trustRules.delete(trx, robot.id, id))) {
            throw new RegistryError("NOT_FOUND", { message: "the robot has no such trust rule" });
          }
          const target = { kind: "trust-rule" as const, name: robot.name, id };
          await audit.record(trx, { by: caller, action: "trust-rule.delete", target, namespaceId });
        });
        return undefined;
      },
    }),
  ];
}

function show({ id, name, issuer, audience, conditions, createdAt }: TrustRule) {
  return { id: String(id), name, issuer, audience, conditions, createdAt: new Date(createdAt).toISOString() };
}
