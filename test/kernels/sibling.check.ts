// What Llama's siblings add to a layer: biases of every product, normed heads of q and k, attention that sees only the last
// positions; for one token and for many, fused and apart, at the odd shapes of layer.check.ts.

import * as op from "../../src/gpu/operations.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { softCapped } from "../reference/attention.ts";
import { matmul } from "../reference/linear.ts";
import { relativeError } from "../reference/relative-error.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { decodeStored } from "../reference/stored.ts";
import { giveBiases, plusBias } from "../support/biased-weight.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";
import { eps, gainBuffer, randomVector, scratch } from "../support/layer-case.ts";
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

/** y += norm(W x), as where norms stand behind attention and FFN. */
const addedNormed = (fused: boolean) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [i, [tokens, rows, cols, few]] of [
    [1, 1, 1, false],
    [1, 130, 33, false],
    [3, 67, 40, true],
    [70, 33, 64, false],
  ].entries() as ArrayIterator<[number, [number, number, number, boolean]]>) {
    using gpuCase = await openCase(context, { fused, reducers: i % 2 ? 256 : 64 });
    const stored = randomStored("f16", rows, cols, rows);
    const weight = await gpuCase.weight("f16", stored, rows, cols);
    const [x, y, gain] = [tokens * cols, tokens * rows, rows].map((length, seed) => randomVector(length, seed + 3, 2));
    const out = gpuCase.activation(y, tokens, rows);
    gpuCase.setStep(0, tokens);
    const value = op.product(weight, gpuCase.activation(x, tokens, cols));
    const operations = [op.add(out, op.norm(value, { gain: gainBuffer(gpuCase, gain), eps }))];
    await gpuCase.run(tokens, operations, { scratch: scratch(gpuCase, tokens, cols, rows), few });
    const product = matmul(Float64Array.from(x), decodeStored("f16", stored, rows, cols), tokens, rows);
    const expected = rmsNorm(product, Float64Array.from(gain), eps).map((value, at) => value + y[at]);
    worst.add(relativeError(await gpuCase.readActivation(out, tokens), expected), `${tokens} tokens, ${rows}x${cols}`);
  }
  return { ...worst, limit };
};

/** cap tanh(W x / cap), as logits are; and numbers that no cap may turn into others: very large ones. */
async function cappedProduct(context: CheckContext) {
  const worst = new Worst();
  for (const [tokens, rows, cols, size, few] of [
    [1, 1, 1, 2, false],
    [1, 131, 33, 2, false],
    [3, 67, 40, 1e30, true],
    [70, 33, 64, 2, false],
  ] as const) {
    using gpuCase = await openCase(context);
    const stored = randomStored("f16", rows, cols, rows);
    const weight = await gpuCase.weight("f16", stored, rows, cols);
    const x = randomVector(tokens * cols, 3, size);
    const out = gpuCase.activation(new Float32Array(tokens * rows), tokens, rows);
    gpuCase.setStep(0, tokens);
    const operations = [op.write(out, op.product(weight, gpuCase.activation(x, tokens, cols), 1.5))];
    await gpuCase.run(tokens, operations, { few });
    const product = matmul(Float64Array.from(x), decodeStored("f16", stored, rows, cols), tokens, rows);
    const error = relativeError(await gpuCase.readActivation(out, tokens), softCapped(product, 1.5));
    worst.add(error, `${tokens} tokens, ${rows}x${cols}`);
  }
  return { ...worst, limit };
}

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
  "heads normed at once, fused": { run: selfAttention(true, "tile", { joint: true }), variants: withoutSubgroups },
  "heads normed at once, apart": selfAttention(false, "rows", { joint: true }),
  "heads normed at once, with biases": selfAttention(true, "rows", { joint: true, biases: true }),
  "scores within a cap, fused": { run: selfAttention(true, "tile", { cap: 0.7 }), variants: withoutSubgroups },
  "scores within a cap, apart": selfAttention(false, "rows", { cap: 0.7 }),
  "scores within a cap and a window": selfAttention(true, "rows", { cap: 0.2, window: 0.4 }),
  "logits within a cap": { run: cappedProduct, variants: withoutSubgroups },
  "the norm of a product, added, fused": { run: addedNormed(true), variants: withoutSubgroups },
  "the norm of a product, added, apart": addedNormed(false),
  "gate and up of no norm, fused": { run: gated(true, ["q4", "q4"], { plain: true }), variants: withoutSubgroups },
  "gate and up of no norm, apart": gated(false, ["q4", "q4"], { plain: true }),
  "gate and up of no norm, with biases": gated(true, ["f16", "f16"], { plain: true, biases: true, gelu: true }),
  "gate and up of no norm, in different encodings": gated(true, ["q8", "q4"], { plain: true }),
  "gate and up of no norm, of a few tokens": gated(true, ["q4", "q4"], { plain: true, few: true }),
  "GELU, fused": { run: gated(true, ["q4", "q4"], { gelu: true }), variants: withoutSubgroups },
  "GELU, apart": gated(false, ["q4", "q4"], { gelu: true }),
  "GELU of different encodings, fused": gated(true, ["q8", "q4"], { gelu: true }),
  "GELU of a few tokens": gated(true, ["q4", "q4"], { gelu: true, few: true }),
  "GELU of a few tokens in different encodings": gated(true, ["q8", "q4"], { gelu: true, few: true }),
};
