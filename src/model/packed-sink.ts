// Where the parts of matrices quantized by their publisher go: through the streams of their bytes to the repacks. Loaded on
// demand. When a load begins again (a file changed on its server), so do matrices that are half taken apart.

import { PronkError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { packedRepacks, PackedUploader, type PackedTarget } from "../gpu/packed-upload.ts";
import type { Repacker } from "../gpu/repacker.ts";
import type { RowSamples } from "../gpu/row-samples.ts";
import type { StoredPart } from "../quant/layout.ts";
import { MatrixStream } from "../quant/matrix-stream.ts";
import type { PackedTensor } from "../quant/packed-tensor.ts";
import type { AllocatedWeights } from "./weights.ts";

export interface PackedSinkRequest {
  gpu: Gpu;
  memory: GpuMemory;
  repacker: Repacker;
  packed: AllocatedWeights["packed"];
  /** Looks at rows of what comes. */
  samples?: Promise<RowSamples>;
}

type Target = PackedTarget & PackedTensor;

/** Bytes of a part of a target, in order. */
export type WritePart = (target: Target, part: StoredPart, offset: number, bytes: Uint8Array) => Promise<void>;

/** Begins to compile the repacks. The result rejects with PronkError `integrity` for parts that changed. */
export function createPackedSink({ gpu, memory, repacker, packed, samples }: PackedSinkRequest): WritePart {
  repacker.prepare([...packed.values()].flatMap(packedRepacks));
  const uploader = new PackedUploader(memory, repacker);
  const streams = new Map<string, MatrixStream>();
  const begun = new Set<string>();
  return async (target, part, offset, bytes) => {
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
      await uploader.write(target, piece);
    }
    if (stream.done) uploader.finish(target);
  };
}

/** Zeroes the codes: repacks that scatter only set bits. */
function clearCodes({ device }: Gpu, targets: Iterable<PackedTarget>): void {
  const encoder = device.createCommandEncoder();
  for (const { weight } of targets) for (const { codes } of weight.parts) encoder.clearBuffer(codes);
  device.queue.submit([encoder.finish()]);
}

/** The layout was made from the early parts, which must not have changed since. */
function checkEarly({ early }: PackedTensor, part: StoredPart, offset: number, bytes: Uint8Array): void {
  const known = early[part.role]?.subarray(offset, offset + bytes.length);
  if (!known || known.every((byte, i) => byte === bytes[i])) return;
  throw new PronkError(
    "integrity",
    `"${part.file}" changed on its server while it was being fetched (${part.role} of "${part.name}"). Load the model again.`,
    { file: part.file, field: part.name },
  );
}
