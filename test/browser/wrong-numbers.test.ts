// A seeded slice of the wrong-numbers proof; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { proofCount, proofSeed } from "../support/proof-size.ts";
import { wrongNumbersProof } from "../long/wrong-numbers.proof.ts";

const { says, slice, full, run } = wrongNumbersProof;

test(says, () => run(proofCount(slice, full), proofSeed()));
