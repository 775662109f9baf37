// Every kernel that reads weights, in every encoding, at odd shapes: through the repack shader, whole and split below a
// small binding limit, with and without subgroups and shader-f16, in every variant that an adapter may be given.

import * as op from "../../src/gpu/operations.ts";
import { storedRowBytes, type Encoding } from "../../src/quant/layout.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import { pairedRows, placedRow } from "../../src/gpu/row-place.ts";
import { allocateWeight } from "../../src/gpu/weight.ts";
import type { Check, CheckContext, Checks } from "../harness/check.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";

const encodings: Encoding[] = ["f32", "f16", "bf16", "q8", "q4"];
const shapes = [
  [1, 1],
  [3, 5],
  [7, 13],
  [33, 172],
  [257, 65],
  [65, 1000],
  [331, 96],
  [35, 2085], // three tiles of matvec_tile
];
const limit = 1e-5;
const variants = [[], ["subgroups", "shader-f16"]];

function randomVector(length: number, seed: number): Float32Array {
  const random = randomNumbers(seed);
  return Float32Array.from({ length }, () => random());
}

/** What may multiply by one token's vector, and by many. */
const vectorVariants: Partial<Variants>[] = [
  { matvec: "plain", lanes: 1 },
  { matvec: "plain", lanes: 4 },
  { matvec: "plain", lanes: 16 },
  { matvec: "plain", lanes: 64 },
  { matvec: "subgroup", splits: 1 },
  { matvec: "subgroup", splits: 4 },
  { matvec: "tile" },
];
const batchVariants: Partial<Variants>[] = [
  { matmul: "tile" },
  { matmul: "rows" },
  { matmul: "rows", macsPerDispatch: 1 }, // as many dispatches as possible
];

const linear = (encoding: Encoding, tokens: number, variant: Partial<Variants>) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [rows, cols] of shapes) {
    const stored = randomStored(encoding, rows, cols, rows * 31 + cols);
    const values = decodeStored(encoding, stored, rows, cols);
    const x = randomVector(tokens * cols, cols);
    const start = randomVector(tokens * rows, rows); // what `add` adds to
    const product = matmul(Float64Array.from(x), values, tokens, rows);
    for (const add of [false, true]) {
      using gpuCase = await openCase(context, variant);
      if (variant.matvec === "subgroup" && !gpuCase.gpu.features.has("subgroups"))
        return { error: 0, limit, note: "no subgroups here" };
      // The second time the matrix is split: at most 4 rows to a buffer for the small ones, 40 for the large.
      const part = 4 * plainFormat(encoding, cols).codeWords * (rows > 100 ? 40 : 4);
      const weight = await gpuCase.weight(encoding, stored, rows, cols, add ? part : undefined);
      const input = gpuCase.activation(x, tokens, cols);
      const output = gpuCase.activation(add ? start : new Float32Array(tokens * rows), tokens, rows);
      gpuCase.setStep(0, tokens);
      await gpuCase.run(tokens, [(add ? op.add : op.write)(output, op.product(weight, input))]);
      const expected = add ? product.map((value, i) => value + start[i]) : product;
      const error = relativeError(await gpuCase.readActivation(output, tokens), expected);
      worst.add(error, `${rows}x${cols}${add ? " added, split" : ""}`);
    }
  }
  return { error: worst.error, limit, note: worst.note };
};

const embed = (encoding: Encoding) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [rows, cols] of shapes) {
    const stored = randomStored(encoding, rows, cols, rows + cols);
    const values = decodeStored(encoding, stored, rows, cols);
    const ids = [rows - 1, 0, Math.floor(rows / 2), rows - 1, Math.floor(rows / 3)];
    const expected = ids.flatMap((id) => [...values.slice(id * cols, (id + 1) * cols)]);
    for (const split of [false, true]) {
      using gpuCase = await openCase(context);
      const part = 4 * plainFormat(encoding, cols).codeWords * (rows > 100 ? 40 : 4);
      const weight = await gpuCase.weight(encoding, stored, rows, cols, split ? part : undefined);
      const output = gpuCase.activation(new Float32Array(ids.length * cols), ids.length, cols);
      gpuCase.setStep(0, ids.length);
      const [tokens, scale] = [gpuCase.buffer(new Uint32Array(ids)), split ? 2.5 : undefined];
      await gpuCase.run(ids.length, [op.write(output, op.embed(weight, tokens, scale))]);
      const scaled = expected.map((value) => (scale ?? 1) * value);
      worst.add(
        relativeError(await gpuCase.readActivation(output, ids.length), scaled),
        `${rows}x${cols}${split ? " split, scaled" : ""}`,
      );
    }
  }
  return { error: worst.error, limit, note: worst.note };
};

