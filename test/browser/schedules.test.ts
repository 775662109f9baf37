// A slice of the long proof: requests at once, as they come and go.

import { test } from "vitest";
import { schedulesProof } from "../long/schedules.proof.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

test(schedulesProof.says, () => schedulesProof.run(proofCount(schedulesProof.slice, schedulesProof.full), proofSeed()));
