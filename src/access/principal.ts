/** Who makes a request, and what its credential lets through. */
import type { Rights } from "./rights.ts";
import type { Ceiling } from "./ceiling.ts";

export type Principal = {
  kind: "anonymous" | "operator" | "person" | "robot";
  /** Stable and unique: what an upload session or a tag's history remembers. */
  id: string;
  /** For people to read. */
  name: string;
  /** Whether everything is allowed: the instance is nobody's yet and this caller is near enough, or the file system let it in. */
  isOpen: boolean;
  /** Whether what is public may be seen: not by strangers where the registry is for accounts alone. */
  seesPublic: boolean;
  /** What the account may do; null for callers without one. */
  rights: Rights | null;
  /** What the credential narrows that to; null when it is the account's own. */
  ceiling: Ceiling | null;
  /** How the account was proven; null for callers without one. */
  credential: Credential | null;
  /** Of a request that changes something: for the audit log. What only reads does without. */
  origin?: Origin;
};

/** Where a request came from. */
export type Origin = {
  /** IP address of the client, as the nearest trusted proxy saw it. */
  readonly address: string;
  readonly agent: string | null;
  readonly requestId: string | null;
};

/** `password` counts as interactive: where there is a second factor it was asked for too, or the login refused. */
export type Credential =
  /** `source`: where it was checked, when that was not here. */
  | { kind: "password"; source?: string; changedAt?: number | null }
  | { kind: "session"; id: number; provenAt: number }
  | { kind: "token"; id: number; name: string }
  | { kind: "workload"; rule: number; subject: string };

function withoutAccount(kind: "anonymous" | "operator", may: { isOpen: boolean; seesPublic: boolean }): Principal {
  return { kind, id: kind, name: kind, ...may, rights: null, ceiling: null, credential: null };
}

/** Anyone, on an instance that nobody has claimed and that only this machine (or whoever was invited) can reach. */
export const OPEN_ANONYMOUS: Principal = withoutAccount("anonymous", { isOpen: true, seesPublic: true });

/** Anyone without a login who may see what is public. */
export const ANONYMOUS: Principal = withoutAccount("anonymous", { isOpen: false, seesPublic: true });

/** Anyone without a login, where nothing is for strangers. */
export const STRANGER: Principal = withoutAccount("anonymous", { isOpen: false, seesPublic: false });

/** Whoever may open the server's Unix socket, or its data directory: the file system has let them in. */
export const OPERATOR: Principal = withoutAccount("operator", { isOpen: true, seesPublic: true });

/** Of an account. */
export function principalOf(rights: Rights, credential: Credential, ceiling: Ceiling | null): Principal {
  const { kind, accountId, name } = rights;
  return { kind, id: `account:${accountId}`, name, isOpen: false, seesPublic: true, rights, ceiling, credential };
}
