/** A namespace as its row says it, and how whoever changes something in it gets hold of it. */
import type { RoleName } from "../access/roles.ts";
import type { Queryable, Transaction } from "../database/database.ts";
import type { Visibility } from "../database/schema-access.ts";
import { RegistryError } from "../errors.ts";
import { LIBRARY } from "../oci/reference.ts";
import * as queries from "./queries/namespaces.ts";

export type Namespace = {
  id: number;
  name: string;
  kind: "user" | "organisation";
  /** Whose own it is. */
  accountId: number | null;
  isVerifiedPublisher: boolean;
  createdAt: number;
  /** In the recycle bin since then. */
  deletedAt: number | null;
  deletedBy: string | null;
} & NamespaceSettings;

export type NamespaceSettings = {
  displayName: string;
  description: string;
  /** What a repository that a push makes begins as. */
  defaultVisibility: Visibility;
  createsOnPush: boolean;
  /** What every member may do in every repository; null: what teams and grants say. */
  membersRole: RoleName | null;
};

/** By its name or one that it had, in the recycle bin or not. */
export async function findNamespace(on: Queryable, name: string): Promise<Namespace | null> {
  const namespaceName = name.toLowerCase();
  const row =
    (await queries.findNamespaceByName.first(on, { namespaceName })) ??
    (await queries.findNamespaceByFormerName.first(on, { namespaceName }));
  return row && namespaceOf(row);
}

/** Holds back all others who change it, its members, teams or grants, until the transaction ends. Throws NOT_FOUND. */
export async function lockNamespace(trx: Transaction, id: number): Promise<Namespace> {
  const row = await queries.lockNamespace.first(trx, { namespaceId: id });
  if (row?.deleted_at !== null) throw missingNamespace("this namespace");
  return namespaceOf(row);
}

/** Members, teams and invitations are for organisations. Throws CONFLICT. */
export function assertOrganisation({ kind, name }: Namespace): void {
  if (kind === "organisation") return;
  throw new RegistryError("CONFLICT", {
    message: `${name} is a person's own namespace and has no members or teams: give grants, or make an organisation`,
  });
}

/** Throws CONFLICT. */
export function assertNotLibrary({ name }: Namespace): void {
  if (name !== LIBRARY) return;
  throw new RegistryError("CONFLICT", { message: `${LIBRARY} is built in: it keeps its name and stays` });
}

export function missingNamespace(name: string): RegistryError {
  return new RegistryError("NOT_FOUND", {
    message: `${name.slice(0, 100)} does not exist, or you may not see it`,
  });
}

type Row = {
  id: number;
  name: string;
  kind: "user" | "organisation";
  account_id: number | null;
  display_name: string;
  description: string;
  default_visibility: Visibility;
  creates_on_push: number;
  members_role: RoleName | null;
  is_verified_publisher: number;
  created_at: number;
  deleted_at: number | null;
  deleted_by: string | null;
};

export function namespaceOf(row: Row): Namespace {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    accountId: row.account_id,
    displayName: row.display_name,
    description: row.description,
    defaultVisibility: row.default_visibility,
    createsOnPush: row.creates_on_push === 1,
    membersRole: row.members_role,
    isVerifiedPublisher: row.is_verified_publisher === 1,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
    deletedBy: row.deleted_by,
  };
}
