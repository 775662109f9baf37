// A folder of safetensors as torch's files: the same tensors, by a writer that is independent of the reader.

import { readSafetensors } from "../reference/checkpoint.ts";
import type { Files } from "./spoiled.ts";
import { torchFile, type TorchTensor, type ZipOptions } from "./torch-writer.ts";

const types = { f32: "FloatStorage", f16: "HalfStorage", bf16: "BFloat16Storage" } as const;

/** All tensors of a folder's safetensors, each with a storage of its own. */
export const torchTensorsOf = (files: ReadonlyMap<string, Uint8Array>): TorchTensor[] =>
  [...files]
    .filter(([path]) => path.endsWith(".safetensors"))
    .flatMap(([, bytes]) => [...readSafetensors(bytes)])
    .map(([name, tensor]) => ({ name, type: types[tensor.dtype], shape: tensor.shape, storage: tensor.bytes.slice() }));

/** The other files of a folder, with these tensors as pytorch_model.bin. */
export function torchCheckpoint(
  files: ReadonlyMap<string, Uint8Array>,
  tensors = torchTensorsOf(files),
  options?: ZipOptions,
): Files {
  const others = [...files].filter(([path]) => !/\.safetensors(\.index\.json)?$/.test(path));
  return new Map([...others, ["pytorch_model.bin", torchFile(tensors, options)]]);
}
