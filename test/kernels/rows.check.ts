// Rows that a first load looks at: made here as repack and quantizer make them, at odd sizes and in every format; and a repack
// or a quantizer that makes others is named. The error is the number of cases that went wrong.

import type { Gpu } from "../../src/gpu/device.ts";
import { Kernels } from "../../src/gpu/kernel.ts";
import type { Written } from "../../src/gpu/memory.ts";
import { Repacker } from "../../src/gpu/repacker.ts";
import { pairedRows, type RowPlace } from "../../src/gpu/row-place.ts";
import { GpuRowQuantizer } from "../../src/gpu/row-quantizer.ts";
import { RowSamples } from "../../src/gpu/row-samples.ts";
import { checkWritten } from "../../src/gpu/sum-buffers.ts";
import { Uploader } from "../../src/gpu/upload.ts";
import { allocateWeight } from "../../src/gpu/weight.ts";
import { ggmlTraits } from "../../src/format/ggml-types.ts";
import { storedRowBytes, type Encoding } from "../../src/quant/layout.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { openCase, type Case } from "../support/gpu-case.ts";
import { blockMatrix, blockTypes, type PackedMatrix } from "../support/packed-matrix.ts";
import { madeLayers } from "../support/random-packed.ts";
import { randomStored } from "../support/random-stored.ts";
import { uploadPacked } from "../support/upload-packed.ts";

type Sampled = (gpuCase: Pick<Case, "gpu" | "memory" | "kernels">) => Promise<Written[]>;

/** In the second part of a weight, in pairs where there is an even number of rows; in eights half of these stay in order. */
const placeOf = (rows: number): RowPlace => ({
  base: 5,
  half: rows % 8 === 0 ? pairedRows(rows / 8, rows / 4) : rows % 4 === 0 ? rows / 4 : 0,
});

const packed =
  (made: Pick<PackedMatrix, "matrix" | "parts">): Sampled =>
  async (gpuCase) => {
    const samples = new RowSamples();
    const place = placeOf(made.matrix.rows);
    await uploadPacked(gpuCase, made, { split: true, place, samples });
    return samples.written;
  };

const plain =
  (encoding: Encoding, rows: number, cols: number): Sampled =>
  async ({ gpu, memory, kernels }) => {
    const samples = new RowSamples();
    const format = plainFormat(encoding, cols);
    const segments = [{ format, rows: 5 + rows }];
    const weight = allocateWeight(memory, { name: "plain", cols, segments }, 16 * format.codeWords);
    const repacker = new Repacker(gpu, memory, kernels);
    repacker.sumAll(); // else what needs no repack is written in place
    const uploader = new Uploader(repacker);
    const target = { weight, cols, encoding, place: placeOf(rows) };
    const stored = randomStored(encoding, rows, cols, rows);
    for (let at = 0; at < stored.length; at += 1001) {
      const bytes = stored.slice(at, at + 1001);
      samples.stored(target, at, bytes);
      await uploader.write(target, at, bytes);
    }
    return samples.written;
  };

/** Two halves of a matrix's columns, as Meta's files have them. */
const panels: Sampled = async ({ gpu, memory, kernels }) => {
  const samples = new RowSamples();
  const [rows, cols] = [7, 64];
  const segments = [{ format: plainFormat("q8", 2 * cols), rows }];
  const weight = allocateWeight(memory, { name: "panels", cols: 2 * cols, segments }, gpu.maxBindingBytes);
  const uploader = new Uploader(new Repacker(gpu, memory, kernels));
  for (const firstCol of [0, cols]) {
    const panel = { firstRow: 0, firstCol, rows, cols: 2 * cols };
    const target = { weight, cols, encoding: "q8", place: { base: 0, half: 0 }, panel } as const;
    const stored = randomStored("q8", rows, cols, firstCol);
    samples.stored(target, 0, stored);
    await uploader.write(target, 0, stored);
  }
  return samples.written;
};

const blocks = blockTypes.map((type): [string, Sampled] => {
  const [rows, perRow] = [12, ggmlTraits[type].weights === 32 ? 5 : 3];
  return [type, packed(blockMatrix(type, madeLayers.ggml(type, rows * perRow), rows))];
});
const layers = Object.entries(madeLayers.all).map(([name, make]): [string, Sampled] => [name, packed(make())]);
const shapes = [[1, 1], [7, 33], [130, 90], [40, 64]]; // prettier-ignore
const stored = (["f32", "f16", "bf16", "q8", "q4"] as const).flatMap((encoding) =>
  shapes.map(([rows, cols]): [string, Sampled] => [`${encoding} ${rows} x ${cols}`, plain(encoding, rows, cols)]),
);

/** All are as they must be; and each is named if a word of it is not, the first or the last. */
const told = (cases: readonly [string, Sampled][]) => async (context: CheckContext) => {
  const wrong: string[] = [];
  for (const [name, sampled] of cases) {
    using gpuCase = await openCase(context);
    const { gpu, kernels } = gpuCase;
    const written = await sampled(gpuCase);
    const named = () => checkWritten(gpu, kernels, written, []).then(() => "", (error: Error) => error.message); // prettier-ignore
    const found = written.length === 0 ? "no row was taken" : await named();
    if (found !== "") wrong.push(`${name}: ${found}`);
    const { buffer, offset, sizeBytes, what } = written[Math.floor(written.length / 2)];
    const last = written.length % 2 === 0 ? 0 : sizeBytes - 4;
    gpu.device.queue.writeBuffer(buffer, offset! + last, Uint32Array.of(0x5eed_1e55));
    const after = await named();
    if (!after.includes(what!)) wrong.push(`${name}, spoiled: ${after || "not noticed"}`);
  }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
};

