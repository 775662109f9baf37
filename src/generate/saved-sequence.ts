// The sequence that runs, as bytes that can be kept elsewhere, and back: its history, and its pages of every layer. It goes
// on from there as it would have. Knows nothing of where the bytes are. Loaded when a cache is saved or restored.

import { noPage } from "../gpu/cache-layout.ts";
import { readMapped } from "../gpu/readback.ts";
import { count, object } from "../message-shape.ts";
import { pagesFor, type KvCache } from "../model/cache.ts";
import type { Model } from "../model/model.ts";
import { isStretched } from "../model/rope-table.ts";
import { type CacheHistory, historyShape, type HistoryState } from "./cache-history.ts";
import type { Lent } from "./lending.ts";

/** What a sequence is besides its bytes. */
export interface SavedSequence {
  readonly history: HistoryState;
  /** How many it has, the last ones: no query sees those before them any more. */
  readonly pages: number;
}

export const sequenceShape = object({ history: historyShape, pages: count });

/** Whether the parts of one fit together, for ids below `vocabSize`. */
export function isCoherent({ history: { slices, length }, pages }: SavedSequence, vocabSize: number): boolean {
  let end = 0;
  for (const [i, { position, ids }] of slices.entries()) {
    const isBehind = i === 0 ? position === 0 : position > slices[i - 1].position && position <= end;
    if (!isBehind || ids.length === 0 || !ids.every((id) => id < vocabSize)) return false;
    end = position + ids.length;
  }
  return length > 0 && (slices.at(-1)?.position ?? length) < length && length <= end && pages <= pagesFor(length);
}

/** Pages of how many layers, of what size; and whether long scaling turns by other divisors, which goes by the context. */
export const layoutOf = ({ cache, config }: Pick<Model, "cache" | "config">): string =>
  `${cache.layers.length} x ${cache.pageBytes}${isStretched(config, cache.context) ? ", long" : ""}`;

/** Positions that are computed again where the sequence is: a batch may go beyond what is held. */
export const reachOf = ({ slices }: HistoryState): number =>
  Math.max(0, ...slices.map(({ position, ids }) => position + ids.length));

/** `onPart` gets its bytes in order, and must be done with them when it returns. Undefined where none has run. */
export async function readSequence(
  { machine: { model }, fill }: Pick<Lent, "machine" | "fill">,
  history: CacheHistory,
  onPart: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<SavedSequence | undefined> {
  await fill();
  const { state } = history;
  if (state.length === 0) return undefined;
  const table = model.pages.table.slice(0, pagesFor(state.length));
  const pages = table.slice(table.lastIndexOf(noPage) + 1);
  await readPages(model, pages, onPart);
  return { history: state, pages: pages.length };
}

/** Its bytes, in the parts that `readSequence` gave. */
export interface SavedParts {
  /** Throws where there is none of so many bytes. */
  read(part: number, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Gets what the GPU then has. Throws where that is something else. */
  check(bytes: Uint8Array, part: number): void;
}

/**
 * Makes it the sequence that runs; the one that ran is kept. Errors: `out-of-memory`, and what `parts` throws: then none
 * runs, and what is kept stays.
 */
export async function writeSequence(
  { machine: { model }, vacate }: Pick<Lent, "machine" | "vacate">,
  history: CacheHistory,
  sequence: SavedSequence,
  parts: SavedParts,
): Promise<void> {
  const { cache, gpu } = model;
  const { pageBytes } = cache;
  vacate();
  const pages = await model.pages.pool.take(sequence.pages);
  try {
    for (const [part, places] of partsOf(cache, pages).entries()) {
      const bytes = await parts.read(part, places.length * pageBytes);
      for (const [i, { buffer, offset }] of places.entries())
        gpu.device.queue.writeBuffer(buffer, offset, bytes, i * pageBytes, pageBytes);
    }
    await readPages(model, pages, (bytes, part) => parts.check(bytes, part));
  } catch (error) {
    model.pages.pool.release(pages);
    throw error;
  }
  const unseen = pagesFor(sequence.history.length) - pages.length;
  model.pages.take([...Array.from({ length: unseen }, () => noPage), ...pages]);
  history.become(sequence.history);
}

const partBytes = 16 << 20; // on their way at once

/** Where pages stand on the GPU, layer by layer, keys before values, by the parts that they are kept in. */
function partsOf({ layers, pageBytes }: KvCache, pages: readonly number[]): { buffer: GPUBuffer; offset: number }[][] {
  const places = layers
    .flatMap(({ k, v }) => [k.buffer, v.buffer])
    .flatMap((buffer) => pages.map((page) => ({ buffer, offset: page * pageBytes })));
  const most = Math.max(1, Math.floor(partBytes / pageBytes));
  return Array.from({ length: Math.ceil(places.length / most) }, (_, i) => places.slice(i * most, (i + 1) * most));
}

async function readPages(
  { gpu, memory, cache }: Model,
  pages: readonly number[],
  onPart: (bytes: Uint8Array<ArrayBuffer>, part: number) => void,
): Promise<void> {
  const { pageBytes } = cache;
  const parts = partsOf(cache, pages);
  const what = "copy of the KV cache";
  const room = await memory.checked(what, () => memory.readback(what, parts[0].length * pageBytes));
  try {
    for (const [part, places] of parts.entries()) {
      const encoder = gpu.device.createCommandEncoder();
      for (const [i, { buffer, offset }] of places.entries())
        encoder.copyBufferToBuffer(buffer, offset, room, i * pageBytes, pageBytes);
      gpu.device.queue.submit([encoder.finish()]);
      await readMapped(gpu, room, places.length * pageBytes, (bytes) => onPart(new Uint8Array(bytes), part));
      gpu.check();
    }
  } finally {
    memory.release(room);
  }
}
