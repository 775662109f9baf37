// pronk's q8 and q4 rows: in random rows of any length, size and temper, each scale is one of those that README.md lists, each
// code the nearest that the scale allows, no group loses more than by rounding to nearest, and a second decoder, the
// reference's, reads the same values from the bytes.

import { PronkError } from "../../src/errors.ts";
import { storedRowBytes } from "../../src/quant/layout.ts";
import { dequantizeRows, quantizeRows } from "../../src/quant/rows.ts";
import { f16ToNumber } from "../reference/half.ts";
import { roundedCodes, roundGroup } from "../reference/round-to-nearest.ts";
import { decodeStored } from "../reference/stored.ts";
import { breathe, broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

/** Weights of one temper: what a group can look like at its worst. */
const tempers: ((random: () => number) => number)[] = [
  (random) => 2 * random() - 1,
  (random) => (random() + random() + random() + random() - 2) / 2, // nearly normal
  (random) => (random() < 0.03 ? 8 : 0.1) * (2 * random() - 1), // outliers
  (random) => (random() < 0.9 ? 0 : 2 * random() - 1), // mostly zeros
  (random) => (random() < 0.5 ? 1 : -1), // only extremes
  () => 0,
  (random) => Math.fround(2 ** (-24 * random())) * (random() < 0.5 ? 1 : -1), // any size
];

async function run(count: number, seed: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const random = caseRandom(seed, i);
    const cols = 1 + wholeBelow(random, random() < 0.1 ? 2000 : 130);
    const rows = 1 + wholeBelow(random, 3);
    const scale = 10 ** (-11 + 15 * random()); // from below any half to near the largest
    const temper = pick(random, tempers);
    const weights = Float32Array.from({ length: rows * cols }, () => temper(random) * scale);
    for (const encoding of ["q8", "q4"] as const) {
      const what = fault(encoding, weights, rows, cols);
      if (what) throw broken(i, seed, `${encoding}, ${rows} x ${cols} of size ${scale}: ${what}`);
    }
    await breathe(i);
  }
}

const groupCols = 32;

/** Scales that may be chosen, in units in the last place of an f16 from the nearest. */
const candidates = {
  q8: [0, 8, 16, 24, 32, 40, 48, 56],
  q4: [0, -192, -144, -96, -48, 48, 96, 144],
};

function fault(encoding: "q8" | "q4", weights: Float32Array, rows: number, cols: number): string | undefined {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  // A scale is a half: at most 65504.
  const reach = 65504 * (encoding === "q8" ? 127 : 8);
  let stored: Uint8Array;
  try {
    stored = quantizeRows(encoding, weights, cols);
  } catch (error) {
    if (error instanceof PronkError && error.code === "format" && largest > 0.99 * reach) return undefined;
    return `refused (${(error as Error).message})`;
  }
  if (stored.length !== rows * storedRowBytes(encoding, cols)) return `${stored.length} bytes`;
  const values = dequantizeRows(encoding, stored, rows, cols);
  const other = decodeStored(encoding, stored, rows, cols);
  const view = new DataView(stored.buffer, stored.byteOffset);
  for (let row = 0; row < rows; row++)
    for (let from = 0; from < cols; from += groupCols) {
      const to = Math.min(cols, from + groupCols);
      const part = weights.subarray(row * cols + from, row * cols + to);
      const most = part.reduce((size, weight) => Math.max(size, Math.abs(weight)), 0);
      const scaleAt = row * storedRowBytes(encoding, cols) + (2 * from) / groupCols;
      const bits = view.getUint16(scaleAt, true);
      const scale = f16ToNumber(bits);
      const { lowest, highest, reach: steps } = roundedCodes[encoding];
      const nearest = candidates[encoding]
        .map((step) => (bits & 0x7fff) - step)
        .find((before) => before >= 0 && isNearest(f16ToNumber(before), most / steps));
      if (nearest === undefined) return `scale ${scale} where the largest weight is ${most}`;
      let lost = 0;
      for (const [c, weight] of part.entries()) {
        const value = values[row * cols + from + c];
        const code = scale === 0 ? 0 : Math.min(highest, Math.max(lowest, Math.round(weight / scale)));
        const least = Math.abs(code * scale - weight);
        lost += (value - weight) ** 2;
        // Codes are decided at 24 bits of the group's largest weight.
        if (Math.abs(value - weight) > least + most * 2 ** -23)
          return `${value} for ${weight}, with the scale ${scale}`;
        const byReference = other[row * cols + from + c];
        if (byReference !== value) return `${value} for ${weight}, by reference ${byReference}`;
      }
      const plain = roundGroup(encoding, part, nearest).reduce((sum, value, c) => sum + (value - part[c]) ** 2, 0);
      if (lost > plain * 1.0001 + (most * 2 ** -23) ** 2)
        return `a group loses ${lost}, and ${plain} at the nearest scale`;
    }
  return undefined;
}

/** A half keeps 11 bits and nothing below 2^-24; a scale that small may be one step larger. */
function isNearest(scale: number, wanted: number): boolean {
  return Math.abs(scale - wanted) <= Math.max(wanted * 2 ** -11, 2 ** -24);
}

export const rowsProof: Proof = {
  name: "rows",
  says: "q8 and q4 rows hold scales of the search, the nearest codes, and never lose more than by rounding to nearest; two decoders agree on the bytes",
  unit: "matrices",
  slice: 2000,
  full: 200_000,
  run,
};
