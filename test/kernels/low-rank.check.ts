// What a LoRA does to products, at odd shapes: each product that takes or gives more than vectors, fused and apart, for one
// token and for many; DoRA's lengths of rows, with inputs in an order of their own too; a LoRA on the embedding.

import * as op from "../../src/gpu/operations.ts";
import { allocateWeight } from "../../src/gpu/weight.ts";
import { floatWeight } from "../../src/gpu/low-rank.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { Encoding } from "../../src/quant/layout.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { Check, CheckContext, Checks } from "../harness/check.ts";
import { matmul } from "../reference/linear.ts";
import { relativeError } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { randomVector, sizesFor } from "../support/layer-case.ts";
import { giveLowRank } from "../support/low-rank-weight.ts";
import { randomStored } from "../support/random-stored.ts";
import { gated, selfAttention } from "./layer.check.ts";

const limit = 1e-5;

/** y += (W x + B A x) scale + bias. `lengths`: with DoRA's. */
const added =
  (variants: Partial<Variants>, encoding: Encoding, lengths = false) =>
  async (context: CheckContext) => {
    const worst = new Worst();
    const sizes = [
      [1, 1, 1],
      [1, 130, 33, 1],
      [1, 7, 90],
      [9, 67, 40, 1],
      [70, 33, 64],
    ];
    for (const [tokens, rows, cols, split] of sizesFor(context, [1, 3], sizes)) {
      using gpuCase = await openCase(context, variants);
      const stored = randomStored(encoding, rows, cols, rows);
      const bytes = split ? 4 * 128 * Math.ceil(cols / 32) : gpuCase.gpu.maxBindingBytes; // four f32 rows, or all
      const weight = await gpuCase.weight(encoding, stored, rows, cols, bytes);
      const values = decodeStored(encoding, stored, rows, cols);
      const place = { base: 0, half: 0 };
      const [change] = await giveLowRank(gpuCase, weight, [rows], [place], tokens, lengths ? [values] : undefined);
      const [x, y] = [randomVector(tokens * cols, 3, 2), randomVector(tokens * rows, 4, 2)];
      const out = gpuCase.activation(y, tokens, rows);
      gpuCase.setStep(0, tokens);
      await gpuCase.run(tokens, [op.add(out, op.product(weight, gpuCase.activation(x, tokens, cols)))]);
      const inputs = Float64Array.from(x);
      const expected = change(matmul(inputs, values, tokens, rows), inputs).map((value, i) => value + y[i]);
      worst.add(
        relativeError(await gpuCase.readActivation(out, tokens), expected),
        `${tokens} tokens, ${rows}x${cols}`,
      );
    }
    return { ...worst, limit };
  };

/** By subgroups; without any, by tiles. */
const bySubgroups: Check = async (context) => {
  using gpuCase = await openCase(context);
  const { features } = gpuCase.gpu;
  return added({ matvec: features.has("subgroups") ? "subgroup" : "tile" }, "q8")(context);
};

/** DoRA's lengths of rows whose inputs stand in an order of their own. */
const gathered = async (context: CheckContext) => {
  const [tokens, rows, cols] = [3, 37, 64];
  using gpuCase = await openCase(context);
  const order = Uint32Array.from({ length: cols }, (_, slot) => (slot * 27 + 5) % cols);
  const slots = randomStored("f32", rows, cols, rows);
  const format = { ...plainFormat("f32", cols), order };
  const segments = [{ format, rows }];
  const weight = allocateWeight(gpuCase.memory, { name: "gathered", cols, segments }, gpuCase.gpu.maxBindingBytes);
  const place = { base: 0, half: 0 };
  await gpuCase.upload(weight, "f32", slots, place);
  const bySlot = decodeStored("f32", slots, rows, cols);
  const values = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++)
    for (let slot = 0; slot < cols; slot++) values[row * cols + order[slot]] = bySlot[row * cols + slot];
  const [change] = await giveLowRank(gpuCase, weight, [rows], [place], tokens, [values]);
  const x = randomVector(tokens * cols, 3, 2);
  const out = gpuCase.activation(new Float32Array(tokens * rows), tokens, rows);
  gpuCase.setStep(0, tokens);
  await gpuCase.run(tokens, [op.write(out, op.product(weight, gpuCase.activation(x, tokens, cols)))]);
  const inputs = Float64Array.from(x);
  const expected = change(matmul(inputs, values, tokens, rows), inputs);
  return { error: relativeError(await gpuCase.readActivation(out, tokens), expected), note: "", limit };
};

