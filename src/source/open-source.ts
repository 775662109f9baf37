// What a caller names as a model -> a ModelSource. Nothing of a weight is fetched here, only lists of files.

import { PronkError } from "../errors.ts";
import { hubSource } from "./hub-source.ts";
import { directorySource, filesSource } from "./picked-source.ts";
import { parseReference } from "./reference.ts";
import type { ModelReference, ModelSource } from "./source.ts";
import { fileUrlSource, folderUrlSource } from "./url-source.ts";

export interface OpenOptions {
  /** Access token for gated hub repositories; sent to the hub only, held in memory only. */
  token?: string;
  signal?: AbortSignal;
  /** Another hub than huggingface.co, for mirrors and tests. */
  hubUrl?: string;
}

/** Throws PronkError `bad-request` (no such kind of reference), `network`, `format`, or the signal's reason. */
export async function openSource(model: ModelReference, options: OpenOptions = {}): Promise<ModelSource> {
  options.signal?.throwIfAborted();
  if (typeof model === "string") {
    const parsed = parseReference(model);
    if (parsed.kind === "hub") return hubSource(parsed, options);
    return (parsed.kind === "file-url" ? fileUrlSource : folderUrlSource)(parsed.url, options);
  }
  if (Array.isArray(model)) return filesSource(model);
  if (isSource(model)) return model;
  if (model && typeof model === "object" && model.kind === "directory") return directorySource(model, options.signal);
  throw new PronkError("bad-request", "The model is neither a name, nor an address, nor picked files.", {
    field: "model",
    expected: "string, File[], FileSystemDirectoryHandle or ModelSource",
    found: typeof model,
  });
}

export const isSource = (model: unknown): model is ModelSource =>
  typeof model === "object" && model !== null && "files" in model && typeof (model as ModelSource).read === "function";
