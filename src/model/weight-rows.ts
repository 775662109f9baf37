// Rows of a matrix as the GPU multiplies by them, whatever format they stand in: the kernel that looks up embeddings decodes any
// weight. Loaded on demand.

import type { TensorRole } from "../format/tensor-roles.ts";
import { placedRow } from "../gpu/row-place.ts";
import { GpuMemory } from "../gpu/memory.ts";
import { type DispatchRequest, makePlan } from "../gpu/plan.ts";
import { createGathering } from "../gpu/readback.ts";
import { stepBytes, stepRecord } from "../gpu/step-record.ts";
import { type Weight, type WeightPart, weightUse } from "../gpu/weight.ts";
import type { Model } from "./model.ts";

const bytesAtOnce = 16 * 2 ** 20;

/**
 * `rows` of the matrix with this role, by Hugging Face's numbers: [rows.length][cols], inputs in the model's order. Errors: those
 * of a lost or full GPU. Nothing else may use the machine meanwhile.
 */
export function weightRows(model: Model, matrix: TensorRole, rows: readonly number[]): Promise<Float32Array[]> {
  return readRows(model, placed(model, matrix), rows);
}

interface Placed {
  weight: Weight;
  /** The weight's row for one of the tensor's. */
  rowOf(row: number): number;
}

function placed({ weights, config }: Model, { layer, role }: TensorRole): Placed {
  if (layer === undefined) return { weight: role === "head" ? weights.head : weights.embedding, rowOf: (row) => row };
  const { qkv, output, gateUp, down } = weights.layers[layer];
  const weight = [qkv, output, gateUp, down].find(({ roles }) => roles.has(role))!;
  const { place } = weight.roles.get(role)!;
  // Rows of q and k stand in pairs, also where the file has them so.
  const own = role === "q" || role === "k" ? { ...place, half: config.headDim / 2 } : place;
  return { weight, rowOf: (row) => placedRow(own, row) };
}

async function readRows(model: Model, { weight, rowOf }: Placed, rows: readonly number[]): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (const part of weight.parts) {
    const inPart = rows.flatMap((row, i) => {
      const at = rowOf(row);
      return at >= part.rowStart && at < part.rowStart + part.rows ? { i, at } : [];
    });
    const most = Math.max(1, Math.floor(bytesAtOnce / (128 * part.format.rowChunks)));
    for (let from = 0; from < inPart.length; from += most) {
      const some = inPart.slice(from, from + most);
      const read = await readPart(
        model,
        part,
        Uint32Array.from(some, ({ at }) => at),
      );
      for (const [place, { i }] of some.entries()) found[i] = read[place].slice(0, weight.cols);
    }
  }
  return found;
}

/** `rows` by the weight's numbers. */
async function readPart(
  { gpu, kernels }: Model,
  part: WeightPart,
  rows: Uint32Array<ArrayBuffer>,
): Promise<Float32Array[]> {
  const { rowChunks } = part.format;
  const stride = 32 * rowChunks;
  const memory = new GpuMemory(gpu);
  const { device } = gpu;
  try {
    const { tokens, out, step, gathered } = await memory.checked("rows to read", () => ({
      tokens: memory.storage("rows to read", rows.byteLength),
      out: memory.storage("rows read", 4 * rows.length * stride),
      step: memory.storage("step of rows to read", stepBytes, GPUBufferUsage.UNIFORM),
      gathered: createGathering(gpu, memory, "rows gathered", 4 * (rows.length + 1) * stride),
    }));
    device.queue.writeBuffer(tokens, 0, rows);
    device.queue.writeBuffer(step, 0, stepRecord({ position: 0, firstPage: 0 }, rows.length));
    const request: DispatchRequest = {
      kernel: "embed",
      weight: weightUse(part, gpu.features),
      buffers: { tokens, out, step },
      groups: Math.ceil(rowChunks / 64),
      groupsForTokens: (count) => count,
    };
    const plan = await makePlan(gpu, kernels, [request]);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass, { position: 0, tokens: rows.length });
    pass.end();
    gathered.begin();
    if (part.order) gathered.copy(encoder, part.order, 4 * stride);
    gathered.copy(encoder, out, 4 * rows.length * stride);
    device.queue.submit([encoder.finish()]);
    const words = await gathered.read();
    gpu.check();
    const order = part.order && words.subarray(0, stride);
    const values = new Float32Array(words.buffer, order ? 4 * stride : 0);
    return Array.from(rows, (_, i) => inOrder(values.subarray(i * stride, (i + 1) * stride), order));
  } finally {
    memory.dispose();
  }
}

/** A row whose slot s is input `order[s]`. */
function inOrder(row: Float32Array, order: Uint32Array | undefined): Float32Array {
  if (!order) return row;
  const sorted = new Float32Array(row.length);
  for (const [slot, input] of order.entries()) sorted[input] = row[slot];
  return sorted;
}
