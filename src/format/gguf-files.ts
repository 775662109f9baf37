// The headers of a model's GGUF files as one, once the parts have been checked: the first part has the metadata; each has
// its own tensors.

import { PronkError } from "../errors.ts";
import { readGgufHeader, type GgufHeader } from "./gguf.ts";
import { partName } from "./gguf-parts.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** Headers of all parts; metadata of the first. `paths`: one of `ggufModels`. */
export async function readGgufModel(
  source: TensorFiles,
  paths: readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<GgufHeader> {
  const total = Number(partName.exec(paths[0])?.[3] ?? 0); // 0: a file alone
  for (let part = 1; part <= total; part++) {
    const name = paths[0].replace(/-\d{5}-of-/, `-${String(part).padStart(5, "0")}-of-`);
    if (!paths.includes(name))
      throw new PronkError("format", `"${paths[0]}" is one of ${total} parts, and "${name}" is not there. Add it.`, {
        file: name,
        expected: name,
        found: null,
      });
  }
  const headers = await Promise.all(paths.map((path) => readGgufHeader(source, path, options)));
  const [first] = headers;
  const declared = first.metadata.get("split.count");
  if (declared !== undefined && declared !== 0 && declared !== paths.length)
    throw new PronkError(
      "format",
      `"${first.file}" says that its model has ${String(declared)} parts; by the files' names it has ${paths.length}. Take the parts of one export.`,
      { file: first.file, field: "split.count", expected: paths.length, found: String(declared) },
    );
  const tensors = headers.flatMap((header) => header.tensors);
  const names = new Set<string>();
  for (const { name, file } of tensors) {
    if (names.has(name))
      throw new PronkError("format", `Tensor "${name}" is in "${file}" and in another part of the same model.`, {
        file,
        field: name,
      });
    names.add(name);
  }
  const wanted = first.metadata.get("split.tensors.count");
  if (wanted !== undefined && wanted !== tensors.length)
    throw new PronkError(
      "format",
      `"${first.file}" says that its model has ${String(wanted)} tensors; its parts hold ${tensors.length}. Take the parts of one export.`,
      { file: first.file, field: "split.tensors.count", expected: String(wanted), found: tensors.length },
    );
  return { ...first, tensors };
}
