// Messages that are almost right: each field of a good one removed or replaced by something that has no business there, at
// every depth, and things that aren't messages at all. All of them can be cloned.

function odd(): unknown[] {
  const round: Record<string, unknown> = { kind: "load" };
  round.cause = round.self = round;
  return [
    null, undefined, true, 0, -1, 0.5, NaN, 2 ** 53, 10n, "", "__proto__", "constructor", [], [null], {}, round,
    { kind: {} }, new Map([["kind", "load"]]), new Date(0), /x/, new Uint8Array(3), new ArrayBuffer(8), new Error("no"),
    Array.from({ length: 1000 }, () => ({ length: 1e9 })),
  ]; // prettier-ignore
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Copies of a value in which one place is odd or gone. */
function* spoiledCopies(value: unknown): Generator<unknown> {
  yield* odd();
  if (Array.isArray(value))
    for (const [at, item] of value.entries()) for (const bad of spoiledCopies(item)) yield value.with(at, bad);
  if (!isPlain(value)) return;
  for (const [name, item] of Object.entries(value)) {
    const { [name]: _, ...without } = value;
    yield without;
    for (const bad of spoiledCopies(item)) yield { ...value, [name]: bad };
  }
}

export const malformed = (good: readonly unknown[]): unknown[] => good.flatMap((one) => [...spoiledCopies(one)]);
