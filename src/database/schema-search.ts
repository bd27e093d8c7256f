/**
 * The tables of the search, as Kysely sees them; `schema.ts` joins them to the others. Beside them SQLite has `search_index`, and
 * PostgreSQL the column `tokens`. All of it is made from other tables.
 */
import type { Generated } from "kysely";

export interface SearchSchema {
  search_due: SearchDueTable;
  search_state: SearchStateTable;
  search_documents: SearchDocumentTable;
}

/** Repositories that have changed since they were last indexed: a row a change, written by triggers. */
interface SearchDueTable {
  id: Generated<number>;
  repository_id: number;
}

/** `version`: of the index's form; `rebuilt_to`: the last repository that a rebuild has come to, absent when it is done. */
interface SearchStateTable {
  key: string;
  value: number;
}

/** What is shown of a repository beside its own row. Lists are separated by spaces. */
interface SearchDocumentTable {
  repository_id: number;
  kinds: string;
  systems: string;
  architectures: string;
  /** Newest first. */
  tags: string;
  is_signed: number;
}
