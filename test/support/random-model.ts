// A small random model on the GPU, for checks of what runs over whole models: made without files, so that each of its
// weights can be chosen, and spoiled.

import { expectedTensors } from "../../src/format/llama-tensors.ts";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { openGpu, type Gpu } from "../../src/gpu/device.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import { Model } from "../../src/model/model.ts";
import { storedRowBytes, type KvFormat, type StoredTensor } from "../../src/quant/layout.ts";
import { quantizeRows } from "../../src/quant/rows.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";

export const randomModelConfig: ModelConfig = {
  dim: 48,
  hiddenDim: 80,
  heads: 4,
  kvHeads: 2,
  headDim: 12,
  layers: 2,
  vocabSize: 101,
  contextLength: 200,
  normEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { kind: "none" },
  tiedEmbeddings: false,
  eosIds: [],
};

export interface RandomModelOptions {
  without: readonly string[];
  variantsFor?: (gpu: Gpu) => Partial<Variants>;
  kv?: KvFormat;
  /** Of the matrices. */
  encoding?: "f32" | "q8" | "q4";
  config?: ModelConfig;
}

export async function openRandomModel(options: RandomModelOptions) {
  const { without, variantsFor = () => ({}), kv = "f32", encoding = "f32", config = randomModelConfig } = options;
  const gpu = await openGpu({ without });
  Object.assign(gpu.variants, variantsFor(gpu));
  const tensors = [...expectedTensors(config)].map(([name, shape]): StoredTensor => {
    const cols = shape[shape.length - 1];
    const rows = shape.length === 1 ? 1 : shape[0];
    const kept = shape.length === 1 ? "f32" : encoding;
    return { name, encoding: kept, rows, cols, file: "made", start: 0, end: rows * storedRowBytes(kept, cols) };
  });
  const model = await Model.create(gpu, config, tensors, { kv, contextLength: config.contextLength });
  for (const [i, tensor] of tensors.entries()) {
    const random = randomNumbers(i + 1);
    // Wide enough that the logits are far from even, so a draw is rarely near a border.
    const values = Float32Array.from({ length: tensor.rows * tensor.cols }, () =>
      tensor.rows === 1 ? 1 + random() / 4 : random() / 2,
    );
    const bytes =
      encoding !== "f32" && tensor.rows > 1
        ? quantizeRows(encoding, values, tensor.cols)
        : new Uint8Array(values.buffer);
    await model.sink.write(tensor, 0, bytes);
  }
  model.finishLoading();
  return { gpu, model };
}
