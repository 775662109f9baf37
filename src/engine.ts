// Composition root: the one file that knows every folder. Loads a model on the thread it is called on and assembles the
// engine; the worker's host calls it over there, create-engine.ts here where there is no worker. Holds no logic beyond
// the order of things and who frees what.

import { assembleEngine } from "./api/assemble.ts";
import { checkOptions, resolveKv, withContext } from "./api/engine-options.ts";
import type { Engine, EngineInfo, EngineOptions } from "./api/surface.ts";
import type { PronkWarning } from "./errors.ts";
import { findLicenseEvidence } from "./format/license-evidence.ts";
import { mainScheme } from "./format/quantized.ts";
import { createGenerator } from "./generate/generator.ts";
import { openGpu, type Gpu } from "./gpu/device.ts";
import { GpuRowQuantizer, quantizesFaster } from "./gpu/row-quantizer.ts";
import { headDiffers } from "./load/head-copy.ts";
import { prepareModel, type PrepareOptions } from "./load/prepare.ts";
import type { PreparedModel } from "./load/prepared-model.ts";
import { Model } from "./model/model.ts";
import type { StartHashThread } from "./source/hash-thread.ts";
import type { ModelReference } from "./source/source.ts";
import { isOfNewer } from "./store/database.ts";
import { ModelStore } from "./store/model-store.ts";
import { storageReport } from "./store/storage-report.ts";
import { rememberedTuning } from "./store/tuning-store.ts";
import { onDemand } from "./on-demand.ts";
import { absentTokenizer } from "./text/absent-tokenizer.ts";
import { ggufTemplate, loadDialog } from "./text/load-dialog.ts";
import { hasTokenizer, loadTokenizer } from "./text/load-tokenizer.ts";
import type { ChatDialog, Tokenizer } from "./text/tokenizer.ts";
import { turnEnds } from "./text/turn-ends.ts";

export interface LocalEngineOptions extends EngineOptions {
  /** Gives the SHA-256 of files a thread; default: they are hashed on this one. */
  startHashThread?: StartHashThread;
}

/** Loads a model on this thread. Rejects with PronkError, or with the signal's reason when aborted, and frees everything. */
export async function createLocalEngine(reference: ModelReference, options: LocalEngineOptions = {}): Promise<Engine> {
  try {
    return await createOnce(reference, options);
  } catch (error) {
    if (!headDiffers(error)) throw error;
    return createOnce(reference, { ...options, headApart: true }); // with what is stored of it by now
  }
}

async function createOnce(
  reference: ModelReference,
  options: LocalEngineOptions & Pick<PrepareOptions, "headApart">,
): Promise<Engine> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const gpu = await openGpu({ device: options.device, without: options.without });
  const end = new AbortController(); // of the engine
  gpu.lost.catch((error: unknown) => end.abort(error));
  // Whatever ends the load, the caller or a fault of the GPU, ends every stage of it.
  const loading = new AbortController();
  const { signal } = loading;
  const fail = (reason: unknown) => loading.abort(reason);
  const onAbort = () => fail(options.signal!.reason);
  options.signal?.addEventListener("abort", onAbort);
  gpu.lost.catch(fail);
  gpu.onFault = fail;
  let store: ModelStore | undefined;
  try {
    if (options.store !== false) store = await ModelStore.open();
    return await load({ gpu, store, reference, options: { ...options, signal }, end, fail });
  } catch (error) {
    gpu.dispose();
    throw signal.aborted ? signal.reason : error;
  } finally {
    gpu.onFault = undefined;
    options.signal?.removeEventListener("abort", onAbort);
    store?.close(); // the weights are on the GPU now
  }
}

interface Load {
  gpu: Gpu;
  store: ModelStore | undefined;
  reference: ModelReference;
  options: LocalEngineOptions & Pick<PrepareOptions, "headApart"> & { signal: AbortSignal };
  end: AbortController;
  /** Ends the load. */
  fail(reason: unknown): void;
}

