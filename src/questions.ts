// Questions about models and this machine that need no engine. What answers those about models is fetched when it is asked.

import type { FitVerdict, ModelSummary } from "./api/surface.ts";
import type { AdapterCheck } from "./gpu/adapter-check.ts";
import { readAdapter } from "./gpu/adapter.ts";
import type { InspectOptions, ModelShape } from "./inspect.ts";
import { onDemand } from "./on-demand.ts";
import type { PreflightOptions } from "./preflight.ts";
import type { ModelReference } from "./source/source.ts";

const inspection = onDemand("looks into models", () => import("./inspect.ts"));
const judgement = onDemand("judges what fits", () => import("./preflight.ts"));

/** What this machine's adapter offers, asked without opening a device. Never throws: what is missing is the answer. */
export const checkAdapter = (): Promise<AdapterCheck> => readAdapter();

/**
 * Reads a model's headers and card; a model in the store is described without the network. With `adapters`, what they say of
 * their licence counts too: one made for Llama 2 is under Llama 2's, whatever it is put on.
 */
export async function inspectModel(model: ModelReference, options?: InspectOptions): Promise<ModelSummary> {
  return (await inspection()).inspectModel(model, options);
}

/** What a model of this shape needs on the GPU, for a catalogue that knows nothing else of it. */
export async function estimateNeeds(shape: ModelShape): Promise<ModelSummary["needs"]> {
  return (await inspection()).estimateNeeds(shape);
}

/**
 * Whether a model can run here, asked before any weight is fetched. Rejects with PronkError as `createEngine` does for what
 * cannot be read at all, and for a context that the model was not made for; a model that does not fit is an answer.
 */
export async function preflight(model: ModelReference, options?: PreflightOptions): Promise<FitVerdict> {
  return (await judgement()).preflight(model, options);
}
