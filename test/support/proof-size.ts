// How much of a long proof a run makes: `npm test` a seeded slice, `npm run test:long` all of it (see tools/test-long.ts).

/** PRONK_COUNT, or `full` in a long run, or `slice`. */
export function proofCount(slice: number, full: number): number {
  return Number(process.env.PRONK_COUNT ?? (process.env.PRONK_LONG ? full : slice));
}

export function proofSeed(): number {
  return Number(process.env.PRONK_SEED ?? 1);
}
