// Hostile input for every reader of files (test/fuzz): read, or refused with a PronkError, in a second of processor time
// and in memory bounded by the input's size. `npm run --silent fuzz -- --count N --seed S --json` prints its figures.

import { runFuzz } from "../fuzz/run.ts";
import type { Proof } from "./proof.ts";

export const fuzzProof: Proof = {
  name: "fuzz",
  says: "Files of every kind, broken where it matters, are read or refused with a PronkError, soon and in bounded memory",
  unit: "inputs",
  slice: 4250, // 250 a reader
  full: 1_000_000,
  async run(count, seed) {
    const { readers, failed } = await runFuzz({ count, seed });
    const failures = Object.values(readers).flatMap((reader) => reader.failures.slice(0, 5));
    if (failed > 0) throw new Error(`${failed} of ${count} inputs failed:\n${failures.join("\n")}`);
  },
};
