/**
 * Organisations that become a person's own. Whoever pushed to `ada/app` while the registry was nobody's made an organisation of
 * that name, which then keeps the name from being an account's.
 */
import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import { assertNotLibrary, assertOrganisation, lockNamespace, type Namespace } from "./namespace.ts";
import { getPerson } from "./person.ts";
import * as queries from "./queries/hand-over.ts";
import * as memberQueries from "./queries/members.ts";
import * as namespaceQueries from "./queries/namespaces.ts";

export type HandOverParts = {
  database: Database;
  access: Access;
  accounts: Accounts;
  audit: AuditTrail;
  /** Of names: what others remember of repositories is stale then. */
  repositories: { changes(trx: Transaction): void };
};

export class HandOver {
  readonly #parts: HandOverParts;

  constructor(parts: HandOverParts) {
    this.#parts = parts;
  }

  /**
   * The organisation becomes the person's own namespace, with all repositories, and its name the account's. The namespace that was
   * theirs goes, and its name leads here. Throws NOT_FOUND when there is no such person; CONFLICT when that one has repositories,
   * when others than administrators are in the organisation, or when it has teams or robots.
   */
  async give(namespaceId: number, person: string, by: Principal): Promise<Namespace> {
    const { database, access, accounts, audit, repositories } = this.#parts;
    return await database.write(async (trx) => {
      const { id: accountId, name: before } = await getPerson(accounts, trx, person);
      const namespace = await lockNamespace(trx, namespaceId);
      const { name } = namespace;
      assertNotLibrary(namespace);
      assertOrganisation(namespace);
      await assertNothingLost(trx, namespace, accountId);
      await this.#takeOwn(trx, accountId);
      await namespaceQueries.deleteInvitationsOf.run(trx, { namespaceId });
      await memberQueries.deleteAccountGrants.run(trx, { namespaceId, accountId });
      await namespaceQueries.deleteMembersOf.run(trx, { namespaceId });
      await queries.giveNamespace.run(trx, { namespaceId, accountId });
      await namespaceQueries.setAccountName.run(trx, { accountId, namespaceName: name });
      const renamed = { namespaceName: before, namespaceId, now: Date.now() };
      await namespaceQueries.insertFormerNamespaceName.run(trx, renamed);
      access.changes(trx);
      repositories.changes(trx);
      await audit.record(trx, {
        by,
        action: "namespace.hand-over",
        target: { kind: "namespace", name, id: namespaceId },
        namespaceId,
        before: { account: before },
        after: { account: name },
      });
      return await lockNamespace(trx, namespaceId);
    });
  }

  /** A person has one namespace. Of the one before, an empty one alone may go. */
  async #takeOwn(trx: Transaction, accountId: number): Promise<void> {
    const own = await queries.findOwnNamespaceOf.first(trx, { accountId });
    if (own === null) return;
    const kept = await queries.findAnyRepository.first(trx, { namespaceId: own.id });
    if (kept !== null) {
      throw new RegistryError("CONFLICT", {
        message: `${own.name} has repositories of its own, such as ${kept.name}, and a person has one namespace: make another account, and hand it over to that one`,
      });
    }
    await queries.deleteNamespace.run(trx, { namespaceId: own.id });
  }
}

async function assertNothingLost(trx: Transaction, { id, name }: Namespace, accountId: number): Promise<void> {
  const obstacle = await queries.findHandOverObstacle.first(trx, { namespaceId: id, accountId });
  if (obstacle === null) return;
  throw new RegistryError("CONFLICT", {
    message: `${name} has the ${obstacle.kind} ${obstacle.name}, and a person's own namespace has none: remove them first, or rename the organisation so that its name is free`,
  });
}
