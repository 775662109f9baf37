// Products of bytes: exact where the activations are exact in bytes, within a bound of their own where they are rounded, in
// both encodings that have bytes, whole and split below a small binding limit; and the gate that finds an adapter's error.

import { Kernels } from "../../src/gpu/kernel.ts";
import { int8Error, mostInt8Error } from "../../src/gpu/int8-gate.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
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
    await gpuCase.run(tokens, (record) => record.linear(output, weight, input, { add }));
    const expected = matmul(Float64Array.from(x), decodeStored(encoding, stored, rows, cols), tokens, rows);
    if (add) for (let at = 0; at < expected.length; at++) expected[at] += start[at];
    worst.add(
      relativeError(await gpuCase.readActivation(output, tokens), expected),
      `${rows}x${cols}, ${tokens} tokens`,
    );
  }
  return { error: worst.error, limit, note: worst.note };
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
  "q4 in bytes, the gate": gate("q4"),
  "q8 in bytes, the gate": gate("q8"),
};
