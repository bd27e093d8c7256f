/**
 * Reading everything of something, a page at a time. On SQLite a statement is done within one turn of the event loop, so
 * that whoever reads many pages, or many short lists, has to give others theirs.
 */

/** `read` gives the rows after the last one of the page before, which is null for the first. */
export async function* rowsOf<Row>(
  limit: number,
  read: (last: Row | null, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row> {
  for await (const page of pagesOf(limit, read)) yield* page;
}

/** As `rowsOf`, whole pages. */
export async function* pagesOf<Row>(
  limit: number,
  read: (last: Row | null, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let last: Row | null = null; ;) {
    const rows: Row[] = await read(last, limit);
    await new Promise((resolve) => setImmediate(resolve));
    if (rows.length > 0) yield rows;
    last = rows.at(-1) ?? null;
    if (rows.length < limit) return;
  }
}
