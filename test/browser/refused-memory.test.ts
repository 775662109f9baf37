// A seeded slice of the refused-memory proof; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { refusedMemoryProof } from "../long/refused-memory.proof.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

const { says, slice, full, run } = refusedMemoryProof;

test(says, () => run(proofCount(slice, full), proofSeed()));