/** Shaders that a driver gets wrong: a sign, a bit, a row that goes elsewhere. */
const spoils: [label: string, from: string, to: string, Sampled][] = [
  ["repack_rows", "repacked[to + word] = word_at", "repacked[to + word] = 1u ^ word_at", stored[9][1]],
  ["copy_rows", "row * piece.row_units + unit", "(row ^ 1u) * piece.row_units + unit", stored[3][1]],
  ["repack_blocks", "(j >> 4u) * 4u", "(j >> 3u) * 4u", blocks[0][1]],
  ["repack_blocks", "(byte_at(at + sub) >> 6u)", "(byte_at(at + sub) >> 7u)", blocks[7][1]],
  ["repack_grids", "sub + 1u)", "sub)", blocks[blockTypes.indexOf("IQ3_S")][1]],
  ["repack_streams", "col * bits", "(col ^ 1u) * bits", packed(madeLayers.all["MLX 5 bit"]())],
  [
    "repack_streams",
    "col = order[slot]",
    "col = order[slot ^ 1u]",
    packed(madeLayers.all["pack-quantized 4 bit, act-order"]()),
  ],
  [
    "repack_turned",
    "(unit * 8u + j) * piece.rows",
    "(unit * 8u + (j ^ 1u)) * piece.rows",
    packed(madeLayers.all["ONNX inputs as rows, f16"]()),
  ],
  ["repack_columns", "j * bits", "(j ^ 1u) * bits", layers[2][1]],
  ["repack_columns", "(j & 6u) * 2u", "(j & 6u) * 4u", packed(madeLayers.all["Marlin of GPTQ, one group"]())],
  [
    "repack_streams",
    "(col & 6u) * 2u + (col & 1u) * 2u",
    "(col & 6u) * 2u + (col & 1u)",
    packed(madeLayers.all["EETQ"]()),
  ],
  [
    "repack_streams",
    "((col >> 5u) & 3u)",
    "((col >> 6u) & 3u)",
    packed(madeLayers.all["torchao int4 in tiles, padded"]()),
  ],
  ["repack_streams", "(row & 3u) * 16u", "(row & 1u) * 16u", packed(madeLayers.all["AWQ gemv_fast, groups of 64"]())],
  ["repack_columns", "slot = slots[slot]", "slot = slots[slot ^ 1u]", layers[1][1]],
];

async function spoiled(context: CheckContext) {
  const wrong: string[] = [];
  for (const [label, from, to, sampled] of spoils) {
    using gpuCase = await openCase(context);
    const { memory } = gpuCase;
    const gpu = spoiledGpu(gpuCase.gpu, label, from, to);
    const kernels = new Kernels(gpu); // with nothing compiled yet
    const written = await sampled({ gpu, memory, kernels });
    const named = await checkWritten(gpu, kernels, written, []).then(() => "", (error: Error) => error.message); // prettier-ignore
    if (!/^The GPU has something else .*, row \d+\)/.test(named))
      wrong.push(`${label}, ${to}: ${named || "unnoticed"}`);
  }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

/** A Gpu whose device compiles the shader of that label from other text. Other checks use the device meanwhile. */
function spoiledGpu(gpu: Gpu, label: string, from: string, to: string): Gpu {
  const createShaderModule = ({ label: name, code }: GPUShaderModuleDescriptor) => {
    if (name === label && !code.includes(from)) throw new Error(`${label} has no "${from}"`);
    return gpu.device.createShaderModule({ label: name, code: name === label ? code.replaceAll(from, to) : code });
  };
  const get = (device: GPUDevice, name: string): unknown => {
    const own: unknown = Reflect.get(device, name, device);
    if (name === "createShaderModule") return createShaderModule;
    return typeof own === "function" ? own.bind(device) : own;
  };
  return Object.create(gpu, { device: { value: new Proxy(gpu.device, { get } as ProxyHandler<GPUDevice>) } });
}

async function quantizer(context: CheckContext) {
  const wrong: string[] = [];
  const cols = 100;
  for (const [encoding, from, to] of [
    ["q8", "vec4u(255u)", "vec4u(127u)"],
    ["q4", "(lo + 8u)", "(lo + 9u)"],
  ] as const) {
    using gpuCase = await openCase(context);
    using rows = new GpuRowQuantizer(spoiledGpu(gpuCase.gpu, "quantize_groups", from, to));
    const bytes = randomStored("f32", 9, cols, 3);
    const target = new Uint8Array(9 * storedRowBytes(encoding, cols));
    const named = await rows
      .quantize({ name: "spoiled", dtype: "f32", encoding, cols, bytes }, target)
      .then(() => "", (error: Error) => error.message); // prettier-ignore
    if (!named.includes("quantized rows of spoiled")) wrong.push(`${encoding}: ${named || "unnoticed"}`);
  }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

export const checks: Checks = {
  "tensors as stored, q8 and q4": told([...stored, ["panels", panels]]),
  "GGUF's blocks": told(blocks),
  "GPTQ, AWQ, bitsandbytes, EXL2, compressed-tensors, FP8, MLX": told(layers),
  "repacks that are wrong are named": spoiled,
  "a quantizer that is wrong is named": quantizer,
};
