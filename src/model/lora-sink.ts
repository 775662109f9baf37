// A LoRA beside a model's weights on the GPU: takes its tensors as they arrive and gives the weights as changed by it, for
// plans of their own. The model's own weights, already there, stay as they are; what is not changed is shared.

import type { Lora, LoraMatrix } from "../format/lora.ts";
import { PronkError } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import { tensorRole } from "../format/tensor-roles.ts";
import type { TensorInfo } from "../format/tensor.ts";
import {
  allocateLowRank,
  type ChangedBias,
  floatWeight,
  type LowRankMatrix,
  type LowRankRequest,
  rankOf,
  scaleRows,
  sideBySideBytes,
} from "../gpu/low-rank.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Kernels } from "../gpu/kernel.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { strideOf } from "../gpu/operations.ts";
import { packRecord } from "../gpu/record.ts";
import { Repacker } from "../gpu/repacker.ts";
import type { RowPlace } from "../gpu/row-place.ts";
import { shaderRecords } from "../gpu/shader-interfaces.ts";
import { checkWritten } from "../gpu/sum-buffers.ts";
import { Uploader } from "../gpu/upload.ts";
import { allocateWeight, type LowRank, type Weight, type WeightPart } from "../gpu/weight.ts";
import { bfloatsToFloats, halvesToFloats } from "../quant/half.ts";
import type { WeightSink } from "../quant/layout.ts";
import { plainFormat } from "../quant/row-format.ts";
import { createWeightSink } from "./weight-sink.ts";
import type { AllocatedWeights, ModelWeights } from "./weights.ts";

/** What it stands on: model.ts's. */
interface LoraBase {
  gpu: Gpu;
  kernels: Kernels;
  memory: GpuMemory;
  config: ModelConfig;
  weights: ModelWeights;
  batchTokens: number;
}

export interface LoraRequest {
  /** The model that has the weights. */
  model: LoraBase;
  lora: Lora;
  /** What B A is multiplied by, in addition to the adapter's own scale. */
  scale: number;
  /** Whether what was written is compared with what is there. */
  checks: boolean;
}

/** Takes an adapter's tensors, each of which belongs to one part of what is being made. */
export interface LoraSink extends WeightSink {
  /** The weights with the adapter, once all has arrived. Errors: `driver-fault` with `facts.arrived` false; `out-of-memory`. */
  finish(): Promise<ModelWeights>;
}

type Floats = (tensor: TensorInfo) => Float32Array<ArrayBuffer>;

/** What is made once its tensors are here. */
interface Pending {
  tensors: readonly TensorInfo[];
  make(floats: Floats): void;
}

type GroupName = "qkv" | "output" | "gateUp" | "down";
const groupOf = { q: "qkv", k: "qkv", v: "qkv", output: "output", gate: "gateUp", up: "gateUp", down: "down" } as const;

