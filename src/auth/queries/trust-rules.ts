/** Every statement on the rules under which a CI's own token makes it a robot. */
import { statement } from "../../database/statement.ts";

const COLUMNS = ["id", "account_id", "name", "issuer", "audience", "conditions", "created_at"] as const;

export const insertTrustRule = statement<{
  accountId: number;
  ruleName: string;
  issuer: string;
  audience: string;
  conditions: string;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("trust_rules")
    .values({
      account_id: p.accountId,
      name: p.ruleName,
      issuer: p.issuer,
      audience: p.audience,
      conditions: p.conditions,
      created_at: p.now,
    })
    .returning(COLUMNS),
);

export const findTrustRule = statement<{ ruleId: number }>()((p, { db }) =>
  db.selectFrom("trust_rules").select(COLUMNS).where("id", "=", p.ruleId),
);

export const listTrustRules = statement<{ accountId: number; limit: number }>()((p, { db }) =>
  db.selectFrom("trust_rules").select(COLUMNS).where("account_id", "=", p.accountId).orderBy("id").limit(p.limit),
);

export const listTrustRulesOfIssuer = statement<{ issuer: string; limit: number }>()((p, { db }) =>
  db.selectFrom("trust_rules").select(COLUMNS).where("issuer", "=", p.issuer).orderBy("id").limit(p.limit),
);

export const deleteTrustRule = statement<{ accountId: number; ruleId: number }>()((p, { db }) =>
  db.deleteFrom("trust_rules").where("id", "=", p.ruleId).where("account_id", "=", p.accountId),
);
