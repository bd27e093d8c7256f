/** Reading everything of something, a page at a time, with a pause between two for whoever else waits for the event loop. */
const PAUSE_MS = 1;

/** `read` gives the rows after the last one of the page before, which is null for the first. */
export async function* rowsOf<Row>(
  limit: number,
  read: (last: Row | null, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row> {
  for (let last: Row | null = null; ;) {
    const rows: Row[] = await read(last, limit);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (rows.length < limit) return;
    await Bun.sleep(PAUSE_MS);
  }
}

/** As `rowsOf`, whole pages. */
export async function* pagesOf<Row>(
  limit: number,
  read: (last: Row | null, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let last: Row | null = null; ;) {
    const rows: Row[] = await read(last, limit);
    if (rows.length > 0) yield rows;
    last = rows.at(-1) ?? null;
    if (rows.length < limit) return;
    await Bun.sleep(PAUSE_MS);
  }
}
