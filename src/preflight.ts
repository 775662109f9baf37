// Will it fit? Storage, GPU and memory against what a model takes, before a byte of its weights moves, and what to take
// instead where it does not. Advice for a page: a load checks again for itself.

import { inUnits, roomFor } from "./api/adapter-room.ts";
import { checkContextLength, leastContext, resolveKv } from "./api/engine-options.ts";
import type { EngineOptions, FitVerdict } from "./api/surface.ts";
import { defaultLimits, readAdapter } from "./gpu/adapter.ts";
import type { AdapterCheck } from "./gpu/adapter-check.ts";
import { probeAllocation } from "./gpu/allocation-probe.ts";
import { prepareModel } from "./load/prepare.ts";
import type { PreparedModel } from "./load/prepared-model.ts";
import { publishedForm, quantizeChoices } from "./load/published-form.ts";
import { countMemory } from "./model/plan-memory.ts";
import type { QuantizeChoice } from "./quant/layout.ts";
import type { ModelReference } from "./source/source.ts";
import { modelKey } from "./store/model-record.ts";
import { ModelStore } from "./store/model-store.ts";
import { standingOf } from "./store/standing.ts";
import { hasRoom } from "./store/storage-errors.ts";

/** How the model would be loaded, as `createEngine` takes it. */
export interface PreflightOptions extends Pick<
  EngineOptions,
  "quantize" | "weights" | "kv" | "contextLength" | "sequences" | "store" | "token" | "hubUrl" | "signal"
> {
  /** Default true: also take the GPU memory for a moment. */
  probe?: boolean;
}

const loaderBytes = 200e6; // six buffers of 16 MiB, the browser's copies of what is on its way to the GPU, the engine itself

interface Setup {
  quantize: QuantizeChoice;
  contextLength: number;
  store: boolean;
}

interface Situation {
  prepared: PreparedModel;
  options: PreflightOptions;
  adapter: AdapterCheck;
  room(neededBytes: number): Promise<{ fits: boolean; availableBytes: number | undefined }>;
  /** Bytes that a begun download has stored of the form asked for. */
  begunBytes: number;
}

/**
 * Whether a model can run here, asked before any weight is fetched. Rejects with PronkError as `createEngine` does for what
 * cannot be read at all, and for a context that the model was not made for; a model that does not fit is an answer.
 */
export async function preflight(model: ModelReference, options: PreflightOptions = {}): Promise<FitVerdict> {
  const { signal, token, hubUrl, quantize, weights } = options;
  const adapter = await readAdapter();
  const store = options.store === false ? undefined : await ModelStore.open();
  try {
    const gpuLimits = { maxBufferSize: adapter.maxBufferBytes };
    const prepared = await prepareModel({
      reference: model,
      quantize,
      weights,
      gpuLimits,
      store,
      token,
      hubUrl,
      signal,
    });
    const key = modelKey(prepared.sourceId, prepared.variant);
    const begun = (await store?.unfinished())?.find((record) => record.key === key);
    const begunBytes = begun ? await store!.storedBytes(begun) : 0;
    const isKept = begun !== undefined && standingOf(begun) === "newer"; // then the load is not stored
    const situation = { prepared, options, adapter, room: hasRoom, begunBytes };
    checkContextLength(options.contextLength, prepared.config);
    const contextLength = options.contextLength ?? prepared.config.contextLength;
    const wanted: Setup = { quantize: prepared.quantize, contextLength, store: store !== undefined && !isKept };
    const verdict = await judge(situation, wanted);
    if (verdict.fits && options.probe !== false && (await probeAllocation(verdict.gpu.neededBytes)) === false) {
      verdict.fits = verdict.gpu.fits = false;
      verdict.problems.push(`The GPU did not give ${inUnits(verdict.gpu.neededBytes)} just now. Close other tabs.`);
    }
    return verdict.fits ? verdict : { ...verdict, ...(await findAlternative(situation, wanted, verdict)) };
  } finally {
    store?.close();
  }
}

async function judge(
  { prepared, options, adapter, room: roomAtRest, begunBytes }: Situation,
  setup: Setup,
): Promise<FitVerdict> {
  const { quantize, contextLength } = setup;
  const memory = countMemory(prepared.config, {
    quantize,
    contextLength,
    ...publishedForm(prepared),
    kv: resolveKv(options.kv, prepared.parameters, quantize),
    maxBindingBytes: adapter.maxBindingBytes || defaultLimits.maxBindingBytes,
    sequences: options.sequences,
  });
  const isAsked = quantize === prepared.quantize;
  const storedForm = isAsked ? prepared.storeBytes - begunBytes : memory.weightBytes; // another form takes about the same
  const neededBytes = setup.store && !(isAsked && prepared.warm) ? storedForm : 0;
  const { fits: storageFits, availableBytes } = await roomAtRest(neededBytes);
  const room = roomFor(memory, adapter);
  const gigabytes = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory; // Chromium only
  const deviceBytes = gigabytes === undefined ? undefined : gigabytes * 2 ** 30;
  const memoryFits = deviceBytes === undefined || deviceBytes >= 2 * loaderBytes;
  const problems = [
    ...(room.fits ? [] : [room.reason ?? "The GPU has too little memory."]),
    ...(storageFits
      ? []
      : [
          `The browser has ${left(availableBytes, neededBytes)} to store models, and this one needs ${inUnits(neededBytes)}.`,
        ]),
    ...(memoryFits
      ? []
      : [`This device has about ${inUnits(deviceBytes)} of memory; loading takes ${inUnits(loaderBytes)}.`]),
  ];
  return {
    fits: problems.length === 0,
    quantize,
    contextLength,
    storage: { neededBytes, availableBytes, fits: storageFits },
    gpu: { neededBytes: memory.totalBytes, fits: room.fits },
    memory: { neededBytes: loaderBytes, deviceBytes, fits: memoryFits },
    problems,
  };
}

/** The setup nearest to the wanted one that fits: a shorter context first, then smaller weights, then no store. */
async function findAlternative(
  situation: Situation,
  wanted: Setup,
  verdict: FitVerdict,
): Promise<Pick<FitVerdict, "alternative"> | undefined> {
  const choices = quantizeChoices(situation.prepared);
  const forms = choices.slice(choices.indexOf(wanted.quantize));
  const contexts: number[] = [];
  for (let length = wanted.contextLength; length >= Math.min(leastContext, wanted.contextLength); length >>= 1)
    contexts.push(length);
  for (const store of wanted.store ? [true, false] : [false])
    for (const quantize of forms)
      for (const contextLength of contexts) {
        const other = await judge(situation, { store, quantize, contextLength });
        // A failed probe means that the estimate was wrong: take less than what failed.
        const less = verdict.problems.length === 0 || other.gpu.neededBytes < 0.8 * verdict.gpu.neededBytes;
        if (!other.fits || (!verdict.gpu.fits && !less)) continue;
        const changes = [
          ...(quantize === wanted.quantize ? [] : [`quantize: "${quantize}"`]),
          ...(contextLength === wanted.contextLength ? [] : [`contextLength: ${contextLength}`]),
          ...(store === wanted.store ? [] : ["store: false (downloaded at every visit)"]),
        ];
        if (changes.length === 0) continue;
        return { alternative: { quantize, contextLength, store, message: `It would fit with ${changes.join(", ")}.` } };
      }
  return undefined;
}

/** The number, where the browser gives one; it may refuse without saying. */
const left = (availableBytes: number | undefined, neededBytes: number) =>
  availableBytes === undefined || availableBytes > neededBytes ? "not enough room" : `${inUnits(availableBytes)} left`;
