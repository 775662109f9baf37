// Composition root: the one file that knows all folders between source/ and api/. Loads a model on the thread it is called
// on and assembles the engine; the worker's host calls it there, create-engine.ts here when there is no worker. It
// decides the order of things, what is tried once more, and who frees what.

import { assembleEngine, type EngineParts } from "./api/assemble.ts";
import { checkOptions, resolveKv, withContext } from "./api/engine-options.ts";
import type { EngineCore } from "./api/engine-core.ts";
import type { ContinuableEngine, Likeness, Predecessor } from "./api/continuation.ts";
import { isLoss, makeAgain, Renewal, type Losable } from "./api/renewal.ts";
import type { EngineInfo, EngineOptions } from "./api/surface.ts";
import { isShortage, PronkError, type PronkWarning } from "./errors.ts";
import { findLicenseEvidence } from "./format/license-evidence.ts";
import { mainScheme } from "./format/quantized.ts";
import { CacheHistory } from "./generate/cache-history.ts";
import { generatorOver } from "./generate/generator.ts";
import { createMachine, lossBehind, type Machine, type Machines } from "./generate/machine.ts";
import { openGpu, type Gpu } from "./gpu/device.ts";
import { GpuRowQuantizer, quantizesFaster } from "./gpu/row-quantizer.ts";
import { headDiffers } from "./load/head-copy.ts";
import { prepareModel, type PrepareOptions } from "./load/prepare.ts";
import type { PreparedModel } from "./load/prepared-model.ts";
import { namedShortage } from "./gpu/shortage.ts";
import { Model } from "./model/model.ts";
import type { TriedSetup } from "./smaller-setups.ts";
import type { StartHashThread } from "./source/hash-thread.ts";
import { referenceOfSource } from "./source/reference.ts";
import type { ModelReference } from "./source/source.ts";
import { isOfNewer, listDatabases } from "./store/database.ts";
import { modelKey } from "./store/model-record.ts";
import { ModelStore } from "./store/model-store.ts";
import { storageReport } from "./store/storage-report.ts";
import { onDemand } from "./on-demand.ts";
import { absentTokenizer } from "./text/absent-tokenizer.ts";
import { ggufTemplate, loadDialog } from "./text/load-dialog.ts";
import { hasTokenizer, loadTokenizer } from "./text/load-tokenizer.ts";
import type { ChatDialog, Tokenizer } from "./text/tokenizer.ts";
import { turnEnds } from "./text/turn-ends.ts";
import { dropWrong, kernelsDropped, tune } from "./tuned.ts";

export interface LocalEngineOptions extends EngineOptions {
  /** Starts a thread for the SHA-256 of files; default: they are hashed on this one. */
  startHashThread?: StartHashThread;
  /** An engine that was lost with its thread; this one takes its place. */
  predecessor?: Predecessor;
}

/**
 * Loads a model on this thread. Rejects with PronkError, or with the signal's reason when aborted, and frees everything.
 * The engine outlives its device, and so does the load: another is requested (api/renewal.ts) and filled like the first.
 */
export async function createLocalEngine(
  reference: ModelReference,
  options: LocalEngineOptions = {},
): Promise<ContinuableEngine> {
  return assembleEngine(await openParts(reference, options));
}

async function openParts(reference: ModelReference, options: LocalEngineOptions): Promise<EngineParts> {
  checkOptions(options);
  if (options.adapters) (await adapterPart()).checkAdapters(options.adapters);
  const { signal = new AbortController().signal, recover = true, onRecovery, predecessor } = options;
  signal.throwIfAborted();
  const recovers = recover && !options.device; // a caller's own device is the caller's to replace
  const load = (own: AbortSignal) =>
    predecessor
      ? loadAgain(reference, { ...options, signal: own, like: predecessor.like })
      : loadWhole(reference, { ...options, signal: own });
  const { machine, info, core, key, named } = await load(signal).catch(async (error: unknown) => {
    if (!recovers || !isLoss(error)) throw error;
    return makeAgain(error, load, { signal, onEvent: onRecovery });
  });
  const end = new AbortController(); // of the engine
  let { variants } = machine.model.gpu;
  const renew = async (own: AbortSignal) => {
    const like = { ...info, variants };
    const { machine: another, info: { adapter, features } } = await loadAgain(reference, { ...options, signal: own, like }); // prettier-ignore
    Object.assign(info, { adapter, features });
    ({ variants } = another.model.gpu);
    return another;
  };
  const renewal = new Renewal<LoadedMachine>(machine, {
    renew: recovers ? renew : undefined,
    onEvent: onRecovery,
    onEnd: (error) => end.abort(error),
  });
  const machines: Machines = {
    current: (own) => renewal.current(own) as Promise<LoadedMachine>,
    proved: (proven) => renewal.proved(proven as LoadedMachine),
    dispose: () => renewal.end(end.signal.reason),
  };
  const history = predecessor && new CacheHistory(predecessor.history);
  const drafts = await draftsOf(core, options).catch((error: unknown) => {
    machines.dispose();
    throw error;
  });
  if (drafts) info.drafts = drafts.info;
  const generator = generatorOver(machines, machine, { ...options, drafts: drafts?.begin, named }, history);
  const askCache: EngineCore["askCache"] = async (does, name) =>
    (await cachePart()).answerCacheCall({ core: whole, info, model: key, stores: options.store !== false }, does, name);
  const whole: EngineCore = { ...core, generator, askCache, ended: end.signal };
  const dispose = async () => void (await Promise.all([generator.dispose(), drafts?.dispose?.()]));
  return { core: whole, info, variants: () => variants, end, dispose };
}

