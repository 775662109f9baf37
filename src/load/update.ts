// What a newer revision of a stored model would bring: which weight files differ, and what there is to fetch. Reads headers
// and side files of the source, and no weight.

import { readCheckpoint } from "../format/checkpoint.ts";
import type { ModelSource } from "../source/source.ts";
import type { ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import { type CutFile, formAndCut } from "./blocks.ts";
import { parseVariant } from "./prepared-model.ts";
import { sameFiles } from "./unchanged.ts";

export interface Comparison {
  /** Weight files at the source, and whether the store already has them. */
  files: { path: string; sizeBytes: number; stored: boolean }[];
  /** Bytes of those that it does not have. */
  fetchBytes: number;
}

/** Files of `source`, cut as `record` would hold them. */
export async function cutAs(record: ModelRecord, source: ModelSource, signal?: AbortSignal): Promise<CutFile[]> {
  const { quantize, weights } = parseVariant(record.variant);
  return formAndCut(source, await readCheckpoint(source, { weights, signal }), quantize).cut;
}

/** Rejects as `readCheckpoint` does. */
export async function compareWithSource(
  store: ModelStore,
  record: ModelRecord,
  source: ModelSource,
  signal?: AbortSignal,
): Promise<Comparison> {
  const cut = await cutAs(record, source, signal);
  const same = new Set(await sameFiles(store, record, cut, source));
  const files = cut.map((one) => ({
    path: one.file.source,
    sizeBytes: source.files.find(({ path }) => path === one.file.source)!.sizeBytes,
    stored: same.has(one),
  }));
  return { files, fetchBytes: files.reduce((sum, { sizeBytes, stored }) => sum + (stored ? 0 : sizeBytes), 0) };
}
