// A seeded slice of the losses proof; test/long/README.md has the command for all of it.

import { expect, test } from "vitest";
import { lossesProof } from "../long/losses.proof.ts";
import { openLossyTabs } from "../support/lossy-tabs.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";

test(lossesProof.says, () => lossesProof.run(proofCount(lossesProof.slice, lossesProof.full), proofSeed()));

test("a GPU process that ends in a browser with its usual limit of such ends: the answer goes on", async () => {
  await using tabs = await openLossyTabs("chromium", []);
  const { wanted, got, struckAt } = await tabs.run({
    way: "gpu",
    stage: "decode",
    tabs: 1,
    request: "seeded",
    part: 0.5,
  });
  expect([struckAt, got]).toEqual(["decode", [wanted]]);
});
