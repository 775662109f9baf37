// Where a loader's bytes go: each slice to the uploader of its kind, norm vectors to their buffers. packed-sink.ts, loaded
// where there are quantized matrices, takes those apart.

import { PronkError } from "../errors.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { placedRow } from "../gpu/row-place.ts";
import type { RowSamples } from "../gpu/row-samples.ts";
import type { Uploader } from "../gpu/upload.ts";
import { bfloatsToFloats, halvesToFloats } from "../quant/half.ts";
import type { StoredSlice, StoredTensor, WeightSink } from "../quant/layout.ts";
import type { WritePart } from "./packed-sink.ts";
import { targetKey, type AllocatedWeights } from "./weights.ts";

export interface SinkRequest {
  memory: GpuMemory;
  uploader: Uploader;
  allocated: Pick<AllocatedWeights, "targets" | "packed" | "vectors">;
  /** For the parts of quantized matrices, where there are some. */
  writePart?: Promise<WritePart>;
  /** Looks at rows of what comes. */
  samples?: Promise<RowSamples>;
}

/** Errors: PronkError `format` for a tensor that the model has no place for; `writePart`'s. */
export function createWeightSink({ memory, uploader, writePart, allocated, samples }: SinkRequest): WeightSink {
  const { targets, packed, vectors } = allocated;
  return {
    async write(slice, offset, bytes) {
      if ("role" in slice) {
        const matrix = packed.get(slice.name);
        if (!matrix || !writePart) throw withoutPlace(slice);
        return (await writePart)(matrix, slice, offset, bytes);
      }
      const target = targets.get(targetKey(slice));
      if (target) {
        (await samples)?.stored(target, offset, bytes);
        return uploader.write(target, offset, bytes);
      }
      const vector = vectors.get(slice.name);
      if (!vector) throw withoutPlace(slice);
      vector.bytes.set(bytes, offset);
      if (offset + bytes.length !== vector.bytes.length) return;
      const { buffer, whole, place, scale = 1, added = 0 } = vector;
      vectorToFloats(slice, vector.bytes).forEach(
        (value, row) => (whole[placedRow(place, row)] = scale * (value + added)),
      );
      memory.write(buffer, whole);
    },
  };
}

function withoutPlace({ file, name }: StoredSlice): PronkError {
  return new PronkError("format", `${file}: tensor ${name} has no place in the model.`, { file, field: name });
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
