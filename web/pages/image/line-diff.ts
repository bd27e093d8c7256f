/** What changed between two texts, by lines: the longest run of lines in common stays, the rest goes or comes. */

export type DiffLine = { kind: "same" | "removed" | "added"; text: string; from: number | null; to: number | null };

/** Cells of the table that is filled: 4 million take 16 MB and 30 ms. */
const MAX_CELLS = 4_000_000;

/** Null where the texts are too different and too long. Lines are numbered from 1. */
export function diffLines(from: string, to: string): DiffLine[] | null {
  const a = from.split("\n");
  const b = to.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const rows = a.length - start - end;
  const columns = b.length - start - end;
  const width = columns + 1;
  if ((rows + 1) * width > MAX_CELLS) return null;
  // `common[i, j]`: how many lines the rests from there have in common.
  const common = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      const isSame = a[start + i] === b[start + j];
      const below = common[(i + 1) * width + j]!;
      const beside = common[i * width + j + 1]!;
      common[i * width + j] = isSame ? common[(i + 1) * width + j + 1]! + 1 : Math.max(below, beside);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  const same = () => lines.push({ kind: "same", text: a[i]!, from: ++i, to: ++j });
  for (let at = 0; at < start; at += 1) same();
  const [lastA, lastB] = [start + rows, start + columns];
  while (i < lastA || j < lastB) {
    const cell = (i - start) * width + (j - start);
    if (i < lastA && j < lastB && a[i] === b[j]) same();
    else if (i < lastA && (j >= lastB || common[cell + width]! >= common[cell + 1]!)) {
      lines.push({ kind: "removed", text: a[i]!, from: ++i, to: null });
    } else lines.push({ kind: "added", text: b[j]!, from: null, to: ++j });
  }
  while (i < a.length) same();
  return lines;
}

/** Only what changed, with `around` lines beside it; null stands for lines that were left out. */
export function foldSame(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const isNear = lines.map(() => false);
  lines.forEach((line, at) => {
    if (line.kind === "same") return;
    for (let near = Math.max(0, at - around); near <= Math.min(lines.length - 1, at + around); near += 1)
      isNear[near] = true;
  });
  return lines.flatMap((line, at) => (isNear[at] ? [line] : isNear[at - 1] !== false ? [null] : []));
}
