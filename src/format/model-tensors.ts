// The model's tensors in a source's files of one kind, whatever their scheme. Headers only: a file without a wanted tensor
// costs only its header.

import { foreignLayouts } from "./foreign-paths.ts";
import { looksCopied, settleHead } from "./head.ts";
import { expectedTensors } from "./llama-tensors.ts";
import {
  inOrder,
  looksOfLibrary,
  looksPacked,
  missingMatrices,
  toModelTensors,
  type ReadMatrix,
} from "./linear-parts.ts";
import type { ModelConfig } from "./model-config.ts";
import { libraryParts, packedParts } from "./packed-names.ts";
import type { ModelTensor, TensorSlice } from "./quantized.ts";
import { missingError, readEntries, safetensorsShards, type ShardKind } from "./shards.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** How the model's tensors are found. */
export interface FindOptions {
  /** Default: safetensors. */
  shards?: ShardKind;
  /** A tensor of the files -> those of the model in it; default: itself. */
  takeApart?: (entry: TensorSlice) => TensorSlice[];
  /** What reads quantized matrices -> what reads them where `takeApart` left several in one. */
  readWithin?: (read: ReadMatrix) => ReadMatrix;
  /** A tensor of the model -> where it stands in the file; default: in one place. */
  panelsOf?: (tensor: ModelTensor) => ModelTensor[];
  /** Default: one that knows of no declaration. */
  readMatrix?: ReadMatrix;
  /** A head in the files is known not to be the embedding. */
  headApart?: boolean;
  signal?: AbortSignal;
}

/**
 * `stated`: what config.json says. The configuration that comes back is that of the tensors; if it is tied and they have a
 * head all the same, that head must prove to be a copy of the embedding.
 */
export async function findModelTensors(
  source: TensorFiles,
  stated: ModelConfig,
  {
    shards: files = safetensorsShards,
    takeApart,
    readWithin,
    panelsOf,
    readMatrix,
    headApart,
    signal,
  }: FindOptions = {},
): Promise<{ config: ModelConfig; tensors: ModelTensor[] }> {
  const readHeader: typeof files.readHeader = async (...file) => {
    const entries = await files.readHeader(...file);
    return takeApart ? entries.flatMap(takeApart) : entries;
  };
  const shards = { ...files, readHeader };
  const missingOf = (some: readonly TensorSlice[]) => {
    const { config, entries } = settleHead(stated, some);
    return missingMatrices(expectedTensors(config).keys(), entries);
  };
  const found = await readEntries(source, shards, missingOf, { signal });
  const { entries: all, missing } = found;
  try {
    if (missing.length > 0) throw missingError(found, shards);
    const { config, entries } = settleHead(stated, all);
    const reader = readMatrix ?? (looksPacked(entries) ? (await packedParts()).packedReader() : undefined);
    const library = looksOfLibrary(entries) ? (await libraryParts()).readLibrary : undefined;
    const read: ReadMatrix = (...layer) => library?.(...layer) ?? reader?.(...layer);
    const whole = toModelTensors(expectedTensors(config), entries, readWithin?.(read) ?? read);
    const tensors = panelsOf ? inOrder(whole.flatMap(panelsOf)) : whole;
    const mayBeTied = stated.tiedEmbeddings && !config.tiedEmbeddings && !headApart;
    return { config: mayBeTied && (await looksCopied(source, tensors, { signal })) ? stated : config, tensors };
  } catch (error) {
    const part = await foreignLayouts().catch(() => undefined);
    throw part?.foreignTensors(all) ?? error;
  }
}
