// What a caller names as a model -> a ModelSource. Nothing of a weight is fetched here, only lists of files.

import type { ModelReference, ModelSource } from "./source.ts";

export interface OpenOptions {
  /** Access token for gated hub repositories; held in memory only. */
  token?: string;
  signal?: AbortSignal;
  /** Another hub than huggingface.co, for mirrors and tests. */
  hubUrl?: string;
}

export async function openSource(model: ModelReference, _options: OpenOptions = {}): Promise<ModelSource> {
  if (isSource(model)) return model;
  throw new Error("not yet");
}

export const isSource = (model: ModelReference): model is ModelSource =>
  typeof model === "object" && "id" in model && "files" in model && typeof (model as ModelSource).read === "function";
