// The operations of a decoder layer around its matrices, at odd shapes, for one token and for many, each fused into the
// matrix product and apart: norm, rope, cache write, attention, SwiGLU.

import * as op from "../../src/gpu/operations.ts";
import { ropeRows } from "../../src/model/rope-table.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { Encoding } from "../../src/quant/layout.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { attention, writeKv } from "../reference/attention.ts";
import { matmul } from "../reference/linear.ts";
import { relativeError } from "../reference/relative-error.ts";
import { layerNorm, rmsNorm } from "../reference/rms-norm.ts";
import { applyRope, ropeTable } from "../reference/rope.ts";
import { decodeStored } from "../reference/stored.ts";
import { geglu, swiglu } from "../reference/swiglu.ts";
import { giveBiases, plusBias } from "../support/biased-weight.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { giveLowRank } from "../support/low-rank-weight.ts";
import {
  alike,
  attendAfter,
  attentionCasesFor,
  eps,
  gainBuffer,
  joined,
  makeParts,
  normed,
  randomVector,
  scratch,
  sizesFor,
} from "../support/layer-case.ts";
import { randomStored } from "../support/random-stored.ts";

const limit = 1e-5;

/** A run with everything has what GPUs get (but shorter splits, to have many of them), and one without subgroups what
 * software adapters get. */
const kernelsFor = ({ without }: CheckContext): Partial<Variants> =>
  without.includes("subgroups") ? {} : { matvec: "tile", attentionSplit: 4 };

async function norm(context: CheckContext) {
  const worst = new Worst();
  for (const [tokens, dim] of [
    [1, 1],
    [1, 64],
    [5, 90],
    [3, 1000],
    [40, 33],
  ]) {
    for (const reducers of [64, 256] as const) {
      using gpuCase = await openCase(context, { reducers });
      const x = randomVector(tokens * dim, dim, 3);
      const gain = randomVector(dim, tokens);
      const out = gpuCase.activation(new Float32Array(tokens * dim), tokens, dim);
      await gpuCase.run(tokens, [
        op.write(out, op.norm(gpuCase.activation(x, tokens, dim), { gain: gainBuffer(gpuCase, gain), eps })),
      ]);
      const error = relativeError(await gpuCase.readActivation(out, tokens), normed(x, gain));
      worst.add(error, `${tokens}x${dim} by ${reducers}`);
    }
  }
  return { ...worst, limit };
}

/** LayerNorm, and y = W of it: of one token, many, and a few. */
const layerNormed = (fused: boolean) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [i, [tokens, dim, rows, few]] of [
    [1, 1, 1, false],
    [1, 90, 7, false],
    [3, 1000, 33, true],
    [70, 33, 130, false],
  ].entries() as ArrayIterator<[number, [number, number, number, boolean]]>) {
    using gpuCase = await openCase(context, { fused, reducers: i % 2 ? 256 : 64, ...kernelsFor(context) });
    const x = randomVector(tokens * dim, dim, 3).map((value) => value + 5); // a mean that matters
    const [gain, bias] = [randomVector(dim, tokens), randomVector(dim, 3)];
    const behind = op.strideOf(dim);
    const both = new Float32Array(behind + dim);
    both.set(gain);
    both.set(bias, behind);
    const stored = randomStored("q8", rows, dim, rows);
    const weight = await gpuCase.weight("q8", stored, rows, dim);
    const out = gpuCase.activation(new Float32Array(tokens * rows), tokens, rows);
    gpuCase.setStep(3, tokens);
    const input = op.layerNorm(gpuCase.activation(x, tokens, dim), { gain: gpuCase.buffer(both), eps });
    const operations = [op.write(out, op.product(weight, input))];
    await gpuCase.run(tokens, operations, { scratch: scratch(gpuCase, tokens, dim, 1), few });
    const wanted = layerNorm(Float64Array.from(x), Float64Array.from(gain), Float64Array.from(bias), eps);
    const expected = matmul(wanted, decodeStored("q8", stored, rows, dim), tokens, rows);
    worst.add(relativeError(await gpuCase.readActivation(out, tokens), expected), `${tokens} tokens, ${rows}x${dim}`);
  }
  return { ...worst, limit };
};

/** y = W norm(x). */
const normedLinear = (fused: boolean) => async (context: CheckContext) => {
  const worst = new Worst();
  const sizes = [
    [1, 1, 1],
    [1, 90, 7],
    [1, 1000, 33],
    [5, 33, 130],
  ];
  for (const [tokens, dim, rows] of sizesFor(context, [1, 3], sizes)) {
    using gpuCase = await openCase(context, { fused, ...kernelsFor(context) });
    const x = randomVector(tokens * dim, dim, 3);
    const gain = randomVector(dim, tokens);
    const stored = randomStored("q8", rows, dim, rows);
    const weight = await gpuCase.weight("q8", stored, rows, dim);
    const out = gpuCase.activation(new Float32Array(tokens * rows), tokens, rows);
    gpuCase.setStep(3, tokens);
    const input = op.norm(gpuCase.activation(x, tokens, dim), { gain: gainBuffer(gpuCase, gain), eps });
    const operations = [op.write(out, op.product(weight, input))];
    await gpuCase.run(tokens, operations, { scratch: scratch(gpuCase, tokens, dim, 1) });
    const expected = matmul(normed(x, gain), decodeStored("q8", stored, rows, dim), tokens, rows);
    worst.add(relativeError(await gpuCase.readActivation(out, tokens), expected), `${tokens} tokens, ${rows}x${dim}`);
  }
  return { ...worst, limit };
};

