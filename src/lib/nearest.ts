/** The known name that somebody most likely meant. */

/** Prefers a name that goes on where the wrong one ends, then the most words in common, then the fewest edits. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const text = wrong.toLowerCase();
  const words = new Set(splitWords(text));
  const ranked = names.map((name) => {
    const other = name.toLowerCase();
    const shared = splitWords(other).filter((word) => words.has(word)).length;
    return { name, isLonger: other.startsWith(text) ? 1 : 0, shared, edits: countEdits(text, other) };
  });
  ranked.sort((a, b) => b.isLonger - a.isLonger || b.shared - a.shared || a.edits - b.edits);
  return ranked[0]?.name;
}

function splitWords(name: string): string[] {
  return name.split(/[._-]/).filter((word) => word !== "");
}

/** Levenshtein distance, on names cut to 100 characters. */
function countEdits(left: string, right: string): number {
  const a = left.slice(0, 100);
  const b = right.slice(0, 100);
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
