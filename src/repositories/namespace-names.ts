/** What happens to all repositories of a namespace when the namespace itself is renamed, deleted or restored. */
import type { Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import * as queries from "./queries/namespace-names.ts";

const MAX_NAME_LENGTH = 255;

export const namespaceNames = {
  /** Whoever calls has locked the namespace. Throws CONFLICT when a name would become too long. */
  async rename(trx: Transaction, namespaceId: number, names: { from: string; to: string }): Promise<void> {
    const { from, to } = names;
    const growth = to.length - from.length;
    const tooLong = await queries.findTooLongName.first(trx, { namespaceId, growth, maxLength: MAX_NAME_LENGTH });
    if (tooLong) {
      throw new RegistryError("CONFLICT", {
        message: `${tooLong.name} would have more than ${MAX_NAME_LENGTH} characters: choose a shorter name`,
      });
    }
    await queries.renameRepositoriesOf.run(trx, { namespaceId, to });
  },

  /** They go to the recycle bin with it. Lists know nothing of namespaces: each says for itself that it is gone. */
  async hide(trx: Transaction, namespaceId: number, deleted: { at: number; by: string }): Promise<void> {
    await queries.hideRepositoriesOf.run(trx, { namespaceId, deletedAt: deleted.at, deletedBy: deleted.by });
  },

  /** Those that went with it; what was deleted before stays deleted. */
  async show(trx: Transaction, namespaceId: number, deletedAt: number): Promise<void> {
    await queries.showRepositoriesOf.run(trx, { namespaceId, deletedAt });
  },
};
