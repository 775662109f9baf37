// The scale and the codes of a group of 32 weights: of a few f16 scales around the nearest one, the one whose codes lose
// least, by the sum of squares. The twin of shaders/quantize_groups.wgsl, bit for bit. It uses only arithmetic on 32-bit
// integers: no adapter and no browser can arrive at other bytes, whatever it fuses, reorders or flushes to zero.

/** Codes of an encoding, and where its candidates lie. */
export interface CodeGrid {
  lowest: number;
  highest: number;
  /** The code of the largest weight at the nearest scale; negative where that weight gets the lowest code. */
  reach: number;
  /** The largest weight of a group becomes an integer of so many bits: a step is then 2^11 to 2^13 units. */
  weightBits: number;
  /** How many last bits of a weight the first guess of its code ignores, to make products fit 32 bits. */
  guessDrops: number;
  /** The first candidate, counted from the nearest scale, and the distance between two, both in last places of an f16. */
  firstStep: number;
  step: number;
  /** Bits of the smallest scale that is searched around: below it f16 is too coarse. */
  leastSearched: number;
}

export const q4Grid: CodeGrid = {
  ...{ lowest: -8, highest: 7, reach: -8, weightBits: 15, guessDrops: 0 },
  ...{ firstStep: -192, step: 48, leastSearched: 768 },
};
export const q8Grid: CodeGrid = {
  ...{ lowest: -127, highest: 127, reach: 127, weightBits: 19, guessDrops: 4 },
  ...{ firstStep: 0, step: 8, leastSearched: 64 },
};

const candidates = 8; // seven (q8) to nine tenths (q4) of what hundreds gain, see README.md

/**
 * Rounding weights to integers moves a sum of squares S by at most sqrt(32 S) + 8, and the two sums that are compared by
 * less than S / 256 + 8208: only what wins by more is known to be better.
 */
const measuringError = 8208;

const signBit = 0x8000; // of an f16
const infinity = 0x7c00;
const whole = new Int32Array(32); // the group's weights as integers

/**
 * `weights`: bits of f32; those from `first` to `last`, at most 32, are the group. Gives the bits of the scale and fills
 * `codes` [32]; undefined where a weight is not finite or no f16 reaches it.
 */
export function quantizeGroup(
  weights: Int32Array,
  first: number,
  last: number,
  grid: CodeGrid,
  codes: Int8Array,
): number | undefined {
  let above = 0; // sizes are compared by their bits
  let below = 0;
  for (let i = first; i < last; i++) {
    const bits = weights[i];
    const size = bits & 0x7fffffff;
    if (bits < 0) below = size > below ? size : below;
    else above = size > above ? size : above;
  }
  const largest = above > below ? above : below;
  if (largest >= 0x7f800000) return undefined;
  codes.fill(0);
  if (largest === 0) return 0;
  const nearest = nearestScale(largest, Math.abs(grid.reach));
  if (nearest >= infinity) return undefined;

  // Where the largest weight gets the lowest code, it is made negative, and the scale with it.
  const turn = grid.reach < 0 && above > below ? 1 << 31 : 0;
  const exponent = Math.max(largest >> 23, 1);
  for (let i = first; i < last; i++) whole[i - first] = wholeOf(weights[i] ^ turn, exponent, 24 - grid.weightBits);
  const count = last - first;
  const unit = exponent - 101 - grid.weightBits;
  let scale = nearest;
  if (nearest >= grid.leastSearched) {
    const loss = lossOf(wholeScale(nearest, unit), count, grid, 2 ** 32, true);
    let least = Math.max(loss - Math.floor(loss / 256) - measuringError, 0);
    for (let i = 0; i < candidates; i++) {
      const bits = nearest + grid.firstStep + i * grid.step;
      if (bits === nearest || bits >= infinity) continue;
      const found = lossOf(wholeScale(bits, unit), count, grid, least, false);
      if (found >= least) continue;
      least = found;
      scale = bits;
    }
  }

  // At the chosen scale, all 24 bits of a weight count.
  const scaled = wholeScale(scale, unit);
  const inverse = (2 ** 26 / scaled) | 0;
  const finer = scaled << (24 - grid.weightBits);
  for (let i = 0; i < count; i++) {
    const guess = guessOf(whole[i], inverse, grid);
    const rest = (2 * wholeOf(weights[first + i] ^ turn, exponent, 0) - Math.imul(2 * finer, guess)) | 0;
    const code = rest > finer ? guess + 1 : rest < -finer ? guess - 1 : guess;
    codes[i] = Math.min(Math.max(code, grid.lowest), grid.highest);
  }
  return turn !== 0 ? scale | signBit : scale;
}

