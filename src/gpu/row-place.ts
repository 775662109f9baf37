// Where a tensor's rows stand in a weight that it may share with others. shaders/row_place.wgsl puts them there.

/** Row r goes to base + r; with `half`, rows r and r + half of 2 * half become neighbours. */
export interface RowPlace {
  base: number;
  half: number; // 0: in order
}

/** The weight's row for a tensor's row. */
export function placedRow({ base, half }: RowPlace, row: number): number {
  if (half === 0) return base + row;
  return base + row - (row % (2 * half)) + (row % half) * 2 + Math.floor((row % (2 * half)) / half);
}
