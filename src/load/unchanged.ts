// Files of a model that an earlier revision left in the store: those whose SHA-256 and blocks are the same. They are copied
// there, not fetched. Only its hash shows that a file is the same, so one without a hash is fetched.

import { Sha256 } from "../source/sha256.ts";
import type { ModelSource } from "../source/source.ts";
import type { ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { ModelWriter } from "../store/model-writer.ts";
import { type CutFile, fileBlocks } from "./blocks.ts";

/** The files of `cut` that `record` has, byte for byte. */
export async function sameFiles(
  store: ModelStore,
  record: ModelRecord,
  cut: readonly CutFile[],
  source: ModelSource,
): Promise<CutFile[]> {
  const same: CutFile[] = [];
  for (const one of cut) {
    const kept = record.files.find(({ path }) => path === one.file.path);
    const published = source.files.find(({ path }) => path === one.file.source)?.sha256;
    if (!kept || !published || JSON.stringify(kept) !== JSON.stringify(fileBlocks(one))) continue;
    const last = await store.noteOf(record, kept.path, kept.rowEnds.length - 1);
    if (last?.hash && new Sha256(last.hash).hex() === published) same.push(one);
  }
  return same;
}

/** Copies what another revision has of the model that `writer` is writing. */
export async function copyUnchanged(
  store: ModelStore,
  writer: ModelWriter,
  cut: readonly CutFile[],
  source: ModelSource,
  signal?: AbortSignal,
): Promise<void> {
  const { key, label, variant } = writer.record;
  const revisions = (await store.list()).filter((other) => other.label === label && other.variant === variant);
  for (const other of revisions) {
    if (other.key === key) continue;
    for (const { file, blocks } of await sameFiles(store, other, cut, source)) {
      const there = await writer.finished(file.path);
      if (there.blocks < blocks.length) await writer.copyBlocks(other, file.path, blocks.length, signal);
    }
  }
}
