// What a caller names as a model -> a ModelSource. No weights are fetched here, only lists of files.

import type { OpenOptions } from "./open-options.ts";
import { PronkError } from "../errors.ts";
import { hubSource } from "./hub-source.ts";
import { directorySource, filesSource } from "./picked-source.ts";
import { parseReference } from "./reference.ts";
import type { ModelReference, ModelSource } from "./source.ts";
import { fileUrlSource, folderUrlSource } from "./url-source.ts";

/** Throws PronkError `bad-request` (no such kind of reference), `network`, `format`, or the signal's reason. */
export async function openSource(model: ModelReference, options: OpenOptions = {}): Promise<ModelSource> {
  options.signal?.throwIfAborted();
  const source = await open(model, options);
  return options.hashes ? withHashes(source, options.hashes) : source;
}

/** The same source with the caller's hashes in its list. */
function withHashes(source: ModelSource, hashes: Readonly<Record<string, string>>): ModelSource {
  const files = source.files.map((file) => {
    const sha256 = Object.hasOwn(hashes, file.path) ? hashes[file.path].toLowerCase() : file.sha256;
    return sha256 === undefined ? file : { ...file, sha256 };
  });
  const wrong = files.find(({ sha256 }) => sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256));
  if (wrong)
    throw new PronkError("bad-request", `The hash given for "${wrong.path}" is no SHA-256 in hex (64 digits).`, {
      field: "hashes",
      file: wrong.path,
      found: wrong.sha256,
    });
  return Object.assign(Object.create(source) as ModelSource, { files });
}

async function open(model: ModelReference, options: OpenOptions): Promise<ModelSource> {
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

const isSource = (model: unknown): model is ModelSource =>
  typeof model === "object" && model !== null && "files" in model && typeof (model as ModelSource).read === "function";
