// Quantized matrices as the engine multiplies by them: streamed in awkward pieces into a weight that may be split, then by
// every variant of the products, gathered inputs included. Errors are relative to the float64 product of the reference's
// weights.

import * as op from "../../src/gpu/operations.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { Check, CheckContext, Checks } from "../harness/check.ts";
import { dequantizeGgml } from "../reference/dequantize-ggml.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { blockMatrix, blockTypes, referenceWeightsOf, type PackedMatrix } from "../support/packed-matrix.ts";
import { madeLayers } from "../support/random-packed.ts";
import { uploadPacked } from "../support/upload-packed.ts";

const limit = 1e-5;
const eps = 1e-5;

type Packed = Pick<PackedMatrix, "matrix" | "parts">;

interface Given {
  packed: Packed;
  values: Float64Array; // [rows, cols]
}

function madeLayer(make: () => PackedMatrix): Given {
  const packed = make();
  const { weights, rounded } = referenceWeightsOf(packed);
  const { rows, cols } = packed.matrix;
  return { packed, values: Float64Array.from(weights, rounded).slice(0, rows * cols) };
}

function madeBlocks(type: (typeof blockTypes)[number]): Given {
  const bytes = madeLayers.ggml(type, 24);
  return { packed: blockMatrix(type, bytes, 12), values: Float64Array.from(dequantizeGgml(type, bytes)) };
}

const vectorVariants: Partial<Variants>[] = [
  { matvec: "plain", lanes: 1 },
  { matvec: "plain", lanes: 16 },
  { matvec: "subgroup", splits: 1 },
  { matvec: "subgroup", splits: 2 },
  { matvec: "tile" },
];

const forms = ["stored", "added", "normed"] as const;
type Form = (typeof forms)[number];

/**
 * What is tried of a case. Where compiling is slow, each variant is tried in one form, the next in turn: what a decode gives
 * does not depend on what becomes of the product.
 */
function triedOf(variants: readonly Partial<Variants>[], turn: number, { fewSizes }: CheckContext) {
  if (!fewSizes) return variants.map((variant) => ({ variant, tried: forms as readonly Form[] }));
  const few = variants.filter(({ lanes, splits }) => variants.length === 1 || (lanes !== 1 && splits !== 1));
  return few.map((variant, place) => ({ variant, tried: [forms[(turn + place) % forms.length]] }));
}

/** One token: stored, added, and with the norm taken on the way. */
const timesVector =
  (given: () => Given, variants: readonly Partial<Variants>[], turn: number): Check =>
  async (context) => {
    const { packed, values } = given();
    const { rows, cols } = packed.matrix;
    const random = randomNumbers(rows + cols);
    const [x, gain, before] = [cols, cols, rows].map((n) =>
      Float64Array.from({ length: n }, () => Math.fround(random())),
    );
    const plain = matmul(x, values, 1, rows);
    const expected: Record<Form, ArrayLike<number>> = {
      stored: plain,
      added: plain.map((value, i) => value + before[i]),
      normed: matmul(rmsNorm(x, gain, eps), values, 1, rows),
    };
    const worst = new Worst();
    for (const [place, { variant, tried }] of triedOf(variants, turn, context).entries()) {
      using gpuCase = await openCase(context, variant);
      if (variant.matvec === "subgroup" && !gpuCase.gpu.features.has("subgroups")) continue;
      const weight = await uploadPacked(gpuCase, packed, { split: place === 0 });
      const input = gpuCase.activation(x, 1, cols);
      const padded = new Float32Array(input.stride);
      padded.set(gain);
      const outputs = tried.map((form) => {
        const output = gpuCase.activation(form === "added" ? before : new Float64Array(rows), 1, rows);
        const normed = form === "normed" && op.norm(input, { gain: gpuCase.buffer(padded), eps });
        const product = op.product(weight, normed || input);
        return { form, output, operation: form === "added" ? op.add(output, product) : op.write(output, product) };
      });
      gpuCase.setStep(0, 1);
      const operations = outputs.map(({ operation }) => operation);
      await gpuCase.run(1, operations);
      for (const { form, output } of outputs) {
        const error = relativeError(await gpuCase.readActivation(output, 1), expected[form]);
        worst.add(error, `${JSON.stringify(variant)}: ${form}`);
      }
    }
    return { ...worst, limit };
  };

