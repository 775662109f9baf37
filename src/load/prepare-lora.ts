// An adapter between the two halves of a load, as prepare.ts does for models: which files, what they change, from the store
// or the source. Weights come as a model's do: resumed, hashed, kept as in the file.

import { loraFile, loraFolder, openLora } from "../format/lora-files.ts";
import { readLora, type Lora } from "../format/lora.ts";
import type { ModelConfig } from "../format/model-config.ts";
import type { Dtype, TensorInfo } from "../format/tensor.ts";
import type { WeightFormat } from "../format/weight-formats.ts";
import type { StoredTensor } from "../quant/layout.ts";
import { openSource } from "../source/open-source.ts";
import { nameOfModel } from "../source/reference.ts";
import type { ModelRecord } from "../store/model-record.ts";
import { coldModel } from "./cold-model.ts";
import { BufferPool } from "./look-ahead.ts";
import { reopenSource, type PrepareOptions } from "./prepare.ts";
import { variantOf, type ModelManifest, type PreparedModel } from "./prepared-model.ts";
import { warmModel } from "./warm-model.ts";

export type PrepareLoraOptions = Pick<
  PrepareOptions,
  "reference" | "token" | "hubUrl" | "gate" | "startHashThread" | "store" | "onProgress" | "signal"
>;

export interface PreparedLora {
  lora: Lora;
  prepared: PreparedModel;
}

const format: WeightFormat = { kind: "safetensors", id: "adapter", files: [] };
// Keeps the store from taking it for a model: it is never a source's default.
const offered = ["model", format.id];
const variant = variantOf({ format, offered }, "none");

/** `base`: the model that it is for. Throws as prepareModel does. */
export async function prepareLora(base: ModelConfig, options: PrepareLoraOptions): Promise<PreparedLora> {
  const { store, onProgress, signal, startHashThread } = options;
  const reference = typeof options.reference === "string" ? nameOfModel(options.reference) : undefined;
  const pool = new BufferPool();
  const known = reference === undefined ? [] : ((await store?.findByReference(reference)) ?? []);
  const warm = async (record: ModelRecord, reopen: () => ReturnType<typeof openSource>): Promise<PreparedLora> => {
    const { tensors } = record.manifest as ModelManifest;
    const lora = readLora(await loraFile(record.sideFiles, tensors.map(asTensor)), base);
    return { lora, prepared: warmModel({ store: store!, pool, onProgress, reference, record, reopen }) };
  };
  const record = known.find((candidate) => candidate.variant === variant);
  if (record)
    return warm(record, () => reopenSource(record.sourceId, { ...options, folder: loraFolder }, options.reference));

  const source = await openSource(options.reference, { ...options, folder: loraFolder });
  const stored = await store?.find(source.id, variant);
  if (stored) return warm(stored, async () => source);
  const { file, sideFiles, origin } = await openLora(source, signal);
  const lora = readLora(file, base);
  const tensors = lora.tensors.toSorted((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
  const whole = { config: base, generation: {}, tensors, matrices: [], sideFiles, format, offered, warnings: [] };
  const checkpoint = { ...whole, ...(origin && { origin }) };
  const parameters = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, count) => product * count, 1), 0);
  const standing = await store?.standing(source.id, variant);
  const prepared = coldModel({
    source,
    checkpoint,
    parameters,
    quantize: "none",
    references: reference ? [reference] : [],
    store: standing?.standing === "newer" ? undefined : store,
    pool,
    startHashThread,
    onProgress,
  });
  return { lora, prepared };
}

function asTensor({ name, encoding, rows, cols, file, start, end }: StoredTensor): TensorInfo {
  return { name, dtype: encoding as Dtype, shape: rows === 1 ? [cols] : [rows, cols], file, start, end };
}
