// Tuning measures, chooses among what it may choose from, and bounds a dispatch by time.

import { Kernels } from "../../src/gpu/kernel.ts";
import { calibrateDispatch, tuneVariants } from "../../src/gpu/tune.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { openCase } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";

async function chooses(context: CheckContext) {
  using gpuCase = await openCase(context);
  const { gpu } = gpuCase;
  const kernels = new Kernels(gpu);
  const [rows, cols, tokens] = [512, 1024, 16];
  const weight = await gpuCase.weight("q4", randomStored("q4", rows, cols, 3), rows, cols);
  const tuned = await tuneVariants({ gpu, kernels, weights: [weight], tokens });
  const known =
    (tuned.matvec !== "subgroup" || gpu.features.has("subgroups")) && ["tile", "rows"].includes(tuned.matmul);
  return { error: Number(!known), limit: 0, note: JSON.stringify(tuned) };
}

/** The same matrix, requested as one that is too small to matter and as one that is not. */
async function bounds(context: CheckContext) {
  using gpuCase = await openCase(context);
  const { gpu } = gpuCase;
  const kernels = new Kernels(gpu);
  const [rows, cols] = [512, 2048];
  const weight = await gpuCase.weight("q4", randomStored("q4", rows, cols, 3), rows, cols);
  const small = await calibrateDispatch({ gpu, kernels, weights: [weight], tokens: 1 });
  const large = await calibrateDispatch({ gpu, kernels, weights: [weight], tokens: 64 });
  // A software adapter makes between 1e7 and 1e12 multiplications in 50 ms.
  const plausible = large > 1e7 && large < 1e12;
  return {
    error: Number(small !== Infinity) + Number(!plausible),
    limit: 0,
    note: `${small}, ${large.toExponential(2)}`,
  };
}

export const checks: Checks = {
  "tuning chooses among the candidates": chooses,
  "a dispatch is bounded by measurement": bounds,
};
