// A seeded slice of the losses proof; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { lossesProof } from "../long/losses.proof.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

test(lossesProof.says, () => lossesProof.run(proofCount(lossesProof.slice, lossesProof.full), proofSeed()));
