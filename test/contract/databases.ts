// The databases on which a contract runs, with one PostgreSQL server for all tests of a file.

import { afterAll, beforeAll } from "bun:test";
import { chosenDatabases, lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";

export const DATABASES = ["sqlite", "postgres"] as const;

/** Why nothing can run on it here, or null. */
export function lackingDatabase(database: (typeof DATABASES)[number]): string | null {
  if (database === "postgres") return lackingPostgres();
  return chosenDatabases().includes("sqlite") ? null : "cannot: DATABASES leaves it out";
}

/** More than a hook has by itself: on a busy machine a server takes longer. */
const START_TIMEOUT_MS = 60_000;

/** Starts the server for the tests of the calling file; gives what makes an empty database in it, and its URL. */
export function sharePostgres(): () => Promise<string> {
  let postgres: Postgres | null = null;
  beforeAll(async () => {
    if (lackingPostgres() === null) postgres = await startPostgres();
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await postgres?.stop();
  });
  return async () => {
    if (!postgres) throw new Error("PostgreSQL was not started");
    return await postgres.createDatabase();
  };
}