/** A batch, by both kernels. */
const batches: Partial<Variants>[] = [{ matmul: "tile" }, { matmul: "rows" }];
/** A step of a few tokens. */
const steps: Partial<Variants>[] = [{ matvec: "tile" }, { matvec: "plain", lanes: 4 }];

const timesMatrix =
  (given: () => Given, turn: number, tokens = 9, variants = batches): Check =>
  async (context: CheckContext) => {
    const { packed, values } = given();
    const { rows, cols } = packed.matrix;
    const random = randomNumbers(rows * cols);
    const x = Float64Array.from({ length: tokens * cols }, () => Math.fround(random()));
    const expected = matmul(x, values, tokens, rows);
    const worst = new Worst();
    const tried = context.fewSizes ? [variants[turn % variants.length]] : variants; // compiled slowly: by turns
    for (const [place, variant] of tried.entries()) {
      using gpuCase = await openCase(context, variant);
      const weight = await uploadPacked(gpuCase, packed, { split: (place + (turn >> 1)) % 2 === 1 });
      const input = gpuCase.activation(x, tokens, cols);
      const output = gpuCase.activation(new Float64Array(tokens * rows), tokens, rows);
      gpuCase.setStep(0, tokens);
      await gpuCase.run(tokens, [op.write(output, op.product(weight, input))], { few: variants === steps });
      const error = relativeError(await gpuCase.readActivation(output, tokens), expected);
      worst.add(error, JSON.stringify(variant));
    }
    return { ...worst, limit };
  };

/** One for each decode, and for each of its peculiarities, in every variant: software adapters compile slowly. */
const telling = [
  "GPTQ 3 bit, a short last group",
  "GPTQ 4 bit, act-order, groups of 16",
  "fp4, blocks of 32, nested",
  "nf4, odd columns, nested, bfloat16",
  "int8, odd columns",
  "EXL2, every width, padded outputs",
  "pack-quantized 6 bit, asymmetric",
  "FP8, blocks",
  "MLC q3f16_1, odd columns",
  "HQQ down 4 bit, bytes of both",
  "AQLM 1x16",
  "NVFP4, compressed-tensors",
  "Q5_1",
  "Q4_K",
  "Q6_K",
  "IQ4_XS",
  "IQ1_M",
  "IQ3_S",
];

/** Rows of codes and GGUF's later types have many names but few decodes: only weights differ, and packed.check.ts tries those. */
const isRepeated = (name: string) =>
  /^(pack|int)-quantized|^(FP8|MXFP|NVFP4|ML[XC]|ONNX|HQQ down|AQLM)/.test(name) && !telling.includes(name);
const layers = Object.entries(madeLayers.all).filter(([name]) => !isRepeated(name));

const someTypes = blockTypes.filter(
  (type) => !/^(IQ[12]|IQ3|TQ|MXFP|NVFP|Q[12]_0)/.test(type) || telling.includes(type),
);

const cases: [string, () => Given][] = [
  ...layers.map(([name, make]): [string, () => Given] => [name, () => madeLayer(make)]),
  ...someTypes.map((type): [string, () => Given] => [type, () => madeBlocks(type)]),
];

/** Where x is gathered, and where a decode has several scales. */
const byFew = ["GPTQ 4 bit, act-order, groups of 16", "Q4_K"];

export const checks: Checks = Object.fromEntries(
  cases.flatMap(([name, given], turn): [string, Check][] => [
    ...(telling.includes(name)
      ? ([
          [`${name}, times a vector, every variant`, timesVector(given, vectorVariants, turn)],
          [`${name}, times nine`, timesMatrix(given, turn)],
        ] as [string, Check][])
      : ([[`${name}, times a vector`, timesVector(given, vectorVariants.slice(0, 1), turn)]] as [string, Check][])),
    ...(byFew.includes(name)
      ? ([[`${name}, times three of a step`, timesMatrix(given, turn, 3, steps)]] as [string, Check][])
      : []),
  ]),
);
