// pronk's q8 and q4 rows: in random rows of any length, size and temper each scale is the nearest there is, each code the
// nearest that the scale allows, and a second decoder, the reference's, reads the same values from the bytes.

import { PronkError } from "../../src/errors.ts";
import { storedRowBytes } from "../../src/quant/layout.ts";
import { dequantizeRows, quantizeRows } from "../../src/quant/rows.ts";
import { f16ToNumber } from "../reference/half.ts";
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

/** Codes from `lowest` to `highest`; the largest weight of a group is `reach` steps from 0. */
const codes = { q8: { lowest: -127, highest: 127, reach: 127 }, q4: { lowest: -8, highest: 7, reach: 8 } };

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
      const scale = f16ToNumber(view.getUint16(scaleAt, true));
      const { lowest, highest, reach: steps } = codes[encoding];
      const wanted = most / steps;
      // A half keeps 11 bits and nothing below 2^-24; a scale so small may be one of those larger.
      if (Math.abs(Math.abs(scale) - wanted) > Math.max(wanted * 2 ** -11, 2 ** -24))
        return `scale ${scale} where the largest weight is ${most}`;
      for (const [c, weight] of part.entries()) {
        const value = values[row * cols + from + c];
        const code = scale === 0 ? 0 : Math.min(highest, Math.max(lowest, Math.round(weight / scale)));
        const least = Math.abs(code * scale - weight);
        if (Math.abs(value - weight) > least * 1.000001) return `${value} for ${weight}, with the scale ${scale}`;
        const byReference = other[row * cols + from + c];
        if (byReference !== value) return `${value} for ${weight}, by reference ${byReference}`;
      }
    }
  return undefined;
}

export const rowsProof: Proof = {
  name: "rows",
  says: "q8 and q4 rows hold the nearest scale and codes, and two decoders agree on the bytes",
  unit: "matrices",
  slice: 2000,
  full: 200_000,
  run,
};
