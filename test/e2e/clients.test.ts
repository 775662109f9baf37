// A slice of the proof of client packages; test/long/README.md has the command for all of it.

import { test } from "vitest";
import { clientsProof } from "../long/clients.proof.ts";
import { proofCount } from "../support/proof-size.ts";

test(clientsProof.says, () => clientsProof.run(proofCount(clientsProof.slice, clientsProof.full), 1));