/**
 * Bits of the f16 nearest to a size / reach, ties to even; one more where that is so small that the weight would lie more
 * than half a code beyond the last one. 0x7c00 and up: out of reach.
 */
function nearestScale(size: number, reach: number): number {
  const exponent = Math.max(size >> 23, 1);
  const dividend = mantissaOf(size) << 7;
  const quotient = Math.trunc(dividend / reach); // size / reach, in which 1 is 2^(exponent - 157)
  const isExact = quotient * reach === dividend;
  const scaleExponent = Math.max(31 - Math.clz32(quotient) + exponent - 142, 1); // as the f16 has it; 1 for subnormals
  const dropped = Math.min(scaleExponent + 132 - exponent, 31);
  let units = quotient >> dropped;
  const rest = quotient - units * 2 ** dropped;
  const half = 2 ** (dropped - 1);
  if (rest > half || (rest === half && (!isExact || (units & 1) === 1))) units++;
  else if (units === 0 || rest * 2 * reach > units * 2 ** dropped) units++;
  return ((scaleExponent - 1) << 10) + units;
}

function mantissaOf(size: number): number {
  return (size & 0x7fffff) | (size >= 0x800000 ? 0x800000 : 0);
}

/** A weight as an integer, to nearest, on a scale where one with `exponent` loses the last `dropped` of its 24 bits. */
function wholeOf(bits: number, exponent: number, dropped: number): number {
  const size = bits & 0x7fffffff;
  const shift = Math.min(exponent - Math.max(size >> 23, 1) + dropped, 31);
  const rounded = (mantissaOf(size) + ((1 << shift) >>> 1)) >>> shift;
  const sign = bits >> 31; // as |x| ^ -1 - -1, where there is no -0
  return (rounded ^ sign) - sign;
}

/** An f16 scale in the units of integer weights; exact, but for one beyond every weight, whose codes are 0 anyhow. */
function wholeScale(bits: number, unit: number): number {
  const scaleExponent = bits >> 10;
  const mantissa = (bits & 1023) | (scaleExponent > 0 ? 1024 : 0);
  return mantissa << Math.min(Math.max(scaleExponent, 1) - unit, 20);
}

/** The code of an integer weight, or a neighbour where it lies near the border of two. `inverse`: 2^26 / scale. */
function guessOf(weight: number, inverse: number, { guessDrops, lowest, highest }: CodeGrid): number {
  const code = (Math.imul(weight >> guessDrops, inverse) + (1 << (25 - guessDrops))) >> (26 - guessDrops);
  return code < lowest ? lowest : code > highest ? highest : code;
}

/**
 * Sum of squares, below 2^32 at any scale that is tried; may stop early once it is `enough`. With guessed codes it can only
 * be too large; with `exact` ones it is right.
 */
function lossOf(scaled: number, count: number, grid: CodeGrid, enough: number, exact: boolean): number {
  const { lowest, highest, guessDrops } = grid;
  const inverse = (2 ** 26 / scaled) | 0;
  const shift = 26 - guessDrops; // guessOf repeated: this loop is most of the time
  const half = 1 << (shift - 1);
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const weight = whole[i];
    let code = (Math.imul(weight >> guessDrops, inverse) + half) >> shift;
    code = code < lowest ? lowest : code > highest ? highest : code;
    let lost = (weight - Math.imul(scaled, code)) | 0;
    if (exact) {
      if (2 * lost > scaled && code < highest) lost -= scaled;
      else if (2 * lost < -scaled && code > lowest) lost += scaled;
    }
    loss = (loss + Math.imul(lost, lost)) | 0;
    if ((i & 7) === 7 && loss >>> 0 >= enough) break;
  }
  return loss >>> 0;
}
