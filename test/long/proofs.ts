// Every long proof. Those of Node are tried in slices by test/unit/load/proof-slices.test.ts.

import { checkpointProof } from "./checkpoint.proof.ts";
import { dialogsProof } from "./dialogs.proof.ts";
import { faultsProof } from "./faults.proof.ts";
import { fuzzProof } from "./fuzz.proof.ts";
import type { Proof } from "./proof.ts";
import { removedChecksProof } from "./removed-checks.proof.ts";
import { rowsProof } from "./rows.proof.ts";
import { schemasProof } from "./schemas.proof.ts";
import { tokenizerProof } from "./tokenizer.proof.ts";

export const nodeProofs: Proof[] = [
  tokenizerProof,
  checkpointProof,
  dialogsProof,
  rowsProof,
  faultsProof,
  fuzzProof,
  removedChecksProof,
  schemasProof,
];
