// A seeded slice of each long proof that needs no browser; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { nodeProofs } from "../../long/proofs.ts";
import { proofCount, proofSeed } from "../../support/proof-size.ts";

for (const { name, says, slice, full, run } of nodeProofs)
  test(`${name}: ${says}`, { timeout: 300_000 }, () => run(proofCount(slice, full), proofSeed()));
