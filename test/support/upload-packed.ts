// Uploads a quantized matrix to the GPU as the engine does: its parts in their own order, in pieces of a few hundred bytes
// unless otherwise asked.

import { PackedUploader, type PackedTarget } from "../../src/gpu/packed-upload.ts";
import { Repacker } from "../../src/gpu/repacker.ts";
import type { RowPlace } from "../../src/gpu/row-place.ts";
import type { RowSamples } from "../../src/gpu/row-samples.ts";
import { allocateWeight, type Weight } from "../../src/gpu/weight.ts";
import type { PartRole } from "../../src/format/quantized.ts";
import { MatrixStream } from "../../src/quant/matrix-stream.ts";
import { packTensors } from "../../src/quant/packed-tensor.ts";
import { earlyParts } from "../../src/quant/schemes.ts";
import type { Case } from "./gpu-case.ts";
import type { PackedMatrix } from "./packed-matrix.ts";

interface UploadOptions {
  /** Into parts of a few rows. */
  split: boolean;
  /** Default: in order, and nothing before them. */
  place?: RowPlace;
  samples?: RowSamples;
  /** Of a piece, at most. */
  pieceBytes?: number;
}

export async function uploadPacked(
  { gpu, memory, kernels }: Pick<Case, "gpu" | "memory" | "kernels">,
  { matrix, parts }: Pick<PackedMatrix, "matrix" | "parts">,
  { split, place = { base: 0, half: 0 }, samples, pieceBytes = 777 }: UploadOptions,
): Promise<Weight> {
  const early = Object.fromEntries(earlyParts(matrix).map(([role]) => [role, parts[role]]));
  const [{ format, rows, cols }] = await packTensors([matrix], new Map([[matrix.name, early]]));
  const fourRows = 16 * format.codeWords + 4 * format.head.length; // a binding that holds four rows, or a little more
  const bytes = split ? Math.max(fourRows, 4 * (format.head.length + 4 * format.scaleWords)) : gpu.maxBindingBytes;
  const segments = [{ format, rows: place.base + rows }];
  const weight = allocateWeight(memory, { name: "packed", cols, segments }, bytes);
  const repacker = new Repacker(gpu, memory, kernels);
  const uploader = new PackedUploader(memory, repacker);
  const target: PackedTarget = { weight, place, rows, cols, format };
  const stream = new MatrixStream(matrix, format, { pieceBytes: Math.max(2000, pieceBytes) });
  for (const [role, whole] of Object.entries(parts) as [PartRole, Uint8Array][])
    for (let at = 0; at < whole.length; at += pieceBytes)
      for (const piece of stream.write(role, at, whole.subarray(at, at + pieceBytes))) {
        samples?.piece(target, piece);
        await uploader.write(target, piece);
      }
  if (!stream.done) throw new Error("the stream wants more than there is");
  uploader.finish(target);
  repacker.dispose();
  return weight;
}
