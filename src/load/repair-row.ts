// One damaged row of a stored model, fetched and made anew: the same source, the same plan, the same bytes. What comes
// out must have the checksum that the row had when it was stored.

import { PronkError } from "../errors.ts";
import { readCheckpoint } from "../format/checkpoint.ts";
import { storedForm } from "../quant/stored-form.ts";
import type { ModelSource } from "../source/source.ts";
import { checksum64 } from "../store/checksum.ts";
import { blockSpan, type ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { ChunkPool } from "./chunk-pool.ts";
import { filePlans } from "./file-plans.ts";
import { RowConverter } from "./row-converter.ts";
import { ScriptQuantizer } from "./script-quantizer.ts";
import { parseVariant } from "./variant.ts";

export interface Repair {
  record: ModelRecord;
  store: ModelStore;
  file: string;
  index: number;
  /** Opens the model's source again; throws where there is no network. */
  reopen: () => Promise<ModelSource>;
  pool: ChunkPool;
  signal?: AbortSignal;
}

/** The row's bytes, in the store again. Throws PronkError `network` or `integrity`. */
export async function repairRow(repair: Repair): Promise<Uint8Array<ArrayBuffer>> {
  const { record, store, file: path, index, signal } = repair;
  const source = await repair.reopen();
  const { quantize, weights } = parseVariant(record.variant);
  const checkpoint = await readCheckpoint(source, { weights, signal });
  const sizes = new Map(source.files.map((file) => [file.path, file.sizeBytes]));
  const form = storedForm(checkpoint, quantize, sizes);
  const plan = filePlans(source, checkpoint, form).find(({ file }) => file.path === path);
  const stored = record.files.find((file) => file.path === path)!;
  if (!plan || plan.file.sizeBytes !== stored.sizeBytes) throw unlike(record, path, index);
  const span = blockSpan(stored, index);
  const room = new Uint8Array(span.end - span.start); // the damaged row's slot counts it
  const converter = new RowConverter(plan.pairs, new ScriptQuantizer());
  for (const row of plan.rows) {
    const from = Math.max(row.stored.start, span.start);
    const to = Math.min(row.stored.end, span.end);
    if (from >= to) continue; // rows of the first schema are not cut where those of today are
    const slot = await repair.pool.take(row.source.end - row.source.start, signal);
    try {
      let made: Uint8Array = await source.read(plan.file.source, row.source.start, row.source.end, { signal });
      if (!plan.file.verbatim) {
        const converted = new Uint8Array(row.stored.end - row.stored.start);
        await converter.convert(row, made, converted, signal);
        made = converted;
      }
      room.set(made.subarray(from - row.stored.start, to - row.stored.start), from - span.start);
    } finally {
      slot.release();
    }
  }
  const note = await store.noteOf(record, path, index);
  if (note && note.checksum !== checksum64(room)) throw unlike(record, path, index);
  await store.replaceBlock(record, path, index, room);
  return room;
}

function unlike({ label }: ModelRecord, file: string, row: number): PronkError {
  return new PronkError(
    "integrity",
    `Row ${row} of "${file}" in the stored copy of ${label} is damaged, and its source has other bytes now. Delete the stored model and load it again.`,
    { file, row },
  );
}
