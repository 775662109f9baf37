// The fuzzer finds what it is meant to: bounds checks are removed from a copy of the sources, one at a time, and each time
// the cases that `npm test` makes for that reader must fail.

import { fuzzReaders } from "../fuzz/readers.ts";
import { removedChecks } from "../fuzz/removed-checks.ts";
import { SourceCopy } from "../fuzz/without-check.ts";
import { fuzzProof } from "./fuzz.proof.ts";
import type { Proof } from "./proof.ts";

export const removedChecksProof: Proof = {
  name: "removed-checks",
  says: "Each bounds check that is removed on purpose is found by the fuzzer's slice",
  unit: "checks",
  slice: 2,
  full: removedChecks.length,
  async run(count, seed) {
    using copy = new SourceCopy();
    const cases = Math.floor(fuzzProof.slice / fuzzReaders.length);
    const missed: string[] = [];
    for (let i = 0; i < count; i++) {
      const check = removedChecks[(seed + i) % removedChecks.length];
      const found = await copy.firstFailure(check, { count: cases, seed: 1 });
      if (found === undefined) missed.push(`${check.reader}: ${check.what}`);
    }
    if (missed.length > 0)
      throw new Error(`${cases} cases each do not find that these are gone:\n${missed.join("\n")}`);
  },
};
