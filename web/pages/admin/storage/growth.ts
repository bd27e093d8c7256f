/** Points of the growth chart. */
export type GrowthPoint = { at: string; storedBytes: number };

const FEW = 48;

/** The last point of each day; where there are few points, all of them. Oldest first, as they come. */
export function daily(points: readonly GrowthPoint[]): { at: string; value: number }[] {
  const shown = points.length <= FEW ? points : points.filter((it, index) => dayOf(it) !== dayOf(points[index + 1]));
  return shown.map(({ at, storedBytes }) => ({ at, value: storedBytes }));
}

function dayOf(point: GrowthPoint | undefined): string | undefined {
  return point?.at.slice(0, 10);
}
