// The operations of a decoder layer that read no weights, at odd shapes, for one token and for many.

import type { CheckContext, Checks } from "../harness/check.ts";
import { attention, writeKv } from "../reference/attention.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { applyRope, ropeTable } from "../reference/rope.ts";
import { swiglu } from "../reference/swiglu.ts";
import { ropeRows } from "../../src/model/rope-table.ts";
import { openCase, Worst } from "../support/gpu-case.ts";

const limit = 1e-5;

function randomVector(length: number, seed: number, size = 1): Float32Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  return Float32Array.from({ length }, () => random() * size);
}

const rowsOf = (values: Float32Array, cols: number) =>
  Array.from({ length: values.length / cols }, (_, t) => Float64Array.from(values.subarray(t * cols, (t + 1) * cols)));

async function norm(context: CheckContext) {
  const worst = new Worst();
  for (const [tokens, dim] of [
    [1, 1],
    [1, 64],
    [5, 90],
    [3, 1000],
    [40, 33],
  ]) {
    for (const lastOnly of [false, true]) {
      using gpuCase = await openCase(context);
      const x = randomVector(tokens * dim, dim, 3);
      const gain = randomVector(dim, tokens);
      const out = gpuCase.activation(new Float32Array(tokens * dim), tokens, dim);
      gpuCase.setStep(7, tokens);
      await gpuCase.run(tokens, (record) =>
        record.norm(out, gpuCase.activation(x, tokens, dim), gpuCase.buffer(gain), 1e-5, { lastOnly }),
      );
      const expected = rowsOf(x, dim).map((row) => rmsNorm(row, Float64Array.from(gain), 1e-5));
      const wanted = (lastOnly ? expected.slice(-1) : expected).flatMap((row) => [...row]);
      worst.add(
        relativeError(await gpuCase.readActivation(out, lastOnly ? 1 : tokens), wanted),
        `${tokens}x${dim} ${lastOnly}`,
      );
    }
  }
  return { ...worst, limit };
}

async function rope(context: CheckContext) {
  const worst = new Worst();
  for (const [tokens, heads, headDim, position] of [
    [1, 1, 2, 0],
    [1, 3, 6, 511],
    [9, 5, 10, 100],
    [33, 2, 128, 4000],
  ]) {
    using gpuCase = await openCase(context);
    const config = { headDim, ropeTheta: 10_000, ropeScaling: { kind: "none" } as const };
    const x = randomVector(tokens * heads * headDim, position + 1);
    const values = gpuCase.activation(x, tokens, heads * headDim);
    const table = gpuCase.buffer(
      ropeRows(config as never, 0, position + tokens, (p) => p + 1) as Float32Array<ArrayBuffer>,
    );
    gpuCase.setStep(position, tokens);
    await gpuCase.run(tokens, (record) => record.rope(values, table, heads, headDim));
    const expected = applyRope(
      Float64Array.from(x),
      ropeTable(config, position, tokens, position + tokens),
      heads,
      headDim,
    );
    worst.add(
      relativeError(await gpuCase.readActivation(values, tokens), expected),
      `${tokens} x ${heads} x ${headDim} at ${position}`,
    );
  }
  return { ...worst, limit };
}

/** [tokens, heads, kvHeads, headDim, position]: writes the cache in two batches, then attends. */
const attentionCases = [
  [1, 1, 1, 2, 0],
  [1, 4, 2, 8, 63],
  [1, 8, 1, 64, 130],
  [1, 2, 2, 256, 65],
  [5, 6, 3, 10, 60],
  [40, 4, 4, 32, 0],
  [70, 2, 1, 128, 64],
  [3, 3, 1, 6, 200],
];

const attend = (half: boolean) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [tokens, heads, kvHeads, headDim, position] of attentionCases) {
    using gpuCase = await openCase(context);
    const { memory } = gpuCase;
    const length = position + tokens;
    const width = kvHeads * headDim;
    const shape = { heads, kvHeads, headDim, context: length + 3, halfCache: half };
    const [k, v] = [randomVector(length * width, 1, 2), randomVector(length * width, 2, 2)];
    const q = randomVector(tokens * heads * headDim, 3, 2);
    const sizeBytes = shape.context * width * (half ? 2 : 4);
    const cache = { k: memory.storage("k", sizeBytes), v: memory.storage("v", sizeBytes) };
    const write = async (first: number, count: number) => {
      if (count === 0) return;
      const slice = (values: Float32Array) =>
        gpuCase.activation(values.subarray(first * width, (first + count) * width), count, width);
      gpuCase.setStep(first, count);
      await gpuCase.run(count, (record) => record.writeCache(cache, slice(k), slice(v), shape));
    };
    await write(0, position);
    await write(position, tokens);
    const out = gpuCase.activation(new Float32Array(q.length), tokens, heads * headDim);
    await gpuCase.run(tokens, (record) =>
      record.attend(out, gpuCase.activation(q, tokens, heads * headDim), cache, shape),
    );
    const [keys, values] = [k, v].map((rows) => {
      const kept = new Float64Array(rows.length);
      writeKv(kept, Float64Array.from(rows), width, 0, half ? "f16" : "exact");
      return kept;
    });
    const expected = attention(Float64Array.from(q), keys, values, {
      heads,
      kvHeads,
      headDim,
      firstPosition: position,
    });
    worst.add(
      relativeError(await gpuCase.readActivation(out, tokens), expected),
      `${tokens} tokens at ${position}, ${heads}/${kvHeads} heads of ${headDim}`,
    );
  }
  return { ...worst, limit };
};

async function gated(context: CheckContext) {
  const worst = new Worst();
  for (const [tokens, dim] of [
    [1, 1],
    [1, 172],
    [7, 90],
    [33, 257],
  ]) {
    using gpuCase = await openCase(context);
    const gate = randomVector(tokens * dim, dim, 20);
    const up = randomVector(tokens * dim, dim + 1);
    const values = gpuCase.activation(gate, tokens, dim);
    gpuCase.setStep(0, tokens);
    await gpuCase.run(tokens, (record) => record.swiglu(values, gpuCase.activation(up, tokens, dim)));
    worst.add(
      relativeError(
        await gpuCase.readActivation(values, tokens),
        swiglu(Float64Array.from(gate), Float64Array.from(up)),
      ),
      `${tokens}x${dim}`,
    );
  }
  return { ...worst, limit };
}

export const checks: Checks = {
  "RMSNorm, every token and the last only": norm,
  "RoPE at any position": rope,
  "KV write and attention, f32 cache": attend(false),
  "KV write and attention, f16 cache": attend(true),
  SwiGLU: gated,
};
