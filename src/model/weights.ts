// The model's weights on the GPU: a place for every tensor, allocated before the first byte and filled as bytes arrive.
// Norm gains are vectors in f32; everything else is a matrix in the encoding it is stored in.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import { tensorRole, type LayerRole } from "../format/tensor-roles.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import type { Uploader } from "../gpu/upload.ts";
import { allocateWeight, type Weight } from "../gpu/weight.ts";
import { bfloatsToFloats, halvesToFloats } from "../quant/half.ts";
import type { StoredTensor, WeightSink } from "../quant/layout.ts";

type NormRole = Extract<LayerRole, `${string}Norm`>;
export type LayerWeights = Record<Exclude<LayerRole, NormRole>, Weight> & Record<NormRole, GPUBuffer>;

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

/** Allocates every tensor; the tensors must be complete (format/ has checked that). */
export function allocateWeights(gpu: Gpu, memory: GpuMemory, config: ModelConfig, tensors: readonly StoredTensor[]) {
  const matrices = new Map<string, Weight>();
  const vectors = new Map<string, NormVector>();
  const layers = Array.from({ length: config.layers }, () => ({}) as LayerWeights);
  const whole: Partial<ModelWeights> = { layers };
  for (const tensor of tensors) {
    const place = tensorRole(tensor.name);
    if (!place) continue;
    let value: Weight | GPUBuffer;
    if (place.role.endsWith("Norm")) {
      value = memory.storage(tensor.name, tensor.cols * 4);
      vectors.set(tensor.name, { buffer: value, bytes: new Uint8Array(tensor.end - tensor.start) });
    } else {
      value = allocateWeight(memory, tensor, gpu.maxBindingBytes);
      matrices.set(tensor.name, value);
    }
    Object.assign(place.layer === undefined ? whole : layers[place.layer], { [place.role]: value });
  }
  whole.head ??= whole.embedding;
  return { weights: whole as ModelWeights, matrices, vectors };
}

/** The sink a loader writes into. Errors: PronkError `format` for a tensor that the model has no place for. */
export function createWeightSink(
  gpu: Gpu,
  uploader: Uploader,
  { matrices, vectors }: Pick<ReturnType<typeof allocateWeights>, "matrices" | "vectors">,
): WeightSink {
  return {
    async write(tensor, offset, bytes) {
      const matrix = matrices.get(tensor.name);
      if (matrix) return uploader.write(matrix, offset, bytes);
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
