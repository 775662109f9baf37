// What Llama's siblings add to a layer: biases of every product, normed heads of q and k, attention that sees only the last
// positions; for one token and for many, fused and apart, at the odd shapes of layer.check.ts.

import * as op from "../../src/gpu/operations.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { matmul } from "../reference/linear.ts";
import { relativeError } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import { giveBiases, plusBias } from "../support/biased-weight.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";
import { randomVector } from "../support/layer-case.ts";
import { gated, selfAttention } from "./layer.check.ts";

const limit = 1e-5;

/** y += W x + bias, as after attention and at the end of the layer. */
const addedWithBias = (fused: boolean) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [tokens, rows, cols] of [
    [1, 1, 1],
    [1, 130, 33],
    [1, 7, 90],
    [9, 67, 40],
    [70, 33, 64],
  ]) {
    using gpuCase = await openCase(context, { fused });
    const stored = randomStored("f16", rows, cols, rows);
    const weight = await gpuCase.weight("f16", stored, rows, cols);
    const [bias] = giveBiases(gpuCase, weight, [rows], [{ base: 0, half: 0 }]);
    const [x, y] = [randomVector(tokens * cols, 3, 2), randomVector(tokens * rows, 4, 2)];
    const out = gpuCase.activation(y, tokens, rows);
    gpuCase.setStep(0, tokens);
    await gpuCase.run(tokens, [op.add(out, op.product(weight, gpuCase.activation(x, tokens, cols)))]);
    const product = matmul(Float64Array.from(x), decodeStored("f16", stored, rows, cols), tokens, rows);
    const expected = plusBias(product, bias).map((value, i) => value + y[i]);
    worst.add(relativeError(await gpuCase.readActivation(out, tokens), expected), `${tokens} tokens, ${rows}x${cols}`);
  }
  return { ...worst, limit };
};

const withoutSubgroups = [[], ["subgroups"]];
/** With eight storage buffers a bias does not fit into the fused product of q, k and v. */
const withoutLimits = [[], ["limits"], ["subgroups"]];

export const checks: Checks = {
  "q, k and v with biases, fused": { run: selfAttention(true, "tile", { biases: true }), variants: withoutLimits },
  "q, k and v with biases, apart": selfAttention(false, "rows", { biases: true }),
  "normed heads, fused": { run: selfAttention(true, "tile", { headNorm: true }), variants: withoutSubgroups },
  "normed heads, apart": selfAttention(false, "rows", { headNorm: true }),
  "biases and normed heads": selfAttention(true, "rows", { biases: true, headNorm: true }),
  "a window, fused": selfAttention(true, "tile", { window: 0.4 }),
  "a window, apart": selfAttention(false, "rows", { window: 0.4 }),
  "a window of all but one, without barriers": selfAttention(true, "rows", { window: 0.99 }),
  "residual products with a bias, fused": { run: addedWithBias(true), variants: withoutSubgroups },
  "residual products with a bias, apart": addedWithBias(false),
  "gate and up with biases, fused": { run: gated(true, ["q4", "q4"], { biases: true }), variants: withoutSubgroups },
  "gate and up with biases, apart": gated(false, ["q4", "q4"], { biases: true }),
  "gate and up with biases in different encodings, fused": gated(true, ["q8", "q4"], { biases: true }),
  "GELU, fused": { run: gated(true, ["q4", "q4"], { gelu: true }), variants: withoutSubgroups },
  "GELU, apart": gated(false, ["q4", "q4"], { gelu: true }),
  "GELU of different encodings, fused": gated(true, ["q8", "q4"], { gelu: true }),
  "GELU of a few tokens": gated(true, ["q4", "q4"], { gelu: true, few: true }),
  "GELU of a few tokens in different encodings": gated(true, ["q8", "q4"], { gelu: true, few: true }),
};
