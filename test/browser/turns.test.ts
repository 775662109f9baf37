// A slice of the long proof: bytes on the GPU after many turns.

import { test } from "vitest";
import { turnsProof } from "../long/turns.proof.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

test(turnsProof.says, () => turnsProof.run(proofCount(turnsProof.slice, turnsProof.full), proofSeed()));
