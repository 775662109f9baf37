// What must hold for a model whose headers were read, whatever its files say: every byte that will be asked for is there,
// every size can be counted. And what comes next: small parts read, matrices placed, memory summed.

import type { OpenedCheckpoint } from "../../src/format/checkpoint.ts";
import type { ModelConfig } from "../../src/format/model-config.ts";
import type { TensorFiles } from "../../src/format/tensor-files.ts";
import type { QuantizedMatrix } from "../../src/format/quantized.ts";
import { countMemory } from "../../src/model/plan-memory.ts";
import { readEarlyParts } from "../../src/quant/early-parts.ts";
import type { PackedFormat } from "../../src/quant/packed-format.ts";
import { packTensors } from "../../src/quant/packed-tensor.ts";
import type { PartBytes } from "../../src/quant/row-format.ts";
import { lateParts } from "../../src/quant/schemes.ts";
import { demand } from "./reader.ts";

const dtypeBytes = { f32: 4, f16: 2, bf16: 2 };

export function checkConfig(config: ModelConfig): void {
  const { dim, hiddenDim, layers, heads, kvHeads, headDim, vocabSize, contextLength } = config;
  for (const [name, value] of Object.entries({
    dim,
    hiddenDim,
    layers,
    heads,
    kvHeads,
    headDim,
    vocabSize,
    contextLength,
  }))
    demand(Number.isInteger(value) && value > 0 && value <= 2 ** 24, `${name} is ${value}`);
  demand(layers <= 1024 && heads <= 1024 && dim <= 65_536, `${layers} layers, ${heads} heads, ${dim} wide`);
  demand(heads % kvHeads === 0 && headDim % 2 === 0, `${heads} heads of ${headDim}, ${kvHeads} of keys`);
  const { normEps, ropeTheta, ropeScaling, eosIds, bosId = 0, window = 1 } = config;
  demand(
    [normEps, ropeTheta].every((value) => Number.isFinite(value) && value > 0),
    `${normEps}, ${ropeTheta}`,
  );
  if ("factor" in ropeScaling) demand(ropeScaling.factor > 0 && Number.isFinite(ropeScaling.factor), "a factor");
  for (const id of [bosId, ...eosIds]) demand(Number.isInteger(id) && id >= 0, `a token ${id}`);
  demand(window > 0, `a window of ${window}`);
}

/** The memory that a model would take. */
export function checkMemory(config: ModelConfig): void {
  const request = { dtype: "f16", kv: "f16", maxBindingBytes: 2 ** 27, contextLength: 128 } as const;
  const count = countMemory(config, { ...request, quantize: "q4" });
  const { weightBytes, totalBytes, largestBindingBytes } = count;
  for (const bytes of [weightBytes, totalBytes, largestBindingBytes])
    demand(Number.isFinite(bytes) && bytes > 0, `a count of ${bytes} bytes`);
}

export async function checkOpened(source: TensorFiles, opened: OpenedCheckpoint): Promise<void> {
  const { config, tensors, matrices } = opened;
  checkConfig(config);
  const sizes = new Map(source.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const inside = ({ name, file, start, end }: { name: string; file: string; start: number; end: number }) =>
    demand(start >= 0 && start <= end && end <= sizes.get(file)!, `${name} lies at ${start} to ${end} of ${file}`);
  for (const tensor of tensors) {
    inside(tensor);
    const weights = tensor.shape.reduce((product, count) => product * count, 1);
    demand(tensor.end - tensor.start === weights * dtypeBytes[tensor.dtype], `${tensor.name} has another size`);
  }
  for (const { parts } of matrices) for (const part of Object.values(parts)) inside(part);
  for (const { matrix, format } of await packTensors(matrices, await readEarlyParts(source, matrices)))
    await checkMatrix(source, matrix, format);
  checkMemory(config);
}

/** A matrix as its rows will be placed, with the parts that come late. */
async function checkMatrix(source: TensorFiles, matrix: QuantizedMatrix, format: PackedFormat): Promise<void> {
  const { name, rows, cols } = matrix;
  const { codeWords, scaleWords, rowChunks } = format;
  demand(rows > 0 && cols > 0 && rowChunks * 32 >= cols, `${name} is ${rows} x ${cols}, in ${rowChunks} chunks`);
  demand(codeWords > 0 && codeWords % 4 === 0 && scaleWords >= 0, `${name} has ${codeWords} words a row`);
  demand(Object.values(format.extra).every(Number.isFinite), `${name} has ${format.extra}`);
  const late: PartBytes = {};
  for (const [role, { file, start, end }] of lateParts(matrix)) late[role] = await source.read(file, start, end);
  const order = format.order ?? format.lateOrder?.(late);
  demand(order?.every((input) => input < cols) ?? true, `${name} takes an input beyond ${cols}`);
  const table = format.lateHead?.(late);
  demand(table === undefined || table.length === format.head.length, `${name} has ${table?.length} words of tables`);
  const { codes } = matrix.parts;
  format.checkCodes?.(await source.read(codes.file, codes.start, codes.end));
  const scales = format.scaleRows?.(late, 0, rows);
  demand(scales === undefined || scales.length === rows * scaleWords, `${name} has ${scales?.length} words of scales`);
}
