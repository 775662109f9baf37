// The adapters that an engine was given: each prepared, brought onto the GPU beside the model, and given plans of its own. Loaded
// if there are any. engine.ts decides when.

import type { AdapterOption, EngineInfo, EngineOptions } from "./api/surface.ts";
import { badField } from "./api/request-fields.ts";
import { PronkError } from "./errors.ts";
import type { Machine } from "./generate/machine.ts";
import type { PrepareLoraOptions } from "./load/prepare-lora.ts";
import { loraSink, mixedBytes } from "./model/lora-sink.ts";
import type { ModelWeights } from "./model/weights.ts";
import { onDemand } from "./on-demand.ts";
import { referenceOfSource } from "./source/reference.ts";

const filesPart = onDemand("reads adapters", () => import("./load/prepare-lora.ts"));

type LoadedAdapter = NonNullable<EngineInfo["adapters"]>[number];

/** Throws PronkError bad-request. */
export function checkAdapters(adapters: EngineOptions["adapters"]): void {
  if (!Array.isArray(adapters)) throw badField("adapters", "a list of { model, name, scale }", adapters);
  const names = new Set<string>();
  for (const [at, adapter] of adapters.entries()) {
    const field = `adapters[${at}]`;
    const { model, name, scale } = (adapter ?? {}) as Partial<AdapterOption>;
    if (model === undefined) throw badField(field, "an object with a model", adapter);
    if (name !== undefined && (typeof name !== "string" || name === "" || names.has(name)))
      throw badField(`${field}.name`, "a text that no other of them has", name);
    if (name !== undefined) names.add(name);
    if (scale !== undefined && !(typeof scale === "number" && Number.isFinite(scale)))
      throw badField(`${field}.scale`, "a finite number", scale);
  }
}

interface LoadAdaptersOptions extends EngineOptions, Pick<PrepareLoraOptions, "startHashThread"> {
  /** Those of the engine that this one replaces: they must be the same. */
  like?: Pick<EngineInfo, "adapters">;
}

/**
 * Beside a loaded model. `keys` go by the names that requests use; `mixedBytes` is what answers with different adapters take
 * on the GPU besides, once they are computed at the same time. Errors: those of a model's load, with the adapter's name
 * in `facts.adapter`.
 */
export async function loadAdapters(
  { model, steps }: Machine,
  store: PrepareLoraOptions["store"],
  options: LoadAdaptersOptions,
): Promise<{ loaded: LoadedAdapter[]; keys: Map<string, string>; mixedBytes: number }> {
  const { token, hubUrl, pause: gate, startHashThread, onProgress, signal, like } = options;
  const from = { token, hubUrl, gate, startHashThread, store, onProgress, signal };
  const checks = !options.without?.includes("sums");
  const { prepareLora } = await filesPart();
  const loaded: LoadedAdapter[] = [];
  const changed: ModelWeights[] = [];
  for (const [at, { model: asked, name: given, scale = 1 }] of (options.adapters ?? []).entries()) {
    const before = like?.adapters?.[at].source;
    // By now the repository's name may mean a newer commit; what is stored is found by the name.
    const reference = (options.store === false && before !== undefined && referenceOfSource(before)) || asked;
    const what = given ?? (typeof asked === "string" ? asked : `adapters[${at}]`);
    try {
      const { lora, prepared } = await prepareLora(model.config, { ...from, reference });
      const { label, sourceId: source } = prepared;
      if (before !== undefined && before !== source) throw otherFiles(before, source);
      const name = given ?? label;
      if (loaded.some((other) => other.name === name))
        throw badField(`adapters[${at}].name`, "another than those before it have", name);
      const sink = await loraSink({ model, lora, scale, checks });
      await prepared.stream(sink, { signal: from.signal });
      const weights = await sink.finish();
      await steps.adapt(adapterKey(source, scale), weights);
      changed.push(weights);
      loaded.push({ name, model: label, source, scale, ...(lora.base !== undefined && { base: lora.base }) });
    } catch (error) {
      from.signal?.throwIfAborted();
      if (!(error instanceof PronkError) || error.facts.adapter !== undefined) throw error;
      throw new PronkError(error.code, `Adapter ${what}: ${error.message}`, { ...error.facts, adapter: what }, { cause: error }); // prettier-ignore
    }
  }
  const keys = new Map(loaded.map(({ name, source, scale }) => [name, adapterKey(source, scale)]));
  return { loaded, keys, mixedBytes: options.sequences === 1 ? 0 : mixedBytes(changed) };
}

/** Identifies a cache that the adapter filled: these bytes at this strength. */
const adapterKey = (source: string, scale: number): string => `${source}*${scale}`;

function otherFiles(expected: string, found: string): PronkError {
  const message = "There are other files at its source now than were loaded. Load the model again.";
  return new PronkError("integrity", message, { expected, found });
}
