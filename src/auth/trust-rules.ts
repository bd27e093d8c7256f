/**
 * Rules under which a machine is a robot: a token of its own platform (GitHub Actions, GitLab CI, Kubernetes …) from this issuer,
 * for this audience, with these claims. So a CI needs no stored secret.
 *
 * Only issuers that the operator allows are ever asked for keys: whoever makes rules for a robot must not choose what this
 * server connects to.
 */
import type { Access } from "../access/access.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { parseToken } from "./issuer-token.ts";
import * as queries from "./queries/trust-rules.ts";
import { SourceUnavailableError } from "./source.ts";
import { matchesClaims, MAX_TOKEN_CHARACTERS, type WorkloadTokens } from "./workload-tokens.ts";

export type TrustRule = {
  id: number;
  /** The robot's. */
  accountId: number;
  name: string;
  issuer: string;
  /** What the token must be made for; compared exactly. */
  audience: string;
  /** Claim to pattern, in which `*` stands for any characters; all of them must fit. */
  conditions: Readonly<Record<string, string>>;
  createdAt: number;
};

export type NewTrustRule = Pick<TrustRule, "name" | "issuer" | "audience" | "conditions">;

/** A token that was believed. */
export type Workload = {
  accountId: number;
  rule: number;
  subject: string;
  /** Of the token, in ms since 1970. */
  expiresAt: number;
};

const MAX_RULES = 50;
/** Of one issuer, that are looked at for a token which does not say whose it is. */
const MAX_CANDIDATES = 1_000;
const MAX_NAME_LENGTH = 100;
const MAX_AUDIENCE_LENGTH = 255;
const MAX_CONDITIONS = 20;
const MAX_CLAIM_LENGTH = 100;
const MAX_PATTERN_LENGTH = 512;
const ONLY_STARS = /^\**$/;

export type TrustRulesParts = {
  database: Database;
  access: Access;
  /** Those that rules may name. */
  issuers: readonly string[];
  tokens: WorkloadTokens;
};

export class TrustRules {
  readonly #parts: TrustRulesParts;

  constructor(parts: TrustRulesParts) {
    this.#parts = parts;
  }

  /** For a robot, which the caller has made sure of. Throws REQUEST_INVALID; CONFLICT when the robot has very many. */
  async create(trx: Transaction, accountId: number, rule: NewTrustRule): Promise<TrustRule> {
    this.#assertValid(rule);
    const { name, issuer, audience, conditions } = rule;
    const present = await queries.listTrustRules.all(trx, { accountId, limit: MAX_RULES });
    if (present.length >= MAX_RULES) {
      throw new RegistryError("CONFLICT", {
        message: `a robot has at most ${MAX_RULES} trust rules: delete one first`,
      });
    }
    const made = await queries.insertTrustRule.first(trx, {
      accountId,
      ruleName: name,
      issuer,
      audience,
      conditions: JSON.stringify(conditions),
      now: Date.now(),
    });
    if (made === null) throw new Error("a trust rule was not made");
    this.#parts.access.changes(trx);
    return ruleOf(made);
  }