/** Some columns of stored rows, as they would be stored by themselves. */
function columnsOf(encoding: Encoding, stored: Uint8Array, cols: number, first: number, count: number): Uint8Array {
  const rowBytes = storedRowBytes(encoding, cols);
  const groups = encoding === "q8" || encoding === "q4" ? cols / 32 : 0;
  const group = (rowBytes - 2 * groups) / (cols / 32); // bytes of 32 codes
  const panel: number[] = [];
  for (let row = 0; row < stored.length; row += rowBytes) {
    const codes = row + 2 * groups;
    if (groups > 0) panel.push(...stored.subarray(row + first / 16, row + (first + count) / 16));
    panel.push(...stored.subarray(codes + (first / 32) * group, codes + ((first + count) / 32) * group));
  }
  return Uint8Array.from(panel);
}

/** A matrix that comes in panels of columns or of rows, in any order, beside another's rows: as if it had come whole. */
const panels = (encoding: Encoding) => async (context: CheckContext) => {
  const [rows, cols] = [10, 256];
  const stored = randomStored(encoding, rows, cols, 77);
  const values = decodeStored(encoding, stored, rows, cols);
  const rowBytes = storedRowBytes(encoding, cols);
  const worst = new Worst();
  const places = {
    "in order": { base: 2, half: 0 },
    "in pairs": { base: 0, half: 5 },
    "in pairs, and four in order": { base: 0, half: pairedRows(3, 4) },
  };
  for (const [note, place] of Object.entries(places))
    for (const by of ["columns", "rows"]) {
      using gpuCase = await openCase(context);
      const format = plainFormat(encoding, cols);
      const request = { name: "test weight", cols, segments: [{ format, rows: rows + 2 }] };
      const weight = allocateWeight(gpuCase.memory, request, 4 * format.codeWords * 4);
      const upload = (bytes: Uint8Array, firstRow: number, firstCol: number, width: number) =>
        gpuCase.upload(weight, encoding, bytes, place, { cols: width, panel: { firstRow, firstCol, rows, cols } });
      if (by === "columns")
        for (const [first, count] of [[192, 64], [0, 64], [64, 128]])
          await upload(columnsOf(encoding, stored, cols, first, count), 0, first, count);
      else {
        await upload(stored.subarray(3 * rowBytes), 3, 0, cols);
        await upload(stored.subarray(0, 3 * rowBytes), 0, 0, cols);
      }
      const ids = Array.from({ length: rows }, (_, row) => placedRow(place, row));
      const output = gpuCase.activation(new Float32Array(rows * cols), rows, cols);
      gpuCase.setStep(0, rows);
      await gpuCase.run(rows, [op.write(output, op.embed(weight, gpuCase.buffer(new Uint32Array(ids))))]);
      worst.add(relativeError(await gpuCase.readActivation(output, rows), values), `${by} ${note}`);
    }
  return { error: worst.error, limit, note: worst.note };
}; // prettier-ignore

/** Halves below 2^-14 must not be flushed to zero: as weights and as scales. */
const subnormal = (encoding: "f16" | "q8" | "q4") => async (context: CheckContext) => {
  const [rows, cols] = [5, 64];
  const stored = randomStored(encoding, rows, cols, 9);
  const rowBytes = storedRowBytes(encoding, cols);
  const halves = encoding === "f16" ? cols : cols / 32; // the halves of a row come first
  const view = new DataView(stored.buffer);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < halves; i++)
      view.setUint16(r * rowBytes + 2 * i, 1 + ((r * 131 + i * 37) % 1023) + (i % 2) * 0x8000, true);
  }
  using gpuCase = await openCase(context);
  const weight = await gpuCase.weight(encoding, stored, rows, cols);
  const ids = [0, 1, 2, 3, 4];
  const output = gpuCase.activation(new Float32Array(rows * cols), rows, cols);
  gpuCase.setStep(0, rows);
  await gpuCase.run(rows, [op.write(output, op.embed(weight, gpuCase.buffer(new Uint32Array(ids))))]);
  return {
    error: relativeError(await gpuCase.readActivation(output, rows), decodeStored(encoding, stored, rows, cols)),
    limit,
  };
};

const named = (variant: Partial<Variants>) => Object.values(variant).join(" ");

const cases: [string, Check][] = encodings.flatMap((encoding): [string, Check][] => [
  [`${encoding} embedding rows`, { run: embed(encoding), variants }],
  [`${encoding} rows that come by panels`, panels(encoding)],
  ...vectorVariants.map((variant): [string, Check] => [
    `${encoding} matrix times vector, ${named(variant)}`,
    // Without subgroups, a plain variant is the same shader except for the decode.
    variant.lanes === 1 ? { run: linear(encoding, 1, variant), variants } : linear(encoding, 1, variant),
  ]),
  ...batchVariants.map((variant): [string, Check] => [
    `${encoding} matrix times 67 vectors, ${named(variant)}`,
    variant.macsPerDispatch || encoding !== "f16"
      ? linear(encoding, 67, variant)
      : { run: linear(encoding, 67, variant), variants },
  ]),
]);

export const checks: Checks = {
  ...Object.fromEntries(cases),
  "f16 subnormal weights": { run: subnormal("f16"), variants },
  "q8 subnormal scales": subnormal("q8"),
  "q4 subnormal scales": subnormal("q4"),
};
