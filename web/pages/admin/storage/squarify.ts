/**
 * Boxes whose areas are as the values, in rows that keep them close to squares: the squarified tree map of Bruls, Huizing
 * and van Wijk. Values come largest first.
 */
export type Box = { left: number; top: number; width: number; height: number };

/** A box for each value, within `area`; none for values of zero, which stand at its end with no size. */
export function squarify(values: readonly number[], area: Box): Box[] {
  const total = values.reduce((sum, it) => sum + it, 0);
  const scale = total === 0 ? 0 : (area.width * area.height) / total;
  const boxes: Box[] = [];
  let rest = area;
  let at = 0;
  while (at < values.length) {
    const row = takeRow(
      values.slice(at).map((it) => it * scale),
      Math.min(rest.width, rest.height),
    );
    rest = layRow(row, rest, boxes);
    at += row.length;
  }
  return boxes;
}

/** As many of the first areas as make the worst of them no longer and thinner. */
function takeRow(areas: readonly number[], side: number): number[] {
  const row: number[] = [];
  let sum = 0;
  let worst = Infinity;
  for (const area of areas) {
    const next = worstOf(row[0] ?? area, area, sum + area, side);
    if (row.length > 0 && next > worst) break;
    row.push(area);
    sum += area;
    worst = next;
  }
  return row;
}

/** The longest side by the shortest, of the worst box in a row of this sum along `side`. */
function worstOf(largest: number, smallest: number, sum: number, side: number): number {
  if (sum === 0 || smallest === 0 || side === 0) return Infinity;
  return Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));
}

/** Puts a row along the shorter side; gives what is left of the space. */
function layRow(row: readonly number[], space: Box, boxes: Box[]): Box {
  const { left, top, width, height } = space;
  const sum = row.reduce((total, it) => total + it, 0);
  const isUpright = width >= height;
  const side = isUpright ? height : width;
  const depth = side === 0 ? 0 : sum / side;
  let along = 0;
  for (const area of row) {
    const length = depth === 0 ? 0 : area / depth;
    boxes.push(
      isUpright
        ? { left, top: top + along, width: depth, height: length }
        : { left: left + along, top, width: length, height: depth },
    );
    along += length;
  }
  return isUpright
    ? { left: left + depth, top, width: Math.max(0, width - depth), height }
    : { left, top: top + depth, width, height: Math.max(0, height - depth) };
}
