// What a long proof is: a property tried on `count` seeded random cases. `npm test` tries a slice of each, `npm run test:long`
// all of it. A proof throws at the first case that breaks it, naming the case; case i depends on the seed and i alone.

export interface Proof {
  /** For --only and the table. */
  name: string;
  /** What is proved, one line. */
  says: string;
  /** What is counted. */
  unit: string;
  /** Cases in `npm test`; a few seconds. */
  slice: number;
  /** Cases in `npm run test:long`; minutes. */
  full: number;
  run(count: number, seed: number): Promise<void>;
}

/** Numbers in [0, 1) for one case: mulberry32 over a mix of seed and case, so any case can be run by itself. */
export function caseRandom(seed: number, index: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

export const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)];

export const wholeBelow = (random: () => number, end: number): number => Math.floor(random() * end);

/** The failure of one case, so that it can be found again. */
export function broken(index: number, seed: number, what: string, cause?: unknown): Error {
  return new Error(`case ${index} of seed ${seed}: ${what}`, { cause });
}

/** Lets other work (timers, the runner's messages) have a turn now and then. */
export async function breathe(index: number): Promise<void> {
  if (index % 64 === 63) await new Promise<void>((resolve) => setImmediate(resolve));
}
