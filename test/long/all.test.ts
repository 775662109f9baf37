// The long proofs at full count, or at PRONK_COUNT; what was tried goes into the report, for the table in README.md.

import { test } from "vitest";
import { proofCount, proofSeed } from "../support/proof-size.ts";
import { clientsProof } from "./clients.proof.ts";
import { endpointProof } from "./endpoint.proof.ts";
import { kernelsProof } from "./kernels.proof.ts";
import { killsProof } from "./kills.proof.ts";
import { lossesProof } from "./losses.proof.ts";
import { nodeProofs } from "./proofs.ts";
import { realProof } from "./real.proof.ts";
import { refusedMemoryProof } from "./refused-memory.proof.ts";
import { schedulesProof } from "./schedules.proof.ts";
import { soakProof } from "./soak.proof.ts";
import { turnsProof } from "./turns.proof.ts";
import { wrongNumbersProof } from "./wrong-numbers.proof.ts";

const hourMs = 3_600_000;

for (const { name, slice, full, unit, run } of [
  ...nodeProofs,
  clientsProof,
  endpointProof,
  kernelsProof,
  killsProof,
  lossesProof,
  realProof,
  refusedMemoryProof,
  schedulesProof,
  soakProof,
  turnsProof,
  wrongNumbersProof,
])
  test(name, { timeout: hourMs }, async ({ task }) => {
    const [count, seed] = [proofCount(slice, full), proofSeed()];
    Object.assign(task.meta, { tried: `${count} ${unit}`, seed });
    await run(count, seed);
  });
