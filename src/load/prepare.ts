// The first half of a load: which model, which stored form, where its tensors lie. No weight is read; afterwards the GPU
// side knows every shape and can make its buffers. The second half is the `stream` of what this returns.

import { PronkError, type PronkWarning } from "../errors.ts";
import { readCheckpoint } from "../format/checkpoint.ts";
import { countParameters } from "../format/llama-tensors.ts";
import { isNamed } from "../format/weight-formats.ts";
import { onDemand } from "../on-demand.ts";
import { resolveQuantize, type AdapterRoom } from "../quant/choose.ts";
import type { QuantizeChoice } from "../quant/layout.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import type { StartHashThread } from "../source/hash-thread.ts";
import { openSource } from "../source/open-source.ts";
import type { OpenOptions } from "../source/open-options.ts";
import type { OnProgress } from "../source/progress.ts";
import { nameOfModel, referenceOfSource } from "../source/reference.ts";
import type { ModelReference, ModelSource } from "../source/source.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { Standing } from "../store/standing.ts";
import { coldModel } from "./cold-model.ts";
import { isExported } from "./export-name.ts";
import { BufferPool } from "./look-ahead.ts";
import { parseVariant, variantOf, type ModelManifest, type PreparedModel } from "./prepared-model.ts";
import { warmModel } from "./warm-model.ts";

const exportedPart = onDemand("opens exported models", () => import("./exported.ts"));

export interface PrepareOptions extends OpenOptions {
  reference: ModelReference;
  /** Further names under which the store is to find the model. */
  references?: readonly string[];
  /** Default `auto`. */
  quantize?: "auto" | QuantizeChoice;
  /** Which weights, where the source has several: see chooseWeightFormat. */
  weights?: string;
  /** For a load that ended in `headDiffers`. */
  headApart?: boolean;
  /** What `auto` may count on. */
  gpuLimits?: AdapterRoom;
  /** Where models are kept; without one the weights go to the sink only. */
  store?: ModelStore;
  onProgress?: OnProgress;
  /** Counts and bounds the bytes held; default one of six buffers of 16 MiB. */
  pool?: BufferPool;
  /** What quantizes weights as they are loaded; default: JavaScript. */
  quantizer?: RowQuantizer;
  /** Provides a thread for hashing files (SHA-256); default: they are hashed on this one. */
  startHashThread?: StartHashThread;
}

/**
 * A reference that the store already knows needs no network at all, and keeps the commit it had then. Throws PronkError
 * (`bad-request`, `network`, `format`, `model-unsupported`, `integrity`), or the signal's reason.
 */
export async function prepareModel(options: PrepareOptions): Promise<PreparedModel> {
  const { store, onProgress, pool = new BufferPool(), quantizer, gpuLimits, weights, headApart, signal } = options;
  const reference = typeof options.reference === "string" ? nameOfModel(options.reference) : undefined;
  const resolve = ({ parameters, matrices = [] }: Pick<ModelManifest, "parameters" | "matrices">): QuantizeChoice =>
    matrices.length > 0 ? "none" : resolveQuantize(options.quantize ?? "auto", { parameters, gpuLimits });

  const known = reference === undefined ? [] : ((await store?.findByReference(reference)) ?? []);
  const record = known.find((candidate) => {
    const manifest = candidate.manifest as ModelManifest;
    const variant = parseVariant(candidate.variant);
    const isWanted = weights === undefined ? !variant.weights : manifest.format && isNamed(manifest.format, weights);
    return isWanted && variant.quantize === resolve(manifest);
  });
  // With no source open yet: at the record's commit, not at the newest.
  const reopenFor = (sourceId: string) => () => reopenSource(sourceId, options, options.reference);
  const warm = { store: store!, pool, onProgress, reference };
  if (record) return warmModel({ ...warm, record, reopen: reopenFor(record.sourceId) });

  const opened = await openSource(options.reference, options);
  const exported = isExported(opened) ? await (await exportedPart()).openExported(opened, signal) : undefined;
  const source = exported?.source ?? opened;
  const checkpoint = exported?.checkpoint ?? (await readCheckpoint(source, { weights, headApart, signal }));
  const parameters = countParameters(checkpoint.config);
  const quantize = exported?.quantize ?? resolve({ parameters, matrices: checkpoint.matrices });
  const variant = variantOf(checkpoint, quantize);
  const stored = await store?.find(source.id, variant);
  if (stored) return warmModel({ ...warm, record: stored, reopen: async () => source });
  const { startHashThread } = options;
  const { standing = "current", begun } = (await store?.standing(source.id, variant)) ?? {};
  const through = { store: standing === "newer" ? undefined : store, pool, quantizer, startHashThread, onProgress };
  const references = exported?.references ?? [...(options.references ?? []), ...(reference ? [reference] : [])];
  const cold = coldModel({ source, checkpoint, parameters, quantize, references, as: exported, ...through });
  // An older download that was only begun is no loss.
  const warning = begun && standing !== "newer" ? undefined : ofNoUse(standing, source.label);
  if (warning) cold.warnings = [...(cold.warnings ?? []), warning];
  return cold;
}

/** The warning about a stored model that is not used. */
function ofNoUse(found: Standing, model: string): PronkWarning | undefined {
  const facts = { model, found };
  switch (found) {
    case "current":
      return undefined;
    case "misread":
      return {
        code: "stored-again",
        message: `An earlier release of pronk had misread the files of ${model}, and its answers were wrong. They were read anew, and fetched where what was stored does not hold all of them.`,
        facts,
      };
    case "older":
      return {
        code: "stored-again",
        message: `An earlier release of pronk has stored ${model} in a way that is of no use now, so it was fetched again.`,
        facts,
      };
    case "damaged":
      return {
        code: "stored-again",
        message: `What was known of the stored copy of ${model} is damaged, so it was fetched again.`,
        facts,
      };
    case "newer":
      return {
        code: "not-stored",
        message: `A newer release of pronk has stored ${model}. This older page cannot use that and leaves it as it is: the model was fetched and is not stored. Reload the page to get that release.`,
        facts,
      };
  }
}

/** Opens the source of stored bytes again. `picked` stands for sources that have no address. */
export async function reopenSource(
  sourceId: string,
  options: OpenOptions,
  picked?: ModelReference,
): Promise<ModelSource> {
  // An address as it was typed has what its id lacks: today's signature.
  const typed = typeof picked === "string" && sourceId.startsWith("url:") ? picked : undefined;
  const reference = typed ?? referenceOfSource(sourceId) ?? picked;
  if (reference === undefined)
    throw new PronkError("network", "The model came from picked files, which are not at hand. Pick them again.", {
      expected: sourceId,
    });
  const source = await openSource(reference, options);
  if (source.id === sourceId) return source;
  throw new PronkError("integrity", `${source.label} has other files at its source now than were stored.`, {
    expected: sourceId,
    found: source.id,
  });
}