async function load({ gpu, store, reference, options, end, fail }: Load): Promise<Engine> {
  const startedMs = performance.now();
  const { signal, onProgress, quantize, weights, headApart, token, hubUrl, hashes, pause: gate } = options;
  const gpuLimits = { maxBufferSize: gpu.maxBufferBytes };
  const from = { reference, token, hubUrl, hashes, gate, startHashThread: options.startHashThread };
  using gpuQuantizer = new GpuRowQuantizer(gpu);
  const quantizer = quantizesFaster(gpu) ? gpuQuantizer : undefined;
  const prepared = await prepareModel({
    ...from,
    quantize,
    quantizer,
    weights,
    headApart,
    gpuLimits,
    store,
    signal,
    onProgress,
  });
  const { config, parameters, generation } = prepared;

  // Before the weights: a missing tokenizer should not cost a download.
  const { tokenizer, dialog, warnings = [] } = await loadText(prepared, options.tokenizer);
  // A fine-tune's eos_token is often newer than config.json: either ends an answer.
  const { eosIds } = config;
  if (tokenizer.eosId !== undefined && !eosIds.includes(tokenizer.eosId)) eosIds.push(tokenizer.eosId);

  const kv = resolveKv(options.kv, parameters, prepared.quantize);
  const tensors = [...prepared.tensors, ...(await prepared.pack({ signal }))];
  const model = await withContext(options.contextLength, config, kv, (contextLength) =>
    Model.create(gpu, config, tensors, { kv, contextLength, signal }),
  );
  try {
    // Measuring and compiling happen while the weights arrive.
    const compiling = tune(model, options).then(() => createGenerator(model, options));
    compiling.catch(fail); // nobody need fetch the rest of a model that cannot run
    const { warm, storedBytes, peakChunkBytes, quantization } = await prepared.stream(model.sink, { signal });
    model.finishLoading();
    onProgress?.({ phase: "compile", loadedBytes: 0, totalBytes: 0, bytesPerSecond: 0, detail: "shaders" });
    const generator = await compiling;
    gpu.check();
    signal.throwIfAborted();
    const info: EngineInfo = {
      model: prepared.label,
      source: prepared.sourceId,
      config,
      generation,
      quantize: prepared.quantize,
      weights: prepared.format?.id ?? "safetensors",
      scheme: mainScheme(prepared.matrices),
      kv,
      contextLength: generator.contextLength,
      dialog: dialog?.kind,
      parameters,
      adapter: gpu.adapter,
      features: [...gpu.features],
      gpuBytes: model.memory.usedBytes,
      storedBytes,
      loadMs: performance.now() - startedMs,
      warm,
      peakChunkBytes,
      quantization,
      warnings: [...(prepared.warnings ?? []), ...warnings, ...(await unstored(options, store, prepared.label))],
    };
    const spoken = { tokenizer, dialog, turnEnds: dialog ? turnEnds(tokenizer, dialog) : [] };
    const core = { label: prepared.label, config, defaults: generation, ...spoken, generator };
    const dispose = async () => {
      await generator.dispose();
      gpu.dispose();
    };
    return assembleEngine({ core: { ...core, ended: end.signal }, info, end, dispose });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Said where a newer release's database keeps this one from storing anything. */
async function unstored(
  { store: wanted }: EngineOptions,
  store: ModelStore | undefined,
  model: string,
): Promise<PronkWarning[]> {
  if (store || wanted === false || !(await isOfNewer())) return [];
  return [{ code: "not-stored", message: (await storageReport()).message, facts: { model, found: "newer" } }];
}

const ggufText = onDemand("reads the tokenizer of a GGUF file", () => import("./text/load-gguf-text.ts"));

/** From the model's files, else from its GGUF; a file that the caller gives comes first. */
async function loadText(
  prepared: PreparedModel,
  given: EngineOptions["tokenizer"],
): Promise<{ tokenizer: Tokenizer; dialog: ChatDialog | undefined; warnings?: PronkWarning[] }> {
  const { sideFiles, config, ggufTokenizer } = prepared;
  const { bosId, eosIds, vocabSize } = config;
  const files = new Map(sideFiles);
  if (typeof given === "object") files.set(given.name, given.bytes);
  // Some uploads of Llama 2's chat models carry no template.
  const assumeLlama2 = findLicenseEvidence(prepared).llama2 && /chat/i.test(prepared.label);
  if (!hasTokenizer(files) && ggufTokenizer) {
    const { loadGgufText } = await ggufText();
    return loadGgufText(ggufTokenizer, { assumeLlama2, vocabSize });
  }
  if (!hasTokenizer(files) && given === "optional") return { tokenizer: absentTokenizer(vocabSize), dialog: undefined };
  const template = ggufTokenizer && ggufTemplate(ggufTokenizer);
  const tokenizer = await loadTokenizer(files, { bosId, eosIds, vocabSize });
  return { tokenizer, dialog: await loadDialog(files, tokenizer, { assumeLlama2, template }) };
}

/** Gives the adapter the variants that were, or are now, measured to be fastest for models of this shape. */
async function tune(model: Model, { store, without = [] }: EngineOptions): Promise<void> {
  const { gpu, config, weights } = model;
  const measure = () => model.measureVariants();
  const { dim, hiddenDim } = config;
  const parts = Object.values(weights.layers[0]).flatMap((weight) => ("parts" in weight ? weight.parts : []));
  const shape = [dim, hiddenDim, ...parts.map(({ format }) => format.label)];
  const circumstances = [gpu.adapter, [...gpu.features], navigator.userAgent, without, shape];
  gpu.variants = store === false ? await measure() : await rememberedTuning(circumstances, measure);
}
