// Questions about models that need no engine: what a model is, what it would need. No weight is read, no device
// opened.

import { roomFor } from "./api/adapter-room.ts";
import { resolveKv } from "./api/engine-options.ts";
import type { EngineOptions, ModelSummary } from "./api/surface.ts";
import { findLicenseEvidence } from "./format/license-evidence.ts";
import { countParameters } from "./format/llama-tensors.ts";
import type { ModelConfig } from "./format/model-config.ts";
import { mainScheme } from "./format/quantized.ts";
import { defaultLimits, readAdapter } from "./gpu/adapter.ts";
import type { AdapterCheck } from "./gpu/adapter-check.ts";
import { prepareModel } from "./load/prepare.ts";
import type { PreparedModel } from "./load/prepared-model.ts";
import { parseVariant } from "./load/prepared-model.ts";
import { type Published, publishedForm, quantizeChoices } from "./load/published-form.ts";
import { countMemory, type MemoryCount } from "./model/plan-memory.ts";
import { onDemand } from "./on-demand.ts";
import type { QuantizeChoice } from "./quant/layout.ts";
import { nameOfModel } from "./source/reference.ts";
import type { ModelReference } from "./source/source.ts";
import { ModelStore } from "./store/model-store.ts";
import { readTokenizerConfig } from "./text/tokenizer-config.ts";

export type InspectOptions = Pick<EngineOptions, "weights" | "adapters" | "token" | "hubUrl" | "signal">;

const adapterPart = onDemand("reads adapters", () => import("./load/prepare-lora.ts"));

/**
 * Reads a model's headers and card; a model in the store is described without the network. With `adapters`, what they say of
 * their licence counts too: one made for Llama 2 is under Llama 2's, whatever it is put on.
 */
export async function inspectModel(
  model: ModelReference,
  { weights, adapters = [], token, hubUrl, signal }: InspectOptions = {},
): Promise<ModelSummary> {
  signal?.throwIfAborted();
  return withStore(async (store) => {
    const name = typeof model === "string" ? nameOfModel(model) : undefined;
    const known = name === undefined ? undefined : (await store?.findByReference(name))?.[0];
    const { quantize } = parseVariant(known?.variant ?? "none");
    const prepared = await prepareModel({ reference: model, quantize, weights, store, token, hubUrl, signal });
    const stored = ((await store?.findModel(prepared.sourceId)) ?? []).length > 0;
    const { evidence, license } = findLicenseEvidence(prepared);
    for (const { model: reference } of adapters) {
      const { prepareLora } = await adapterPart();
      const { prepared: own } = await prepareLora(prepared.config, { reference, store, token, hubUrl, signal });
      evidence.push(...findLicenseEvidence(own).evidence.map((claim) => `adapter ${own.label}: ${claim}`));
    }
    const llama2 = evidence.length > 0;
    const adapter = await readAdapter();
    signal?.throwIfAborted();
    const { config, label, parameters, downloadBytes, matrices, offered = [], format } = prepared;
    return {
      id: prepared.sourceId,
      ...{ label, config, parameters, downloadBytes, stored, llama2, license },
      weights: format?.id ?? "safetensors",
      weightsOffered: offered,
      offers: offersOf(prepared, adapter),
      scheme: mainScheme(matrices),
      licenseEvidence: evidence,
      hasChatTemplate:
        (readTokenizerConfig(prepared.sideFiles).template ?? prepared.ggufTokenizer?.chatTemplate) !== undefined ||
        (llama2 && /chat/i.test(label)),
      needs: needsOf(config, prepared, adapter),
    };
  });
}

/** A model's shape as a catalogue states it. */
export type ModelShape = Pick<
  ModelConfig,
  "dim" | "hiddenDim" | "layers" | "heads" | "kvHeads" | "vocabSize" | "contextLength"
> &
  Partial<Pick<ModelConfig, "headDim" | "tiedEmbeddings">>;

/** What a model of this shape needs on the GPU, for a catalogue that knows nothing else of it. */
export async function estimateNeeds(shape: ModelShape): Promise<ModelSummary["needs"]> {
  // What a shape does not say costs no memory.
  const silent = { normEps: 1e-5, ropeTheta: 10000, ropeScaling: { kind: "none" }, eosIds: [] } as const;
  const config = { headDim: shape.dim / shape.heads, tiedEmbeddings: false, ...silent, ...shape, eosIds: [] };
  return needsOf(config, { tensors: [], matrices: [] }, await readAdapter());
}

function needsOf(config: ModelConfig, published: Published, adapter: AdapterCheck): ModelSummary["needs"] {
  return quantizeChoices(published).map((quantize) => {
    const count = countFor(config, published, adapter, quantize);
    return { quantize, gpuBytes: count.totalBytes, ...roomFor(count, adapter) };
  });
}

/** At the model's own context. */
function countFor(
  config: ModelConfig,
  published: Published,
  adapter: AdapterCheck,
  quantize: QuantizeChoice,
): MemoryCount {
  const kv = resolveKv("auto", countParameters(config), quantize);
  const { contextLength } = config;
  const maxBindingBytes = adapter.maxBindingBytes || defaultLimits.maxBindingBytes;
  return countMemory(config, { quantize, ...publishedForm(published), kv, contextLength, maxBindingBytes });
}

/** Judged by the sizes of their files: only the default was looked into. */
function offersOf(prepared: PreparedModel, adapter: AdapterCheck): ModelSummary["offers"] {
  const { config, parameters, offered = [], offeredBytes } = prepared;
  const plain = needsOf(config, { tensors: [], matrices: [] }, adapter);
  const { totalBytes, weightBytes, largestBindingBytes } = countFor(config, prepared, adapter, "none");
  return offeredBytes?.map((sizeBytes, i) => {
    const bits = (8 * sizeBytes) / parameters;
    const own = { totalBytes: totalBytes - weightBytes + sizeBytes, largestBindingBytes };
    // What isn't quantized yet is quantized on the way, as far as it must be.
    const { gpuBytes, fits } =
      bits > mostQuantizedBits
        ? (plain.find((need) => need.fits) ?? plain.at(-1)!)
        : { gpuBytes: own.totalBytes, ...roomFor(own, adapter) };
    return { weights: offered[i], sizeBytes, bits, gpuBytes, fits };
  });
}

const mostQuantizedBits = 12; // of a weight on average: q8 has 8.5, and nobody publishes anything between that and 16

async function withStore<T>(use: (store: ModelStore | undefined) => Promise<T>): Promise<T> {
  const store = await ModelStore.open();
  try {
    return await use(store);
  } finally {
    store?.close();
  }
}