  /** All of a robot's, oldest first; there are at most 50. */
  async list(accountId: number): Promise<TrustRule[]> {
    const rows = await queries.listTrustRules.all(this.#parts.database, { accountId, limit: MAX_RULES });
    return rows.map(ruleOf);
  }

  /** Null when it was deleted, or its issuer is no longer allowed. */
  async find(id: number): Promise<TrustRule | null> {
    const row = await queries.findTrustRule.first(this.#parts.database, { ruleId: id });
    return row !== null && this.#parts.issuers.includes(row.issuer) ? ruleOf(row) : null;
  }

  /** False when the robot has no such rule. What was got under it ends at once. */
  async delete(trx: Transaction, accountId: number, id: number): Promise<boolean> {
    this.#parts.access.changes(trx);
    return (await queries.deleteTrustRule.run(trx, { accountId, ruleId: id })) > 0;
  }

  /**
   * Which robot the token is, under which rule; null when it is none. `accountId`: the robot that it claims to be, if it does. Throws
   * REQUEST_INVALID when it does not and several robots would do, UNAVAILABLE when the issuer cannot be asked for its keys.
   */
  async believe(text: string, accountId: number | null): Promise<Workload | null> {
    const { database, issuers, tokens } = this.#parts;
    const issuer = parseToken(text, MAX_TOKEN_CHARACTERS)?.claims["iss"];
    if (typeof issuer !== "string" || !issuers.includes(issuer)) return null;
    const rows =
      accountId === null
        ? await queries.listTrustRulesOfIssuer.all(database, { issuer, limit: MAX_CANDIDATES + 1 })
        : await queries.listTrustRules.all(database, { accountId, limit: MAX_RULES });
    if (rows.length > MAX_CANDIDATES) throw ambiguous();
    const rules = rows.map(ruleOf).filter((rule) => rule.issuer === issuer);
    const identity = await tokens.verify(text, rules).catch((error: unknown) => {
      throw error instanceof SourceUnavailableError ? unavailable(error) : error;
    });
    if (identity === null) return null;
    const { audience, claims, subject } = identity;
    const fitting = rules.filter((rule) => rule.audience === audience && matchesClaims(claims, rule.conditions));
    const [rule] = fitting;
    if (rule === undefined) return null;
    if (fitting.some((other) => other.accountId !== rule.accountId)) throw ambiguous();
    return { accountId: rule.accountId, rule: rule.id, subject, expiresAt: Number(claims["exp"]) * 1000 };
  }

  #assertValid({ name, issuer, audience, conditions }: NewTrustRule): void {
    if (!isText(name, MAX_NAME_LENGTH)) throw invalid(`the name of a rule has 1 to ${MAX_NAME_LENGTH} characters`);
    if (!this.#parts.issuers.includes(issuer)) {
      throw invalid("this registry does not trust the issuer: an operator can add it to auth.workload.issuers");
    }
    if (!isText(audience, MAX_AUDIENCE_LENGTH)) throw invalid(`an audience has 1 to ${MAX_AUDIENCE_LENGTH} characters`);
    const pairs = Object.entries(conditions);
    if (pairs.length === 0 || pairs.length > MAX_CONDITIONS) {
      throw invalid(`a rule has 1 to ${MAX_CONDITIONS} conditions on claims, such as sub`);
    }
    for (const [claim, pattern] of pairs) {
      if (!isText(claim, MAX_CLAIM_LENGTH) || !isText(pattern, MAX_PATTERN_LENGTH)) {
        throw invalid(
          `a condition is a claim of at most ${MAX_CLAIM_LENGTH} characters and a pattern of at most ${MAX_PATTERN_LENGTH}`,
        );
      }
    }
    // Anybody gets a token of a public issuer.
    if (pairs.every(([, pattern]) => ONLY_STARS.test(pattern)))
      throw invalid("one of the conditions must be more than *");
  }
}

type Row = {
  id: number;
  account_id: number;
  name: string;
  issuer: string;
  audience: string;
  conditions: string;
  created_at: number;
};

function ruleOf(row: Row): TrustRule {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    issuer: row.issuer,
    audience: row.audience,
    // Only written by `create`.
    conditions: JSON.parse(row.conditions) as Record<string, string>,
    createdAt: row.created_at,
  };
}

function isText(text: string, limit: number): boolean {
  return text !== "" && text.length <= limit && text.isWellFormed() && !text.includes("\0");
}

function invalid(message: string): RegistryError {
  return new RegistryError("REQUEST_INVALID", { message });
}

function ambiguous(): RegistryError {
  return invalid("the token could be several robots': name the one that is meant");
}

function unavailable(cause: SourceUnavailableError): RegistryError {
  return new RegistryError("UNAVAILABLE", {
    message: "the issuer of this token does not answer at the moment: try again shortly",
    headers: { "Retry-After": "10" },
    cause,
  });
}
