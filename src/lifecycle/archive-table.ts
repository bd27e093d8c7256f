/** How one table goes into a row archive and comes out of it again. */
import type { Queryable, Transaction } from "../database/database.ts";
import type { Schema } from "../database/schema.ts";
import type { Statement } from "../database/statement.ts";
import type { Row } from "./queries/archive.ts";

/** Most rows that are held at once. */
export const PAGE_ROWS = 250;

export type ColumnKind = "integer" | "text" | "bytes";

export type ArchiveRow = Record<string, string | number | Uint8Array | null>;

export type ArchiveTable = {
  name: string;
  columns: readonly string[];
  kinds: ReadonlyMap<string, ColumnKind>;
  /** All rows, by key, in pages of a few MiB at most. */
  pages: (on: Queryable) => AsyncIterable<readonly ArchiveRow[]>;
  /** Inserts the row as it is; false, and nothing is changed, when one of its keys is there already. */
  insert: (trx: Transaction, row: ArchiveRow) => Promise<boolean>;
  /** Whether the row that kept this one from being inserted is this one. */
  isThere: (trx: Transaction, row: ArchiveRow) => Promise<boolean>;
};

export type TableParts<Name extends keyof Schema> = {
  kinds: Record<keyof Row<Name>, ColumnKind>;
  insert: Statement<Row<Name>, never>;
  pages: (on: Queryable) => AsyncIterable<Row<Name>[]>;
  /** Left out where keys are made of ids, which have been compared in the tables that give them. */
  findSame?: (trx: Transaction, row: Row<Name>) => Promise<object | null>;
  /** What columns are that older archives do not have, as the migration that added them says. */
  defaults?: (row: Row<Name>) => Partial<Row<Name>>;
};

export function table<Name extends keyof Schema>(name: Name, parts: TableParts<Name>): ArchiveTable {
  const { kinds, insert, pages, findSame, defaults } = parts;
  return {
    name,
    columns: Object.keys(kinds),
    kinds: new Map(Object.entries<ColumnKind>(kinds)),
    // Every column of every table is one of these.
    pages: pages as unknown as ArchiveTable["pages"],
    insert: async (trx, row) => {
      // What a row lacks is bound as null, and what it should not have is refused by the table's own constraints.
      const given = row as unknown as Row<Name>;
      return (await insert.run(trx, { ...defaults?.(given), ...given })) > 0;
    },
    isThere: async (trx, row) => (await findSame?.(trx, row as unknown as Row<Name>)) !== null,
  };
}

/** Pages, each after the last row of the one before, until one is empty. */
export async function* paged<Row>(next: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let rows = await next(undefined); rows.length > 0; rows = await next(rows.at(-1))) yield rows;
}
