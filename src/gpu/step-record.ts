// step.wgsl's Step as the bytes that shaders read.

import { packRecord } from "./record.ts";
import { shaderRecords } from "./shader-interfaces.ts";

/** Bytes of the record. */
export const stepBytes = shaderRecords.Step.sizeBytes;

/** Bytes of its beginning, without the rows apart. */
export const stepHeadBytes = shaderRecords.Step.fields.rows[0];

/** Where a row stands that is a sequence's own. */
export interface SequencePlace {
  position: number;
  /** In the page table, where the sequence's pages begin. */
  firstPage: number;
  /** Of the adapters that stand side by side, which it has; default 0, none. */
  adapter?: number;
}

/** Consecutive tokens of a sequence, `count` from `position` on. */
export const stepRecord = ({ position, firstPage }: SequencePlace, count: number): ArrayBuffer =>
  packRecord(shaderRecords.Step, { position, count, first_page: firstPage, rows: [] });

/** A token each of several sequences, at most eight. */
export const apartRecord = (places: readonly SequencePlace[]): ArrayBuffer =>
  packRecord(shaderRecords.Step, {
    position: 0,
    count: places.length,
    first_page: 0,
    rows: places.flatMap(({ position, firstPage, adapter = 0 }) => [position, firstPage, adapter, 0]),
  });
