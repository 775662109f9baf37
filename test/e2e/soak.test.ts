// A seeded slice of the soak proof; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { soakProof } from "../long/soak.proof.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

test(soakProof.says, () => soakProof.run(proofCount(soakProof.slice, soakProof.full), proofSeed()));
