// The model in files of torch.save: as transformers wrote them before safetensors (pytorch_model.bin, alone or in shards
// with an index), and Meta's own. What safetensors guarantees and torch does not is checked here: that no two tensors of the
// model share bytes.

import { PronkError } from "../errors.ts";
import type { JsonFile } from "./json-file.ts";
import { metaConfig, metaTensors } from "./meta-model.ts";
import type { ModelConfig } from "./model-config.ts";
import { isQuantized, type ModelTensor, type QuantizedMatrix } from "./quantized.ts";
import type { ShardKind } from "./shards.ts";
import type { TensorInfo } from "./tensor.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { readTorchFile } from "./torch-file.ts";
import { isTorchPath, metaParams, torchIndex, torchWhole } from "../source/torch-names.ts";

/** Here because a part that is loaded on demand shares no file with another, and both read archives. */
export { openMlx } from "./mlx-weights.ts";

export const torchShards: ShardKind = {
  whole: torchWhole,
  index: torchIndex,
  isShard: isTorchPath,
  readHeader: readTorchFile,
};

/** `files`: Meta's, in order. `params`: params.json, where there is one. */
export async function openMeta(
  source: TensorFiles,
  files: readonly string[],
  params: JsonFile | undefined,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ config: ModelConfig; tensors: TensorInfo[] }> {
  if (!params)
    throw new PronkError(
      "format",
      `${source.label} has no ${metaParams}. Meta's "${files[0]}" needs it and tokenizer.model in the same folder.`,
      { file: metaParams, expected: metaParams, found: null },
    );
  const parts = await Promise.all(
    files.map(async (file) => {
      const entries = await readTorchFile(source, file, { signal });
      return { file, entries: new Map(entries.map((entry) => [entry.name, entry])) };
    }),
  );
  const config = metaConfig(params, parts);
  const tensors = metaTensors(config, parts);
  checkApart(tensors);
  return { config, tensors };
}

/** A head that is the embedding has been recognized by now, and only one of the two is left (head.ts). */
export function checkApart(tensors: readonly ModelTensor[]): void {
  // Matrices that are rows of a larger one have the same parts.
  const partsOf = ({ parts, among }: QuantizedMatrix) =>
    Object.values(parts).map((part) => ({ ...part, key: among && `${part.file} ${part.start} ${part.end}` }));
  const slices = tensors.flatMap((tensor) => (isQuantized(tensor) ? partsOf(tensor) : [{ ...tensor, key: undefined }]));
  const once = new Map(slices.map((slice, i) => [slice.key ?? i, slice]));
  const sorted = [...once.values()].toSorted((a, b) =>
    a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1,
  );
  for (const [i, { name, file, start }] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before?.file === file && start < before.end)
      throw new PronkError(
        "model-unsupported",
        `Tensors "${before.name}" and "${name}" in "${file}" share their numbers. Load the file in torch and save each tensor .clone()d.`,
        { file, field: name, expected: "tensors apart", found: before.name },
      );
  }
}
