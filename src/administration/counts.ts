/** How many accounts there are of which sort, for the page of them; counted at most once in half a minute. */
import type { Database } from "../database/database.ts";
import * as queries from "./queries.ts";

const MOST = 100_000;
const STRETCH = 2_000;
const FRESH_MS = 30_000;

export type AccountCounts = {
  people: number;
  robots: number;
  administrators: number;
  auditors: number;
  disabled: number;
  organisations: number;
  repositories: number;
};

export class Counts {
  readonly #database: Database;
  #known: { until: number; counts: Promise<AccountCounts> } | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(): Promise<AccountCounts> {
    if (this.#known === null || this.#known.until < Date.now()) {
      const counts = this.#count();
      counts.catch(() => (this.#known = null));
      this.#known = { until: Date.now() + FRESH_MS, counts };
    }
    return await this.#known.counts;
  }

  async #count(): Promise<AccountCounts> {
    const counts = { people: 0, robots: 0, administrators: 0, auditors: 0, disabled: 0 };
    for (let afterAccount = 0, seen = 0; seen < MOST;) {
      const rows = await queries.countAccounts.all(this.#database, { afterAccount, limit: STRETCH });
      for (const { kind, system_role: role, disabled_at: disabledAt } of rows) {
        if (kind === "robot") counts.robots += 1;
        else counts.people += 1;
        if (role === "administrator") counts.administrators += 1;
        if (role === "auditor") counts.auditors += 1;
        if (disabledAt !== null) counts.disabled += 1;
      }
      seen += rows.length;
      afterAccount = rows.at(-1)?.id ?? afterAccount;
      if (rows.length < STRETCH) break;
      await Bun.sleep(1);
    }
    const organisations = await queries.countOrganisations.first(this.#database, { limit: MOST });
    const repositories = await queries.countRepositories.first(this.#database, { limit: MOST });
    return {
      ...counts,
      organisations: organisations?.count ?? 0,
      repositories: repositories?.count ?? 0,
    };
  }
}
