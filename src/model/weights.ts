// The model's weights on the GPU: a place for every tensor, allocated before the first byte and filled as bytes arrive.
// Norm gains are vectors in f32; everything else is a matrix in the encoding it is stored in. Matrices that multiply the
// same input become one weight: q, k and v; gate and up. Their rows are put in pairs that later steps want together.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import { tensorRole, type LayerRole } from "../format/tensor-roles.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { strideOf } from "../gpu/operations.ts";
import type { Uploader, UploadTarget } from "../gpu/upload.ts";
import { allocateWeight, type RowPlace, type Weight } from "../gpu/weight.ts";
import { bfloatsToFloats, halvesToFloats } from "../quant/half.ts";
import type { Encoding, StoredTensor, WeightSink } from "../quant/layout.ts";

type NormRole = Extract<LayerRole, `${string}Norm`>;
type MatrixRole = Exclude<LayerRole, NormRole>;

export interface LayerWeights extends Record<NormRole, GPUBuffer> {
  qkv: Weight; // [(heads + 2 kvHeads) * headDim, dim]; rows of q and k paired as rope turns them
  output: Weight; // [dim, heads * headDim]
  gateUp: Weight; // [2 * hiddenDim, dim]; row i of gate and of up are neighbours, if both have one encoding
  down: Weight; // [dim, hiddenDim]
}

export interface ModelWeights {
  embedding: Weight; // [vocabSize, dim]
  layers: LayerWeights[];
  finalNorm: GPUBuffer; // [dim]
  head: Weight; // [vocabSize, dim]; the embedding itself when tied
}

interface NormVector {
  buffer: GPUBuffer;
  bytes: Uint8Array; // collects until whole: a vector is a few KiB
}

/** Tensors that become one weight, in the order of its rows. */
const groups: Record<"qkv" | "output" | "gateUp" | "down", MatrixRole[]> = {
  qkv: ["q", "k", "v"],
  output: ["output"],
  gateUp: ["gate", "up"],
  down: ["down"],
};

/** What a layer's weights are made of, from the tensors' encodings. Shared with plan-memory.ts. */
export function layerGroups(config: ModelConfig, encodingOf: (role: MatrixRole) => Encoding) {
  const { heads, kvHeads, headDim, dim, hiddenDim } = config;
  const rows: Record<MatrixRole, number> = {
    q: heads * headDim,
    k: kvHeads * headDim,
    v: kvHeads * headDim,
    output: dim,
    gate: hiddenDim,
    up: hiddenDim,
    down: dim,
  };
  return Object.entries(groups).map(([name, roles]) => {
    const paired = name === "qkv" || (name === "gateUp" && encodingOf("gate") === encodingOf("up"));
    let base = 0;
    const places = new Map<MatrixRole, RowPlace>();
    for (const role of roles) {
      if (role === "q" || role === "k") places.set(role, { base, half: headDim / 2 });
      else if (name === "gateUp" && paired) places.set(role, { base: Number(role === "up"), half: hiddenDim });
      else places.set(role, { base, half: 0 });
      base += rows[role];
    }
    const segments = roles.map((role) => ({ encoding: encodingOf(role), rows: rows[role] }));
    const cols = name === "output" ? heads * headDim : name === "down" ? hiddenDim : dim;
    return { name: name as keyof typeof groups, roles, cols, segments, paired, places };
  });
}

/** Allocates every tensor; the tensors must be complete (format/ has checked that). */
export function allocateWeights(gpu: Gpu, memory: GpuMemory, config: ModelConfig, tensors: readonly StoredTensor[]) {
  const targets = new Map<string, UploadTarget>();
  const vectors = new Map<string, NormVector>();
  const whole: Partial<ModelWeights> = {};
  const byLayer = Array.from({ length: config.layers }, () => new Map<LayerRole, StoredTensor>());
  const norm = (tensor: StoredTensor) => {
    const buffer = memory.storage(tensor.name, strideOf(tensor.cols) * 4);
    vectors.set(tensor.name, { buffer, bytes: new Uint8Array(tensor.end - tensor.start) });
    return buffer;
  };
  for (const tensor of tensors) {
    const place = tensorRole(tensor.name);
    if (!place) continue;
    if (place.layer !== undefined) byLayer[place.layer].set(place.role as LayerRole, tensor);
    else if (place.role === "finalNorm") whole.finalNorm = norm(tensor);
    else {
      const { name, encoding, rows, cols } = tensor;
      const weight = allocateWeight(memory, { name, cols, segments: [{ encoding, rows }] }, gpu.maxBindingBytes);
      targets.set(name, { weight, encoding, place: { base: 0, half: 0 } });
      Object.assign(whole, { [place.role]: weight });
    }
  }
  const layers = byLayer.map((roles, i) => {
    const layer: Partial<LayerWeights> = {
      attentionNorm: norm(roles.get("attentionNorm")!),
      ffnNorm: norm(roles.get("ffnNorm")!),
    };
    for (const { name, cols, segments, paired, places } of layerGroups(config, (role) => roles.get(role)!.encoding)) {
      const request = { name: `layer ${i} ${name}`, cols, segments, paired };
      const weight = (layer[name] = allocateWeight(memory, request, gpu.maxBindingBytes));
      for (const [role, place] of places) {
        const { name: tensorName, encoding } = roles.get(role)!;
        targets.set(tensorName, { weight, place, encoding });
      }
    }
    return layer as LayerWeights;
  });
  whole.head ??= whole.embedding;
  return { weights: { ...whole, layers } as ModelWeights, targets, vectors };
}

/** The sink a loader writes into. Errors: PronkError `format` for a tensor that the model has no place for. */
export function createWeightSink(
  gpu: Gpu,
  uploader: Uploader,
  { targets, vectors }: Pick<ReturnType<typeof allocateWeights>, "targets" | "vectors">,
): WeightSink {
  return {
    async write(tensor, offset, bytes) {
      const target = targets.get(tensor.name);
      if (target) return uploader.write(target, offset, bytes);
      const vector = vectors.get(tensor.name);
      if (!vector) {
        throw new PronkError("format", `${tensor.file}: tensor ${tensor.name} has no place in the model.`, {
          file: tensor.file,
          field: tensor.name,
        });
      }
      vector.bytes.set(bytes, offset);
      if (offset + bytes.length === vector.bytes.length) {
        gpu.device.queue.writeBuffer(vector.buffer, 0, vectorToFloats(tensor, vector.bytes));
      }
    },
  };
}

function vectorToFloats(tensor: StoredTensor, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(tensor.cols);
  if (tensor.encoding === "f32") new Uint8Array(floats.buffer).set(bytes);
  else {
    const halves = new Uint16Array(bytes.slice().buffer);
    (tensor.encoding === "bf16" ? bfloatsToFloats : halvesToFloats)(halves, floats, tensor.cols);
  }
  return floats;
}
