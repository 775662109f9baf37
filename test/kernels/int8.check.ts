// Products of bytes: exact where the activations are exact in bytes, within a bound of their own where they are rounded, in
// both encodings that use bytes, whole and split below a small binding limit; and the gate that finds an adapter's error.

import { Kernels } from "../../src/gpu/kernel.ts";
import { int8Error, mostInt8Error } from "../../src/gpu/int8-gate.ts";
import * as op from "../../src/gpu/operations.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { Check, CheckContext, Checks } from "../harness/check.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { decodeStored } from "../reference/stored.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { eps, gainBuffer } from "../support/layer-case.ts";
import { randomStored } from "../support/random-stored.ts";

type Encoding = "q4" | "q8";

/** [rows, cols, tokens] */
const shapes = [
  [1, 1, 2],
  [7, 13, 3],
  [33, 172, 64],
  [65, 1000, 67],
  [331, 96, 130],
];

/** Whole numbers times a power of two, each group of 32 with a largest of 127: rounding to bytes changes nothing. */
function exactInBytes(tokens: number, cols: number): Float32Array {
  const random = randomNumbers(cols);
  return Float32Array.from({ length: tokens * cols }, (_, i) => {
    const column = i % cols;
    const size = 2 ** ((column >> 5) % 5);
    return (column % 32 === 0 ? 127 : Math.round(random() * 127)) / size;
  });
}

function anyNumbers(tokens: number, cols: number): Float32Array {
  const random = randomNumbers(cols);
  return Float32Array.from({ length: tokens * cols }, () => random());
}

const product = (encoding: Encoding, make: typeof anyNumbers, limit: number) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [i, [rows, cols, tokens]] of shapes.entries()) {
    using gpuCase = await openCase(context, { int8: true });
    const stored = randomStored(encoding, rows, cols, rows * 31 + cols);
    const x = make(tokens, cols);
    const add = i % 2 === 1;
    const start = anyNumbers(tokens, rows);
    const part = add ? plainFormat(encoding, cols).codeWords * 4 * 40 : undefined;
    const weight = await gpuCase.weight(encoding, stored, rows, cols, part);
    const output = gpuCase.activation(add ? start : new Float32Array(tokens * rows), tokens, rows);
    gpuCase.setStep(0, tokens);
    const input = gpuCase.activation(x, tokens, cols);
    await gpuCase.run(tokens, [(add ? op.add : op.write)(output, op.product(weight, input))]);
    const expected = matmul(Float64Array.from(x), decodeStored(encoding, stored, rows, cols), tokens, rows);
    if (add) for (let at = 0; at < expected.length; at++) expected[at] += start[at];
    worst.add(
      relativeError(await gpuCase.readActivation(output, tokens), expected),
      `${rows}x${cols}, ${tokens} tokens`,
    );
  }
  return { error: worst.error, limit, note: worst.note };
};

/** One token's vector in two bytes a number: stored, added to a residual stream, and normed on the way. */
const vector =
  (encoding: Encoding): Check =>
  async (context: CheckContext) => {
    const worst = new Worst();
    for (const [rows, cols] of [
      [1, 1],
      [7, 13],
      [33, 172],
      [65, 1000],
      [35, 2085],
    ]) {
      using gpuCase = await openCase(context, { matvec: "bytes" });
      const stored = randomStored(encoding, rows, cols, rows * 31 + cols);
      const values = decodeStored(encoding, stored, rows, cols);
      const part = plainFormat(encoding, cols).codeWords * 4 * 20;
      const weight = await gpuCase.weight(encoding, stored, rows, cols, part);
      const [x, gain, start] = [anyNumbers(1, cols), anyNumbers(1, cols), anyNumbers(1, rows)];
      const input = gpuCase.activation(x, 1, cols);
      const [plain, added, normed] = [new Float32Array(rows), start, new Float32Array(rows)].map((values) =>
        gpuCase.activation(values, 1, rows),
      );
      const norm = { gain: gainBuffer(gpuCase, gain), eps };
      gpuCase.setStep(0, 1);
      await gpuCase.run(1, [
        op.write(plain, op.product(weight, input)),
        op.add(added, op.product(weight, input)),
        op.write(normed, op.product(weight, op.norm(input, norm))),
      ]);
      const product = matmul(Float64Array.from(x), values, 1, rows);
      const sum = product.map((value, i) => value + start[i]);
      const ofNormed = matmul(rmsNorm(Float64Array.from(x), Float64Array.from(gain), eps), values, 1, rows);
      for (const [name, output, expected] of [
        ["stored", plain, product],
        ["added", added, sum],
        ["normed", normed, ofNormed],
      ] as const)
        worst.add(relativeError(await gpuCase.readActivation(output, 1), expected), `${rows}x${cols} ${name}`);
    }
    return { ...worst, limit: 5e-5 };
  };

const gate = (encoding: Encoding) => async (context: CheckContext) => {
  using gpuCase = await openCase(context);
  const error = await int8Error(gpuCase.gpu, new Kernels(gpuCase.gpu), { decode: encoding });
  return {
    error: error > 0 ? error : Infinity,
    limit: mostInt8Error,
    note: "none at all would mean nothing was rounded",
  };
};

export const checks: Checks = {
  "q4 in bytes, exact activations": product("q4", exactInBytes, 1e-5),
  "q8 in bytes, exact activations": product("q8", exactInBytes, 1e-5),
  "q4 in bytes, rounded activations": product("q4", anyNumbers, 2e-2),
  "q8 in bytes, rounded activations": product("q8", anyNumbers, 2e-2),
  "q4 matrix times vector in two bytes": vector("q4"),
  "q8 matrix times vector in two bytes": vector("q8"),
  "q4 in bytes, the gate": gate("q4"),
  "q8 in bytes, the gate": gate("q8"),
};
