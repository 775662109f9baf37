// The way out of the loader, for every block: to the sink, tensor by tensor, then to whoever keeps it, while the next is
// being delivered. At most two blocks are under way; a block's slot is free again when both are done with it. Blocks of a
// file come in order, files one after another.

import type { QuantizedMatrix } from "../format/quantized.ts";
import { storedParts, type StoredSlice, type StoredTensor, type WeightSink } from "../quant/layout.ts";
import type { Block } from "./blocks.ts";
import type { Slot } from "./look-ahead.ts";

/** A block with its bytes, as they are stored. */
export interface HeldBlock {
  file: string; // stored
  index: number;
  start: number; // where the block begins in the stored file
  bytes: Uint8Array;
  slot: Slot;
}

/** A block just made from the source, to be kept. */
export interface FreshBlock extends HeldBlock {
  cut: Block;
  /** The source's bytes, still to be hashed; absent where they are the block itself. */
  from?: { bytes: Uint8Array; slot: Slot };
}

interface Delivered {
  tensors: readonly StoredTensor[];
  matrices: readonly QuantizedMatrix[];
}

const blocksUnderWay = 2; // one to the GPU while the other is stored; not measured: a third would only hold memory
const alignment = 16; // of every write within its tensor; a GPU copy needs multiples of 4

export class Outbox {
  readonly #delivery: Delivery;
  readonly #onDelivered: ((block: HeldBlock) => void) | undefined;
  #delivered: Promise<unknown> = Promise.resolve();
  #underWay: Promise<void>[] = [];

  /** `delivered`: what the sink gets of the stored files. */
  constructor(sink: WeightSink, delivered: Delivered, onDelivered?: (block: HeldBlock) => void) {
    this.#delivery = new Delivery(sink, delivered);
    this.#onDelivered = onDelivered;
  }

  /** Takes the block over; resolves when there is room for the next. */
  async put<Held extends HeldBlock>(block: Held, keep?: (block: Held) => Promise<void>): Promise<void> {
    let kept: Promise<void> | undefined;
    const before = this.#delivered;
    this.#delivered = before.then(async () => {
      await this.#delivery.deliver(block);
      this.#onDelivered?.(block);
      kept = keep?.(block); // begun in order, not waited for
      kept?.catch(() => {});
    });
    const done = this.#delivered.then(() => kept).finally(() => block.slot.release());
    done.catch(() => {}); // reported by the next put, or by finish
    this.#underWay.push(done);
    while (this.#underWay.length >= blocksUnderWay) await this.#underWay.shift();
  }

  /** Waits for every block; rejects with the first failure. */
  async finish(): Promise<void> {
    const blocks = this.#underWay;
    this.#underWay = [];
    const outcomes = await Promise.allSettled(blocks);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
}

/** Cuts each block at the borders of tensors and parts. Up to 15 bytes wait for the next block, to keep writes aligned. */
class Delivery {
  readonly #sink: WeightSink;
  readonly #byFile = new Map<string, StoredSlice[]>();
  readonly #carries = new Map<StoredSlice, Uint8Array>(); // the last bytes of a tensor that did not fill 16: parts may be shared

  constructor(sink: WeightSink, { tensors, matrices }: Delivered) {
    this.#sink = sink;
    for (const slice of [...tensors, ...storedParts(matrices)]) {
      const list = this.#byFile.get(slice.file);
      if (list) list.push(slice);
      else this.#byFile.set(slice.file, [slice]);
    }
    for (const slices of this.#byFile.values()) slices.sort((a, b) => a.start - b.start);
  }

  async deliver({ file, start: blockStart, bytes }: HeldBlock): Promise<void> {
    const blockEnd = blockStart + bytes.length;
    for (const slice of this.#byFile.get(file) ?? []) {
      if (slice.end <= blockStart) continue;
      if (slice.start >= blockEnd) break;
      const start = Math.max(slice.start, blockStart);
      const end = Math.min(slice.end, blockEnd);
      await this.#write(slice, start - slice.start, bytes.subarray(start - blockStart, end - blockStart));
    }
  }

  async #write(slice: StoredSlice, offset: number, piece: Uint8Array): Promise<void> {
    const sizeBytes = slice.end - slice.start;
    const carry = this.#carries.get(slice);
    if (carry) {
      const missing = Math.min(alignment - carry.length, piece.length);
      const joined = new Uint8Array(carry.length + missing);
      joined.set(carry);
      joined.set(piece.subarray(0, missing), carry.length);
      const joinedAt = offset - carry.length;
      offset += missing;
      piece = piece.subarray(missing);
      this.#carries.delete(slice);
      if (joined.length < alignment && offset < sizeBytes) {
        this.#carries.set(slice, joined);
        return;
      }
      await this.#sink.write(slice, joinedAt, joined);
    }
    const isLast = offset + piece.length === sizeBytes;
    const whole = isLast ? piece.length : piece.length - (piece.length % alignment);
    if (whole > 0) await this.#sink.write(slice, offset, piece.subarray(0, whole));
    if (whole < piece.length) this.#carries.set(slice, piece.slice(whole));
  }
}
