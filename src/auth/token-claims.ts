/** What the registry's own JWTs say: who, made with which credential, and how far it reaches at most. */
import type { JWTPayload } from "jose";
import { SCOPE_ACTIONS, type ScopeAction, type TokenEntry } from "../access/ceiling.ts";
import type { Credential } from "../access/principal.ts";

export type TokenClaims = {
  /** Null for a token that anyone gets. */
  accountId: number | null;
  credential: Credential | null;
  /** When the password that it was got with had been set; null when it was got with something else. */
  passwordChangedAt: number | null;
  entries: readonly TokenEntry[];
  catalog: boolean;
  /** Ms since 1970. */
  issuedAt: number;
  expiresAt: number;
};

/** One of the token protocol's access entries, with the ids beside them that make it a ceiling on one repository. */
type AccessEntry = {
  type: string;
  name: string;
  actions: string[];
  repository?: number | null;
  namespace?: number | null;
};

export function formatClaims(claims: Omit<TokenClaims, "issuedAt" | "expiresAt">): {
  access: AccessEntry[];
  berth: object;
} {
  const access: AccessEntry[] = claims.entries.map((entry) => ({
    type: "repository",
    name: entry.name,
    actions: [...entry.actions],
    repository: entry.repositoryId,
    namespace: entry.namespaceId,
  }));
  if (claims.catalog) access.push({ type: "registry", name: "catalog", actions: ["*"] });
  const { accountId, credential, passwordChangedAt } = claims;
  return { access, berth: { account: accountId, credential, passwordChangedAt } };
}

/** Null unless everything is there and of its type: what only our own key could have signed is still read with care. */
export function parseClaims(payload: JWTPayload): TokenClaims | null {
  const { access, berth, exp, iat } = payload as { access?: unknown; berth?: unknown; exp?: unknown; iat?: unknown };
  if (!Array.isArray(access) || !isObject(berth) || typeof exp !== "number" || typeof iat !== "number") return null;
  const { account, credential, passwordChangedAt } = berth;
  if (account !== null && typeof account !== "number") return null;
  const parsed = credential === null ? null : parseCredential(credential);
  if (parsed === undefined || (account === null) !== (parsed === null)) return null;
  if (passwordChangedAt !== null && typeof passwordChangedAt !== "number") return null;
  const entries: TokenEntry[] = [];
  let catalog = false;
  for (const entry of access as unknown[]) {
    if (!isObject(entry)) return null;
    if (entry["type"] === "registry") catalog = true;
    else if (entry["type"] === "repository") entries.push(parseEntry(entry));
  }
  const times = { issuedAt: iat * 1000, expiresAt: exp * 1000 };
  return { accountId: account, credential: parsed, passwordChangedAt, entries, catalog, ...times };
}

function parseEntry({ name, actions, repository, namespace }: Record<string, unknown>): TokenEntry {
  const known: readonly unknown[] = SCOPE_ACTIONS;
  return {
    name: String(name),
    repositoryId: typeof repository === "number" ? repository : null,
    namespaceId: typeof namespace === "number" ? namespace : null,
    actions: Array.isArray(actions) ? actions.filter((it): it is ScopeAction => known.includes(it)) : [],
  };
}

/** Undefined for what is none. */
function parseCredential(value: unknown): Credential | undefined {
  if (!isObject(value)) return undefined;
  const { kind, id, name, rule, source, subject, provenAt } = value;
  if (kind === "password" && source === undefined) return { kind };
  if (kind === "password" && typeof source === "string") return { kind, source };
  if (kind === "token" && typeof id === "number" && typeof name === "string") return { kind, id, name };
  if (kind === "session" && typeof id === "number" && typeof provenAt === "number") return { kind, id, provenAt };
  if (kind === "workload" && typeof rule === "number" && typeof subject === "string") return { kind, rule, subject };
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
