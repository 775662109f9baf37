// Questions about models and the machine that need no engine: what a model is, what is stored, what the GPU can hold.

import type { ModelSummary, StoredModel } from "./api/surface.ts";
import { PronkError } from "./errors.ts";
import type { QuantizeChoice } from "./quant/layout.ts";
import type { ModelReference } from "./source/source.ts";

/** Reads a model's headers and card, no weights. */
export async function inspectModel(
  _model: ModelReference,
  _options: { token?: string; signal?: AbortSignal } = {},
): Promise<ModelSummary> {
  throw new PronkError("unsupported", "The rooms below the engine are not connected yet.");
}

/** What the store holds, newest use first. */
export async function listModels(): Promise<StoredModel[]> {
  return [];
}

/** Deletes a model from the store; without `quantize` in every form that is kept. */
export async function deleteModel(_id: string, _quantize?: QuantizeChoice): Promise<void> {}