/** Where drafts come from, if they are asked for. An engine that takes another's place goes on without a model that is gone. */
async function draftsOf(core: Loaded["core"], options: LocalEngineOptions) {
  if (!options.drafts) return undefined;
  const { openDrafts } = await draftsPart();
  const opening = openDrafts(core, { ...options, drafts: options.drafts }, openParts);
  return options.predecessor ? opening.catch(() => undefined) : opening;
}

interface LoadedMachine extends Machine, Losable {}

interface Loaded {
  machine: LoadedMachine;
  info: EngineInfo;
  core: Omit<EngineCore, "generator" | "askCache" | "ended">;
  /** Of the model in the store. */
  key: string;
  /** A call's failure, as its caller gets it. */
  named(error: unknown): Promise<unknown>;
}

interface LoadOptions extends LocalEngineOptions, Pick<PrepareOptions, "headApart"> {
  signal: AbortSignal;
  /** Why the load before this one failed, if the GPU did not have what it was sent. */
  again?: PronkError;
  /** What was lost, for a load that must match it. */
  like?: Likeness;
}

/** Drops what was for the first load only, and fixes what that load chose. */
async function loadAgain(reference: ModelReference, options: LoadOptions): Promise<Loaded> {
  const { quantize, kv, contextLength, source } = options.like!;
  const first = { onProgress: undefined, pause: undefined, startHashThread: undefined };
  const own = { ...options, ...first, quantize, kv, contextLength };
  // By now the repository's name may mean a newer commit; what is stored is found by the name, without the network.
  const pinned = source.startsWith("hub:") ? referenceOfSource(source)! : reference;
  const ways = options.store === false ? [pinned] : [reference, pinned];
  for (const way of ways) {
    try {
      return await loadWhole(way, own);
    } catch (error) {
      if (!(error instanceof PronkError) || error.facts.expected !== source || way === ways.at(-1)) throw error;
    }
  }
  throw otherFiles(source, undefined);
}

async function loadWhole(reference: ModelReference, options: LoadOptions): Promise<Loaded> {
  try {
    return await loadOnce(reference, options);
  } catch (error) {
    if (headDiffers(error)) return loadWhole(reference, { ...options, headApart: true }); // with what is stored of it by now
    if (!(error instanceof PronkError) || error.facts.arrived !== false || options.again) throw error;
    return loadOnce(reference, { ...options, again: error });
  }
}

async function loadOnce(reference: ModelReference, options: LoadOptions): Promise<Loaded> {
  options.signal.throwIfAborted();
  const gpu = await openGpu({ device: options.device, without: options.without });
  // Whatever ends the load, the caller or a fault of the GPU, ends every stage of it.
  const loading = new AbortController();
  const { signal } = loading;
  const fail = (reason: unknown) => loading.abort(reason);
  const onAbort = () => fail(options.signal.reason);
  options.signal.addEventListener("abort", onAbort);
  gpu.lost.catch(fail);
  gpu.onFault = fail;
  let store: ModelStore | undefined;
  let tried: TriedSetup | undefined;
  const onTry = (setup: TriedSetup) => (tried = setup);
  try {
    if (options.store !== false) store = await ModelStore.open();
    return await load({ gpu, store, reference, options: { ...options, signal }, fail, onTry });
  } catch (error) {
    const cause = namedShortage(signal.aborted ? signal.reason : error);
    const loss = await lossBehind(cause, gpu, options.signal);
    gpu.dispose();
    throw loss ?? (await withSetups(cause, tried));
  } finally {
    gpu.onFault = undefined;
    options.signal.removeEventListener("abort", onAbort);
    store?.close(); // the weights are on the GPU now
  }
}

interface Load {
  gpu: Gpu;
  store: ModelStore | undefined;
  reference: ModelReference;
  options: LoadOptions;
  /** Ends the load. */
  fail(reason: unknown): void;
  /** Before memory is taken for it. */
  onTry(setup: TriedSetup): void;
}