export async function loraSink(request: LoraRequest): Promise<LoraSink> {
  const { model, lora, scale, checks } = request;
  const { gpu, kernels, memory, batchTokens } = model;
  const before = new Set(memory.written.map(({ buffer }) => buffer));
  const weights: ModelWeights = { ...model.weights, layers: model.weights.layers.map((layer) => ({ ...layer })) };
  const pending: Pending[] = [];
  const withLengths: { request: LowRankRequest; lowRank: LowRank }[] = [];
  const whole = await memory.checked("an adapter", () => wholeTensors(request, weights));

  const linear = groups(lora, weights);
  const widest = Math.max(4, ...linear.map(({ matrices }) => rankOf(matrices)), lora.embedding?.rank ?? 0);
  let reduced: GPUBuffer | undefined;
  const reducedBuffer = () => (reduced ??= memory.storage("A x", batchTokens * strideOf(widest) * 4));

  for (const { weight, give, matrices, biases } of linear) {
    const placeOf = (role: string) => placeIn(weight, role, lora.interleaved ? 0 : model.config.headDim / 2);
    const tensors = [
      ...matrices.flatMap(({ a, b, magnitude, bias }) => [a, b, magnitude, bias]),
      ...biases.map(({ tensor }) => tensor),
    ].filter((tensor) => tensor !== undefined);
    pending.push({
      tensors,
      make(floats) {
        const made = matrices.map(({ role, rank, ...matrix }): LowRankMatrix => {
          const length = matrix.magnitude && { magnitude: floats(matrix.magnitude) };
          const numbers = { a: floats(matrix.a), b: floats(matrix.b), scale: scale * matrix.scale };
          return { place: placeOf(role), rows: weight.roles.get(role)!.rows, rank, ...numbers, ...length };
        });
        const ofB = matrices.flatMap(({ role, bias, scale: own }): ChangedBias[] =>
          bias ? [{ place: placeOf(role), values: floats(bias).map((value) => scale * own * value), added: true }] : [],
        );
        const changed = biases.map(({ role, tensor }): ChangedBias => ({
          place: placeOf(role),
          values: floats(tensor),
        }));
        const change = { gpu, memory, weight, matrices: made, biases: [...changed, ...ofB], reduced: reducedBuffer() };
        const lowRank = allocateLowRank(change);
        const lengths = made.flatMap(({ place, magnitude }) => (magnitude ? [{ place, magnitude }] : []));
        // Without A and B, which are on the GPU by now.
        const empty = new Float32Array(0);
        const rest = lengths.map((matrix) => ({ ...matrix, rows: 0, rank: 0, a: empty, b: empty, scale: 0 }));
        if (rest.length > 0) withLengths.push({ request: { ...change, matrices: rest }, lowRank });
        give(lowRank);
      },
    });
  }

  const { embedding } = lora;
  if (embedding) pending.push(embeddingChange(model, embedding, scale, weights, reducedBuffer));
  for (const { of, ids, tensor } of lora.tokens)
    pending.push({
      tensors: [tensor],
      make: (floats) => void (weights[of] = withRows(gpu, memory, weights[of], ids, floats(tensor))),
    });

  const bytes = new Map<string, Uint8Array<ArrayBuffer>>();
  const wanted = new Map<string, TensorInfo>(pending.flatMap(({ tensors }) => tensors).map((one) => [one.name, one]));
  const complete = new Set<string>();
  let left = pending;

  const floats: Floats = ({ name, dtype, shape }) => {
    const count = shape.reduce((product, axis) => product * axis, 1);
    const { buffer } = bytes.get(name)!;
    if (dtype === "f32") return new Float32Array(buffer);
    const numbers = new Float32Array(count);
    (dtype === "bf16" ? bfloatsToFloats : halvesToFloats)(new Uint16Array(buffer), numbers, count);
    return numbers;
  };

  return {
    async write(slice, offset, piece) {
      const tensor = wanted.get(slice.name);
      if (!tensor) return whole!.sink.write(slice, offset, piece);
      let held = bytes.get(tensor.name);
      if (!held || offset === 0) bytes.set(tensor.name, (held = new Uint8Array(tensor.end - tensor.start)));
      held.set(piece, offset);
      if (offset + piece.length < held.length) return;
      complete.add(tensor.name);
      // The table with a tied head's rows is wanted twice, and in the order of `pending`.
      const ready = left.filter(({ tensors }) => tensors.every(({ name }) => complete.has(name)));
      left = left.filter((one) => !ready.includes(one));
      for (const { make, tensors } of ready) {
        await memory.checked("an adapter", () => make(floats));
        const still = new Set(left.flatMap((one) => one.tensors.map(({ name }) => name)));
        for (const { name } of tensors) if (!still.has(name)) bytes.delete(name);
      }
    },

    async finish() {
      if (left.length > 0)
        throw new PronkError("format", "An adapter's tensors did not all arrive.", { field: "adapters" });
      const written = [
        ...memory.written.filter(({ buffer }) => !before.has(buffer)),
        ...(whole?.repacker.summed ?? []),
      ];
      if (checks && written.length > 0) await checkWritten(gpu, kernels, written, []);
      whole?.repacker.dispose();
      for (const one of withLengths) await scaleRows(one.request, one.lowRank, kernels);
      return weights;
    },
  };
}

/** Bytes, at most, that adapters take once more as soon as answers with different ones are computed at once. */
export function mixedBytes(adapters: readonly ModelWeights[]): number {
  const weights = adapters.map(
    ({ head, layers }) =>
    [head, ...layers.flatMap(({ qkv, output, gateUp, down }) => [qkv, output, gateUp, down])], // prettier-ignore
  );
  const bytes = (weights[0] ?? []).map((weight, i) => sideBySideBytes(weight, weights.map((one) => one[i].lowRank))); // prettier-ignore
  return bytes.reduce((sum, one) => sum + one, 0);
}

interface Group {
  weight: Weight;
  give(lowRank: LowRank): void;
  matrices: (LoraMatrix & { role: string })[];
  biases: { role: string; tensor: TensorInfo }[];
}

/** Matrices and biases, grouped by the weight that holds their rows. */
function groups({ linear, biases }: Lora, weights: ModelWeights): Group[] {
  const found = new Map<string, Group>();
  const groupFor = (layer: number | undefined, role: string): Group => {
    const name: GroupName | "head" = role === "head" ? role : groupOf[role as keyof typeof groupOf];
    const key = `${layer} ${name}`;
    let group = found.get(key)!;
    if (!group) {
      // What it has by now: some of its rows may have been replaced.
      const give = (lowRank: LowRank) => {
        if (name === "head") weights.head = { ...weights.head, lowRank };
        else weights.layers[layer!][name] = { ...weights.layers[layer!][name], lowRank };
      };
      // A tied head is the embedding, and its rows have that name.
      const { head } = weights;
      const roles = new Map([["head", { rows: head.rows, place: inOrder }]]);
      const weight = name === "head" ? { ...head, roles } : weights.layers[layer!][name];
      found.set(key, (group = { weight, give, matrices: [], biases: [] }));
    }
    return group;
  };
  for (const matrix of linear) groupFor(matrix.layer, matrix.role).matrices.push(matrix);
  for (const bias of biases) groupFor(bias.layer, bias.role).biases.push(bias);
  return [...found.values()];
}

