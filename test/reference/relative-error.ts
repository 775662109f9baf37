// The one measure of the project's proofs: max|a - b| / max|b| over one output. Knows nothing of any test runner.

/** max|actual - expected| / max|expected|; Infinity if a value is not finite, lengths differ, or nothing is there. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length || expected.length === 0) return Infinity;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i]);
    if (!Number.isFinite(d)) return Infinity;
    if (d > difference) difference = d;
    const s = Math.abs(expected[i]);
    if (s > size) size = s;
  }
  if (difference === 0) return 0;
  return size === 0 ? Infinity : difference / size;
}

/** Throws an Error naming `what` and the worst place when the relative error is above `limit`; returns the error. */
export function requireClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  limit: number,
): number {
  const error = relativeError(actual, expected);
  if (error <= limit) return error;
  if (actual.length !== expected.length)
    throw new Error(`${what}: wanted ${expected.length} values, got ${actual.length}`);
  let worst = 0;
  let worstBy = -1;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i]);
    if (!(d <= worstBy)) {
      worst = i;
      worstBy = d;
      if (Number.isNaN(d)) break;
    }
  }
  throw new Error(
    `${what}: relative error ${error.toExponential(2)}, wanted at most ${limit.toExponential(0)}; ` +
      `worst at ${worst} of ${expected.length}: ${actual[worst]}, wanted ${expected[worst]}`,
  );
}
