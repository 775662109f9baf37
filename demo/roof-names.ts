// Where the names of circles stand in the roofline, so that none overlaps another.

/** A line of text in the picture: from and to along it, and the height of its baseline, px. */
export interface NameLine {
  from: number;
  to: number;
  at: number;
}

const lineHeight = 13;
const letterWidth = 6.7; // about, at 12 px

export const widthOf = (name: string): number => letterWidth * name.length;

/** The baseline nearest to `wanted.at` that overlaps nothing in `taken`; within `least` and `most` if there is room. */
export function freeLine(taken: readonly NameLine[], wanted: NameLine, least: number, most: number): number {
  const beside = taken.filter(({ from, to }) => from < wanted.to && to > wanted.from);
  const isFree = (at: number) => beside.every((other) => Math.abs(other.at - at) >= lineHeight);
  for (let offset = 0; offset <= most - least; offset++) {
    const found = [wanted.at + offset, wanted.at - offset].find((at) => at >= least && at <= most && isFree(at));
    if (found !== undefined) return found;
  }
  return wanted.at;
}