const inOrder: RowPlace = { base: 0, half: 0 };

/** Where a matrix's rows stand in the weight, which keeps those of q and k in Meta's order whatever the model's files do. */
function placeIn({ roles }: Weight, role: string, half: number): RowPlace {
  const { place } = roles.get(role)!;
  return role === "q" || role === "k" ? { ...place, half } : place;
}

/** The gains, the embedding and the head that an adapter brings whole. */
function wholeTensors({ model: { gpu, memory, kernels }, lora, checks }: LoraRequest, weights: ModelWeights) {
  const targets: AllocatedWeights["targets"] = new Map();
  const vectors: AllocatedWeights["vectors"] = new Map();
  for (const [name, { name: stored, dtype, shape, start, end }] of lora.whole) {
    const { layer, role } = tensorRole(name)!;
    if (shape.length === 1) {
      const values = new Float32Array(strideOf(shape[0]));
      const buffer = memory.storage(name, values.byteLength);
      vectors.set(stored, { buffer, bytes: new Uint8Array(end - start), whole: values, place: inOrder });
      Object.assign(layer === undefined ? weights : weights.layers[layer], { [role]: buffer });
    } else {
      const [rows, cols] = shape;
      const segments = [{ format: plainFormat(dtype, cols), rows }];
      const roles = new Map([[role, { rows, place: inOrder }]]);
      const weight = allocateWeight(memory, { name, cols, segments, roles }, gpu.maxBindingBytes);
      targets.set(stored, { weight, place: inOrder, encoding: dtype, cols });
      Object.assign(weights, { [role]: weight });
    }
  }
  if (targets.size === 0 && vectors.size === 0) return undefined;
  const repacker = new Repacker(gpu, memory, kernels);
  if (checks) repacker.sumAll();
  const allocated = { targets, vectors, packed: new Map() };
  return { sink: createWeightSink({ memory, uploader: new Uploader(repacker), allocated }), repacker };
}

/** scale B A on an embedding: each token's row of A, and B to multiply it by. */
function embeddingChange(
  { gpu, memory, config }: LoraBase,
  { a, b, rank, byToken, scale }: NonNullable<Lora["embedding"]>,
  asked: number,
  weights: ModelWeights,
  reduced: () => GPUBuffer,
): Pending {
  const { vocabSize, dim } = config;
  return {
    tensors: [a, b],
    make(floats) {
      const [down, up] = [floats(a), floats(b)];
      const table = floatWeight(gpu, memory, "embedding A", vocabSize, rank, (write) => {
        for (let id = 0; id < vocabSize; id++)
          write(id, byToken ? down.subarray(id * rank, (id + 1) * rank) : Float32Array.from({ length: rank }, (_, i) => down[i * vocabSize + id])); // prettier-ignore
      });
      const scaled = up.map((value) => asked * scale * value);
      const back = floatWeight(gpu, memory, "embedding B", dim, rank, (write) => {
        for (let row = 0; row < dim; row++) write(row, scaled.subarray(row * rank, (row + 1) * rank));
      });
      const room = { buffer: reduced(), cols: rank, stride: strideOf(rank) };
      weights.embeddingLowRank = { table, reduced: room, up: back };
    },
  };
}

/** The weight with separate parts for some rows: their results come after the whole weight's and replace them. */
function withRows(gpu: Gpu, memory: GpuMemory, weight: Weight, ids: readonly number[], rows: Float32Array): Weight {
  const { cols } = weight;
  const parts: WeightPart[] = [];
  const sorted = [...ids.entries()].toSorted(([, a], [, b]) => a - b);
  for (let from = 0, end = 0; from < sorted.length; from = end) {
    const first = sorted[from][1];
    while (end < sorted.length && sorted[end][1] === first + end - from) end++;
    const run = sorted.slice(from, end);
    const own = floatWeight(gpu, memory, `rows of ${weight.name}`, run.length, cols, (write) => {
      for (const [row, [at]] of run.entries()) write(row, rows.subarray(at * cols, (at + 1) * cols));
    });
    for (const part of own.parts) {
      const rowStart = first + part.rowStart;
      const shape = packRecord(shaderRecords.WeightShape, {
        row_chunks: part.format.rowChunks,
        scale_words: 0,
        row_start: rowStart,
        row_count: part.rows,
        extra: [0, 0, 0, 0],
      });
      parts.push({ ...part, rowStart, shape: memory.uniform(`rows of ${weight.name}, shape`, shape) });
    }
  }
  return { ...weight, parts: [...weight.parts, ...parts] };
}