const mixed: Encoding[] = ["f32", "bf16", "f16"];

/** What a sibling of Llama adds. */
export interface Sibling {
  biases?: boolean;
  /** A LoRA on q and v. */
  lowRank?: boolean;
  headNorm?: boolean;
  /** Heads are normed at once, and nothing before. */
  joint?: boolean;
  /** Of attention's scores. */
  cap?: number;
  /** The share of the positions that attention sees. */
  window?: number;
}

export const selfAttention =
  (fused: boolean, kernel: Variants["attention"], sibling: Sibling = {}) =>
  async (context: CheckContext) => {
    const worst = new Worst();
    for (const [i, [tokens, heads, kvHeads, headDim, position, dim], most] of attentionCasesFor(context)) {
      using gpuCase = await openCase(context, { fused, attention: kernel, ...kernelsFor(context) });
      const length = position + tokens;
      const window = sibling.window && Math.ceil(length * sibling.window);
      const { joint, cap } = sibling;
      const shape = { heads, kvHeads, headDim, context: most, kv: "f32" as const, window, attentionCap: cap };
      const rows = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
      const parts = makeParts(i % 2 ? mixed : alike, rows, dim);
      const half = headDim / 2;
      const places = [
        { base: 0, half },
        { base: rows[0], half },
        { base: rows[0] + rows[1], half: 0 },
      ];
      const qkv = await joined(gpuCase, parts, rows, dim, places, i % 3 === 0);
      const biases = sibling.biases ? giveBiases(gpuCase, qkv, rows, places) : [];
      const changes = sibling.lowRank ? await giveLowRank(gpuCase, qkv, rows, places, length) : [];
      const [ofQ, ofK] = joint ? rows : [headDim, headDim]; // gains
      const headGains = randomVector(ofQ + ofK, 6, 3);
      const headNorm = sibling.headNorm || joint ? { gain: gpuCase.buffer(headGains), eps, joint } : undefined;
      const x = randomVector(length * dim, dim, 3);
      const gain = randomVector(dim, 5, 4);
      const rope = { headDim, ropeTheta: 10_000, ropeScaling: { kind: "none" } as const };
      const angleRows = ropeRows(rope as never, 0, shape.context, (p) => p + 1);
      const table = gpuCase.buffer(angleRows as Float32Array<ArrayBuffer>);
      const given = { x, gain, eps, qkv, table, shape, position, tokens, headNorm, plain: joint };
      const { out } = await attendAfter(gpuCase, given);
      const [q, k, v] = parts.values.map((values, j) => {
        const input = joint ? Float64Array.from(x) : normed(x, gain);
        const biased = plusBias(matmul(input, values, length, rows[j]), biases[j]);
        const product = changes[j]?.(biased, input) ?? biased;
        const headGain = Float64Array.from(j === 0 ? headGains.subarray(0, ofQ) : headGains.subarray(ofQ));
        return headNorm && j < 2 ? rmsNorm(product, headGain, eps) : product;
      });
      const angles = ropeTable(rope, 0, length, length);
      const queries = applyRope(q, angles, heads, headDim).slice(position * rows[0]);
      const keys = applyRope(k, angles, kvHeads, headDim);
      const expected = attention(queries, keys, v, { heads, kvHeads, headDim, firstPosition: position, window, cap });
      const what = `${tokens} tokens at ${position}, ${heads}/${kvHeads} heads of ${headDim}`;
      worst.add(relativeError(out, expected), what);
    }
    return { ...worst, limit };
  };

/**
 * With an f16 cache rounding must be the same in both worlds, so what is rounded is made exact: x is one or minus one
 * (its norm is itself), weights are small multiples of 1/64, no angle.
 */
