// Where a tensor's rows stand in a weight that it may share with others. shaders/row_place.wgsl puts them there.

/**
 * Row r goes to base + r; with `half`, rows r and r + half of 2 * half become neighbours. Rows between such pairs that stay in
 * order (a head's dims that are not turned) are counted in the same word: `pairedRows`.
 */
export interface RowPlace {
  base: number;
  half: number; // 0: in order
}

/** `half` of a place whose pairs of rows are followed by `rest` rows, an even number below 2048, in order. */
export const pairedRows = (half: number, rest: number): number => half | ((rest / 2) << 21);

/** What `half` says: rows from one of a pair to the other, and rows until it begins anew. */
export function pairsOf(half: number): { pair: number; period: number } {
  const pair = half & 0x1fffff;
  return { pair, period: 2 * (pair + (half >>> 21)) };
}

/** The weight's row for a tensor's row. */
export function placedRow({ base, half }: RowPlace, row: number): number {
  const { pair, period } = pairsOf(half);
  const within = row % period;
  if (half === 0 || within >= 2 * pair) return base + row;
  return base + row - within + (within % pair) * 2 + Math.floor(within / pair);
}
