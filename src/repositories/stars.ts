/** Who marked which repository; how many did is counted beside the repository. */
import type { Database } from "../database/database.ts";
import * as queries from "./queries/changes.ts";

export class Stars {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async has(accountId: number, repositoryId: number): Promise<boolean> {
    return (await queries.findStar.first(this.#database, { accountId, repositoryId })) !== null;
  }

  /** Twice is as once. */
  async set(accountId: number, repositoryId: number, isStarred: boolean): Promise<void> {
    await this.#database.write(async (trx) => {
      const changed = isStarred
        ? await queries.putStar.run(trx, { accountId, repositoryId, now: Date.now() })
        : await queries.deleteStar.run(trx, { accountId, repositoryId });
      if (changed > 0) await queries.countStars.run(trx, { repositoryId, starsMore: isStarred ? 1 : -1 });
    });
  }
}
