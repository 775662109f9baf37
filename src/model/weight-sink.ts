// Where a loader's bytes go: each slice to the uploader of its kind, norm vectors to their buffers. When a load begins
// again (a file changed on its server), so do the matrices that are half taken apart.

import { PronkError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import type { PackedTarget, PackedUploader } from "../gpu/packed-upload.ts";
import { placedRow } from "../gpu/row-place.ts";
import type { RowSamples } from "../gpu/row-samples.ts";
import type { Uploader } from "../gpu/upload.ts";
import { bfloatsToFloats, halvesToFloats } from "../quant/half.ts";
import type { StoredPart, StoredSlice, StoredTensor, WeightSink } from "../quant/layout.ts";
import { MatrixStream } from "../quant/matrix-stream.ts";
import type { PackedTensor } from "../quant/packed-tensor.ts";
import { targetKey, type AllocatedWeights } from "./weights.ts";

export interface SinkRequest {
  gpu: Gpu;
  memory: GpuMemory;
  uploader: Uploader;
  packedUploader: PackedUploader;
  allocated: Pick<AllocatedWeights, "targets" | "packed" | "vectors">;
  /** What is to look at rows of what comes. */
  samples?: Promise<RowSamples>;
}

/** Errors: PronkError `format` for a tensor that the model has no place for, `integrity` for parts that changed. */
export function createWeightSink({
  gpu,
  memory,
  uploader,
  packedUploader,
  allocated,
  samples,
}: SinkRequest): WeightSink {
  const { targets, packed, vectors } = allocated;
  const streams = new Map<string, MatrixStream>();
  const begun = new Set<string>();

  const writePart = async (part: StoredPart, offset: number, bytes: Uint8Array) => {
    const target = packed.get(part.name);
    if (!target) throw withoutPlace(part);
    const key = `${part.name} ${part.role}`;
    if (offset === 0 && begun.has(key)) {
      begun.clear();
      streams.clear();
      clearCodes(gpu, packed.values());
    }
    begun.add(key);
    checkEarly(target, part, offset, bytes);
    let stream = streams.get(part.name);
    if (!stream) streams.set(part.name, (stream = new MatrixStream(target.matrix, target.format)));
    for (const piece of stream.write(part.role, offset, bytes)) {
      (await samples)?.piece(target, piece);
      await packedUploader.write(target, piece);
    }
    if (stream.done) packedUploader.finish(target);
  };

  return {
    async write(slice, offset, bytes) {
      if ("role" in slice) return writePart(slice, offset, bytes);
      const target = targets.get(targetKey(slice));
      if (target) {
        (await samples)?.stored(target, offset, bytes);
        return uploader.write(target, offset, bytes);
      }
      const vector = vectors.get(slice.name);
      if (!vector) throw withoutPlace(slice);
      vector.bytes.set(bytes, offset);
      if (offset + bytes.length !== vector.bytes.length) return;
      const { buffer, whole, place } = vector;
      vectorToFloats(slice, vector.bytes).forEach((value, row) => (whole[placedRow(place, row)] = value));
      memory.write(buffer, whole);
    },
  };
}

/** Repacks that scatter only set bits. */
function clearCodes({ device }: Gpu, targets: Iterable<PackedTarget>): void {
  const encoder = device.createCommandEncoder();
  for (const { weight } of targets) for (const { codes } of weight.parts) encoder.clearBuffer(codes);
  device.queue.submit([encoder.finish()]);
}

/** The layout was made from the early parts as they were then. */
function checkEarly({ early }: PackedTensor, part: StoredPart, offset: number, bytes: Uint8Array): void {
  const known = early[part.role]?.subarray(offset, offset + bytes.length);
  if (!known || known.every((byte, i) => byte === bytes[i])) return;
  throw new PronkError(
    "integrity",
    `"${part.file}" changed on its server while it was being fetched (${part.role} of "${part.name}"). Load the model again.`,
    { file: part.file, field: part.name },
  );
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