/** x = E[tokens] + B A[tokens], of an embedding in two parts, one of which replaces some rows of the other. */
const embedding = async (context: CheckContext) => {
  const worst = new Worst();
  for (const tokens of [1, 5]) {
    const [vocab, dim, rank] = [67, 40, 3];
    using gpuCase = await openCase(context);
    const { memory, gpu } = gpuCase;
    const matrix = (name: string, rows: number, cols: number, seed: number) => {
      const values = randomVector(rows * cols, seed);
      const weight = floatWeight(gpu, memory, name, rows, cols, (write) => {
        for (let row = 0; row < rows; row++) write(row, values.subarray(row * cols, (row + 1) * cols));
      });
      return { values: Float64Array.from(values), weight };
    };
    const [table, down, up] = [matrix("E", vocab, dim, 1), matrix("A", vocab, rank, 2), matrix("B", dim, rank, 3)];
    const ids = Array.from({ length: tokens }, (_, i) => (i * 31 + 66) % vocab);
    const x = gpuCase.activation(new Float32Array(tokens * dim), tokens, dim);
    const reduced = gpuCase.activation(new Float32Array(tokens * rank), tokens, rank);
    const given = gpuCase.buffer(Uint32Array.from(ids));
    gpuCase.setStep(0, tokens);
    await gpuCase.run(tokens, [
      op.write(x, op.embed(table.weight, given)),
      op.write(reduced, op.embed(down.weight, given)),
      op.add(x, op.product(up.weight, reduced)),
    ]);
    const rowsOf = (values: Float64Array, cols: number) =>
      Float64Array.from(ids.flatMap((id) => [...values.subarray(id * cols, (id + 1) * cols)]));
    const change = matmul(rowsOf(down.values, rank), up.values, tokens, dim);
    const expected = rowsOf(table.values, dim).map((value, i) => value + change[i]);
    worst.add(relativeError(await gpuCase.readActivation(x, tokens), expected), `${tokens} tokens`);
  }
  return { ...worst, limit };
};

const withoutSubgroups = [[], ["subgroups"]];
/** With eight storage buffers a LoRA does not fit into the fused product of q, k and v. */
const withoutLimits = [[], ["limits"], ["subgroups"]];

export const checks: Checks = {
  "q, k and v, fused": { run: selfAttention(true, "tile", { lowRank: true }), variants: withoutLimits },
  "q, k and v, apart": selfAttention(false, "rows", { lowRank: true }),
  "q, k and v with biases and normed heads": selfAttention(true, "rows", {
    lowRank: true,
    biases: true,
    headNorm: true,
  }),
  "gate and up, fused": { run: gated(true, ["q4", "q4"], { lowRank: true }), variants: withoutSubgroups },
  "gate and up, apart": gated(false, ["q4", "q4"], { lowRank: true }),
  "gate and up in different encodings, fused": gated(true, ["q8", "q4"], { lowRank: true }),
  "gate and up in different encodings, of a few tokens": gated(true, ["q8", "q4"], { lowRank: true, few: true }),
  "residual products by tiles": added({ matvec: "tile", matmul: "tile" }, "f16"),
  "residual products without barriers": added({ matvec: "plain", lanes: 4, matmul: "rows" }, "q4"),
  "residual products by subgroups": bySubgroups,
  "DoRA's lengths": { run: added({}, "q4", true), variants: [[], ["shader-f16"]] },
  "DoRA's lengths, f16": { run: added({}, "f16", true), variants: [[], ["shader-f16"]] },
  "DoRA's lengths, inputs in an order of their own": gathered,
  "the embedding": embedding,
};
