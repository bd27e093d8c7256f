/** Part of the composition root: the search, made when somebody first searches, or when there is first something to index. */
import type { Database } from "./database/database.ts";
import type { Repositories } from "./repositories/repositories.ts";
import { Indexer } from "./search/indexer.ts";
import { Search } from "./search/search.ts";
import { Suggestions } from "./search/suggestions.ts";
import type { Log } from "./telemetry/log.ts";

export type SearchParts = { indexer: Indexer; search: Search; suggestions: Suggestions };

export type SearchOptions = {
  database: Database;
  repositories: Repositories;
  log: Log;
  readonly: boolean;
};

export function openSearch({ database, repositories, log, readonly }: SearchOptions): SearchParts {
  const indexer = new Indexer({ database, log, readonly });
  const findNamespace = (name: string) => repositories.findNamespace(database, name);
  return {
    indexer,
    search: new Search({ database, indexer, findNamespace }),
    suggestions: new Suggestions(database),
  };
}
