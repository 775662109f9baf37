// What a block is. A file is cut into blocks: block i is bytes [source.start, source.end) of the source, at most 16 MiB, and
// becomes bytes [stored.start, stored.end) of the stored file. Borders lie between rows of a matrix, so every block is made
// from its own bytes alone: a load can resume after any block, and one block can be fetched again. Borders depend only on
// the file's tensors and the stored form; the store keeps them (`rowEnds`), and resuming needs the same.

import { PronkError } from "../errors.ts";
import type { TensorInfo } from "../format/tensor.ts";
import type { OpenedCheckpoint } from "../format/checkpoint.ts";
import type { Checkpoint } from "../format/checkpoint-headers.ts";
import { type QuantizeChoice, storedRowBytes, type StoredTensor } from "../quant/layout.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import { storedForm, type StoredFile, type StoredForm } from "../quant/stored-form.ts";
import { maxReadBytes } from "../source/read-limit.ts";
import type { ModelSource } from "../source/source.ts";
import type { FileBlocks } from "../store/model-record.ts";

export interface Block {
  index: number;
  source: Span;
  stored: Span;
}

/** Bytes [start, end). */
export interface Span {
  start: number;
  end: number;
}

/** A tensor in the source file and what becomes of it. */
export interface TensorPair {
  from: TensorInfo;
  to: StoredTensor;
}

/** A stored file, the tensors that are converted into it, in the file's order, and its blocks. */
export interface CutFile {
  file: StoredFile;
  pairs: readonly TensorPair[];
  blocks: readonly Block[];
}

/** How a source's files are stored, and how they are cut for that. */
export function formAndCut(
  source: ModelSource,
  checkpoint: OpenedCheckpoint,
  quantize: QuantizeChoice,
): { form: StoredForm; cut: CutFile[] } {
  const sizes = new Map(source.files.map((file) => [file.path, file.sizeBytes]));
  const form = storedForm(checkpoint, quantize, sizes);
  return { form, cut: cutFiles(source, checkpoint, form) };
}

/** Every stored file of a checkpoint: the same for a load, a resumed load, and the repair of one block. */
export function cutFiles(source: ModelSource, checkpoint: Pick<Checkpoint, "tensors">, form: StoredForm): CutFile[] {
  const sizes = new Map(source.files.map((file) => [file.path, file.sizeBytes]));
  return form.files.map((file) => {
    const targets = form.tensors.filter((tensor) => tensor.file === file.path);
    const tensors = checkpoint.tensors.filter((tensor) => tensor.file === file.source);
    const pairs = file.verbatim ? [] : tensors.map((from, i) => ({ from, to: targets[i] })); // panels share a name
    return { file, pairs, blocks: cutFile(file, sizes.get(file.source)!, pairs) };
  });
}

/** What the store's record says about a file. */
export const fileBlocks = ({ file, blocks }: CutFile): FileBlocks => ({
  path: file.path,
  sizeBytes: file.sizeBytes,
  rowEnds: blocks.map(({ stored }) => stored.end),
});

/** `pairs`: the file's tensors in its order. `sourceBytes`: size of the source file. */
export function cutFile(file: StoredFile, sourceBytes: number, pairs: readonly TensorPair[]): Block[] {
  const blocks: Block[] = [];
  let at: Span = { start: 0, end: 0 }; // where the next block begins: in the source, in the stored file
  const close = (source: number, stored: number) => {
    const [from, to] = [at.start, at.end];
    blocks.push({ index: blocks.length, source: { start: from, end: source }, stored: { start: to, end: stored } });
    at = { start: source, end: stored };
  };
  if (!file.verbatim) {
    let storedEnd = 0; // of the tensor before
    for (const pair of pairs) {
      const { from, to } = pair;
      const rowBytes = rowBytesOf(pair);
      while (from.end > at.start + maxReadBytes) {
        const limit = at.start + maxReadBytes;
        const whole = Math.floor((limit - from.start) / rowBytes.source); // rows of this tensor before the limit
        if (whole > 0 && from.start + whole * rowBytes.source > at.start)
          close(from.start + whole * rowBytes.source, to.start + whole * rowBytes.stored);
        else if (from.start > at.start) close(Math.min(from.start, limit), storedEnd);
        else throw tooWide(from, rowBytes.source);
      }
      storedEnd = to.end;
    }
  }
  const rest = () => (file.verbatim ? at.start + maxReadBytes : file.sizeBytes);
  while (at.start + maxReadBytes < sourceBytes) close(at.start + maxReadBytes, rest());
  if (at.start < sourceBytes) close(sourceBytes, file.sizeBytes);
  return blocks;
}

/**
 * A block's source bytes -> its stored bytes, filling `room`: norms as they are, matrices quantized. All tensors go to the
 * quantizer at once, since one may be small and take long to come back. Not for files that are stored verbatim.
 */
export async function convertBlock(
  { pairs, block: { source, stored } }: { pairs: readonly TensorPair[]; block: Block },
  bytes: Uint8Array,
  room: Uint8Array,
  quantizer: RowQuantizer,
  signal?: AbortSignal,
): Promise<void> {
  room.fill(0); // between tensors
  const jobs: Promise<void>[] = [];
  for (const pair of pairs) {
    const { from, to } = pair;
    if (from.end <= source.start) continue;
    if (from.start >= source.end) break;
    const start = Math.max(from.start, source.start);
    const piece = bytes.subarray(start - source.start, Math.min(from.end, source.end) - source.start);
    const rowBytes = rowBytesOf(pair);
    const first = (start - from.start) / rowBytes.source; // a whole number: borders lie between rows
    const place = room.subarray(to.start + first * rowBytes.stored - stored.start);
    const { name, cols, encoding } = to;
    if (encoding === "q8" || encoding === "q4")
      jobs.push(quantizer.quantize({ name, dtype: from.dtype, encoding, cols, bytes: piece }, place, signal));
    else place.set(piece);
  }
  // Whatever fails, nobody writes into the room any more once this is over.
  for (const outcome of await Promise.allSettled(jobs)) if (outcome.status === "rejected") throw outcome.reason;
}

/** Bytes of one row of a tensor, the smallest piece that can be converted alone. */
function rowBytesOf({ from, to }: TensorPair): { source: number; stored: number } {
  return { source: storedRowBytes(from.dtype, to.cols), stored: storedRowBytes(to.encoding, to.cols) };
}

function tooWide({ name, file }: TensorInfo, rowBytes: number): PronkError {
  return new PronkError(
    "model-unsupported",
    `Tensor "${name}" has rows of ${rowBytes} bytes; pronk converts rows of up to ${maxReadBytes}.`,
    { file, field: name, expected: maxReadBytes, found: rowBytes },
  );
}
