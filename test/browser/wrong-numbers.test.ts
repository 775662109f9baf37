// A seeded slice of the wrong-numbers proof; test/long/README.md has the command for all of it. And a kernel that a driver gets
// wrong, only in Firefox, whose adapter compiles fast: kernels are compared only on a GPU, so the adapter says it is one.

import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { writeByteModel } from "../support/byte-model.ts";
import { type FrailGpu, type LoadFrail, openFrailGpu } from "../support/frail-gpu.ts";
import { proofCount, proofSeed } from "../support/proof-size.ts";
import { wrongNumbersProof } from "../long/wrong-numbers.proof.ts";

const { says, slice, full, run } = wrongNumbersProof;

// What runs in the page finds these as globals.
declare const requests: FrailGpu["requests"];
declare const answer: FrailGpu["answer"];
declare const load: LoadFrail;

test(says, () => run(proofCount(slice, full), proofSeed()));

test("a kernel that a driver gets wrong is dropped at the first load, and at the next without trying it", async () => {
  const { parent, folder } = writeByteModel();
  try {
    await using runner = await openFrailGpu("firefox", folder);
    const { wanted, loads } = await runner.page.evaluate(async () => {
      const plain = await load({ store: false });
      const { ids: right } = await answer(plain, requests.greedy);
      await plain.unload();
      Object.defineProperty(GPUDevice.prototype, "adapterInfo", { get: () => ({ vendor: "acme" }) });
      let labels: string[] = [];
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function ({ label = "", code }) {
        labels.push(label);
        const spoiled = label.startsWith("matvec_tile") ? code.replaceAll("+=", "-=") : code;
        return createShaderModule.call(this, { label, code: spoiled });
      };
      const told = [];
      for (let time = 0; time < 2; time++) {
        labels = [];
        const engine = await load();
        const { ids } = await answer(engine, requests.greedy);
        told.push({ ids, labels, warnings: engine.info.warnings.map(({ code, facts }) => [code, facts.found]) });
        await engine.unload();
      }
      return { wanted: right, loads: told };
    });
    for (const { ids, warnings } of loads) expect({ ids, warnings }).toEqual({ ids: wanted, warnings: [["kernel-dropped", "matvec"]] }); // prettier-ignore
    const [first, second] = loads.map(({ labels }) => labels.filter((label) => label.startsWith("matvec_tile")).length);
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