async function load({ gpu, store, reference, options, fail, onTry }: Load): Promise<Loaded> {
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
  const { like } = options;
  if (like && like.source !== prepared.sourceId) throw otherFiles(like.source, prepared.sourceId);

  // Before the weights: a missing tokenizer should not cost a download.
  const { tokenizer, dialog, warnings = [] } = await loadText(prepared, options.tokenizer);
  // A fine-tune's eos_token is often newer than config.json: either ends an answer.
  const { eosIds } = config;
  if (tokenizer.eosId !== undefined && !eosIds.includes(tokenizer.eosId)) eosIds.push(tokenizer.eosId);

  const kv = resolveKv(options.kv, parameters, prepared.quantize);
  const tensors = [...prepared.tensors, ...(await prepared.pack({ signal }))];
  const { sequences } = options;
  const setup = { prepared, quantize: prepared.quantize, kv, sequences, maxBindingBytes: gpu.maxBindingBytes };
  const key = modelKey(prepared.sourceId, prepared.variant);
  const known = options.again ? undefined : await store?.sumsOf(key).catch(() => undefined);
  const sums = options.without?.includes("sums") ? undefined : (known ?? "new");
  const model = await withContext(options.contextLength, config, kv, (contextLength) => {
    onTry({ ...setup, contextLength });
    return Model.create(gpu, config, tensors, { kv, contextLength, signal, sums });
  });
  // Measuring and compiling happen while the weights arrive.
  const tuning = tune(model, options);
  const compiling = tuning.then(() => createMachine(model));
  compiling.catch(fail); // no need to fetch the rest of a model that cannot run
  try {
    const { warm, storedBytes, peakChunkBytes, quantization } = await prepared.stream(model.sink, { signal });
    model.finishLoading();
    onProgress?.({ phase: "compile", loadedBytes: 0, totalBytes: 0, bytesPerSecond: 0, detail: "shaders" });
    let made = await compiling;
    gpu.check();
    const found = sums && (await model.check());
    if (found) await store?.keepSums(key, found).catch(() => {}); // without them the next load sums more
    const { dropped, anew } = await dropWrong(model, await tuning);
    if (anew) {
      made = await createMachine(model); // what it replaces is a few records, which go with the model
      if (sums) await model.check();
    }
    const adapted = options.adapters?.length && (await (await adapterPart()).loadAdapters(made, store, options));
    signal.throwIfAborted();
    const info: EngineInfo = {
      where: "device",
      model: prepared.label,
      source: prepared.sourceId,
      config,
      generation,
      quantize: prepared.quantize,
      weights: prepared.format?.id ?? "safetensors",
      scheme: mainScheme(prepared.matrices),
      kv,
      ...(adapted && { adapters: adapted.loaded }),
      contextLength: model.cache.context,
      dialog: dialog?.kind,
      parameters,
      adapter: gpu.adapter,
      features: [...gpu.features],
      gpuBytes: model.memory.usedBytes,
      mostGpuBytes: model.mostBytes(sequences, Boolean(options.drafts)) + (adapted ? adapted.mixedBytes : 0),
      storedBytes,
      loadMs: performance.now() - startedMs,
      warm,
      peakChunkBytes,
      quantization,
      warnings: [
        ...(prepared.warnings ?? []),
        ...warnings,
        ...kernelsDropped(dropped),
        ...uploadedAgain(options),
        ...(await unstored(options, store, prepared.label)),
      ],
    };
    const spoken = { tokenizer, dialog, turnEnds: dialog ? turnEnds(tokenizer, dialog) : [] };
    const core = {
      ...(adapted && { adapters: adapted.keys }),
      label: prepared.label,
      config,
      defaults: generation,
      ...spoken,
    };
    const release = () => {
      model.dispose();
      gpu.dispose();
    };
    const named = (error: unknown) => withSetups(error, { ...setup, contextLength: info.contextLength, loaded: true });
    return { machine: { ...made, lost: gpu.lost, release }, info, core, key, named };
  } catch (error) {
    // What still compiles would be bound to buffers that are gone: refused commands, which all engines on a lent device hear.
    fail(error);
    await compiling.catch(() => {});
    model.dispose();
    throw error;
  }
}

function otherFiles(expected: string, found: string | undefined): PronkError {
  const message = "There are other files at the model's source now than were loaded. Load the model again.";
  return new PronkError("integrity", message, { expected, found });
}

/** A shortage of memory says what would fit, if the part that knows is to be had. */
async function withSetups(cause: unknown, tried: TriedSetup | undefined): Promise<unknown> {
  if (!isShortage(cause)) return cause;
  const part = await setupsPart().catch(() => undefined);
  return part ? part.withSetups(cause, tried) : cause;
}

/** The warning when the first upload did not arrive whole. */
function uploadedAgain({ again }: LoadOptions): PronkWarning[] {
  if (!again) return [];
  const message = `${again.message} This has been done, and everything has arrived.`;
  return [{ code: "uploaded-again", message, facts: again.facts }];
}

/** The warning when a newer release's database keeps this one from storing anything. */
async function unstored(
  { store: wanted }: EngineOptions,
  store: ModelStore | undefined,
  model: string,
): Promise<PronkWarning[]> {
  if (store || wanted === false || !isOfNewer(await listDatabases())) return [];
  return [{ code: "not-stored", message: (await storageReport()).message, facts: { model, found: "newer" } }];
}

const cachePart = onDemand("keeps the KV cache from visit to visit", () => import("./engine-cache.ts"));
const draftsPart = onDemand("drafts tokens", () => import("./drafting.ts"));
const setupsPart = onDemand("names smaller setups", () => import("./smaller-setups.ts"));
const adapterPart = onDemand("loads adapters", () => import("./loras.ts"));
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