const halfCache = (fused: boolean, kernel: Variants["attention"]) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [, [tokens, heads, kvHeads, headDim, position], most] of attentionCasesFor(context)) {
    using gpuCase = await openCase(context, { fused, attention: kernel });
    const dim = 32;
    const length = position + tokens;
    const shape = { heads, kvHeads, headDim, context: most, kv: "f16" as const };
    const rows = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
    const values = rows.map((count, i) =>
      Float64Array.from(randomVector(count * dim, i + 3), (value) => Math.round(value * 20) / 64),
    );
    const stored = values.map((matrix) => new Uint8Array(Float32Array.from(matrix).buffer));
    const half = headDim / 2;
    const places = [
      { base: 0, half },
      { base: rows[0], half },
      { base: rows[0] + rows[1], half: 0 },
    ];
    const qkv = await joined(gpuCase, { stored, values, encodings: alike }, rows, dim, places, false);
    const x = randomVector(length * dim, 3).map((value) => (value < 0 ? -1 : 1));
    const gain = new Float32Array(dim).fill(1);
    const table = gpuCase.buffer(Float32Array.from({ length: shape.context * headDim }, (_, i) => 1 - (i % 2)));
    const { out } = await attendAfter(gpuCase, { x, gain, eps: 0, qkv, table, shape, position, tokens });
    const [queries, keys, kept] = values.map((matrix, j) => {
      const product = matmul(Float64Array.from(x), matrix, length, rows[j]);
      if (j === 0) return product.slice(position * rows[0]);
      const cache = new Float64Array(product.length);
      writeKv(cache, product, rows[j], 0, "f16");
      return cache;
    });
    const expected = attention(queries, keys, kept, { heads, kvHeads, headDim, firstPosition: position });
    worst.add(relativeError(out, expected), `${tokens} tokens at ${position}, ${heads}/${kvHeads} heads of ${headDim}`);
  }
  return { ...worst, limit };
};

interface GatedOptions {
  few?: boolean;
  gelu?: boolean;
  /** Nothing is normed before. */
  plain?: boolean;
}

export const gated =
  (
    fused: boolean,
    encodings: Encoding[],
    { biases, lowRank, few, gelu, plain }: Pick<Sibling, "biases" | "lowRank"> & GatedOptions = {},
  ) =>
  async (context: CheckContext) => {
    const worst = new Worst();
    const sizes = [
      [1, 1, 1],
      [1, 172, 64],
      [1, 90, 33],
      [7, 90, 33],
      [33, 257, 40],
    ];
    for (const [tokens, hiddenDim, dim] of sizesFor(context, [2, 3], sizes)) {
      if (few && (tokens === 1 || tokens > 8)) continue;
      using gpuCase = await openCase(context, { fused, ...kernelsFor(context) });
      const rows = [hiddenDim, hiddenDim];
      const parts = makeParts(encodings, rows, dim);
      const paired = encodings[0] === encodings[1];
      const places = paired
        ? [
            { base: 0, half: hiddenDim },
            { base: 1, half: hiddenDim },
          ]
        : [
            { base: 0, half: 0 },
            { base: hiddenDim, half: 0 },
          ];
      const gateUp = await joined(gpuCase, parts, rows, dim, places, dim === 33);
      const added = biases ? giveBiases(gpuCase, gateUp, rows, places) : [];
      const changes = lowRank ? await giveLowRank(gpuCase, gateUp, rows, places, tokens) : [];
      const x = randomVector(tokens * dim, dim, 3);
      const gain = randomVector(dim, 5, 20);
      const out = gpuCase.activation(new Float32Array(tokens * hiddenDim), tokens, hiddenDim);
      gpuCase.setStep(0, tokens);
      const given = gpuCase.activation(x, tokens, dim);
      const both = op.product(gateUp, plain ? given : op.norm(given, { gain: gainBuffer(gpuCase, gain), eps }));
      const operations = [
        op.write(out, op.gate(op.ofRole(both, "gate"), op.ofRole(both, "up"), gelu ? "gelu" : undefined)),
      ];
      await gpuCase.run(tokens, operations, { scratch: scratch(gpuCase, tokens, dim, 2 * hiddenDim), few });
      const [gate, up] = parts.values.map((values, j) => {
        const inputs = plain ? Float64Array.from(x) : normed(x, gain);
        const product = plusBias(matmul(inputs, values, tokens, hiddenDim), added[j]);
        return changes[j]?.(product, inputs) ?? product;
      });
      worst.add(
        relativeError(await gpuCase.readActivation(out, tokens), (gelu ? geglu : swiglu)(gate, up)),
        `${tokens}x${hiddenDim}x${dim}`,
      );
    }
    return { ...worst, limit };
  };

const withoutSubgroups = [[], ["subgroups"]];

export const checks: Checks = {
  RMSNorm: norm,
  "norm and head, fused": { run: normedLinear(true), variants: withoutSubgroups },
  "norm and head, apart": normedLinear(false),
  "LayerNorm and head, fused": { run: layerNormed(true), variants: withoutSubgroups },
  "LayerNorm and head, apart": layerNormed(false),
  "self-attention, fused": { run: selfAttention(true, "tile"), variants: withoutSubgroups },
  "self-attention, apart": selfAttention(false, "rows"),
  "self-attention with an f16 cache, fused": halfCache(true, "tile"),
  "self-attention with an f16 cache, apart": halfCache(false, "rows"),
  "norm, gate, up and SwiGLU, fused": { run: gated(true, ["q4", "q4"]), variants: withoutSubgroups },
  "norm, gate, up and SwiGLU, apart": gated(false, ["q4", "q4"]),
  "gate and up in different encodings, fused": gated(true, ["q8", "q4"]),
  "gate and up in different encodings, apart": gated(false, ["q8", "q4"]),
};
