// A seeded slice of the kills proof; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { killsProof } from "../long/kills.proof.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

test(killsProof.says, () => killsProof.run(proofCount(killsProof.slice, killsProof.full), proofSeed()));
