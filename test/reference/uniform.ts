// The random number of a step: PCG's hash (O'Neill 2014, in the form of Jarzynski and Olano 2020) of seed and position in
// u32 arithmetic, so that a shader gives the same bits. No state: any step can be drawn again.

/** One round of the hash; all arithmetic is modulo 2^32. */
export function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const mixed = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
  return ((mixed >>> 22) ^ mixed) >>> 0;
}

/** A number in [0, 1) with 24 bits, exact in f32. `position` is that of the token being chosen. */
export function uniformAt(seed: number, position: number): number {
  const bits = pcg((pcg(seed >>> 0) ^ Math.imul(position, 0x9e3779b9)) >>> 0);
  return (bits >>> 8) * 2 ** -24;
}
