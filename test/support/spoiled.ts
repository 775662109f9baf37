// A checkpoint's files with one tensor changed: its bytes, its name, its type and shape, or the tensor gone. The rest of the file
// stays whole, so that what is refused is the change and nothing else.

import { readSafetensorsHeader } from "../../src/format/safetensors.ts";
import { madeSafetensors } from "./made-checkpoint.ts";
import { memorySource } from "./memory-source.ts";

export interface SpoiledTensor {
  name: string;
  dtype: string;
  shape: number[];
  bytes: Uint8Array<ArrayBuffer>;
}

export type Files = Map<string, Uint8Array>;

/** `spoil` gets the first tensor whose name ends so; it may change it in place, or give another, or null for none. */
export async function spoilTensor(
  files: Files,
  end: string,
  spoil: (tensor: SpoiledTensor, view: DataView) => Partial<SpoiledTensor> | null | void,
): Promise<void> {
  for (const path of [...files.keys()].filter((name) => name.endsWith(".safetensors")).toSorted()) {
    const file = files.get(path)!;
    const entries = await readSafetensorsHeader(memorySource(new Map([[path, file]])), path);
    const tensors = entries.map((entry) => ({
      ...entry,
      bytes: new Uint8Array(file.subarray(entry.start, entry.end)),
    }));
    const at = tensors.findIndex(({ name }) => name.endsWith(end));
    if (at < 0) continue;
    const { bytes } = tensors[at];
    const changed = spoil(tensors[at], new DataView(bytes.buffer));
    tensors.splice(at, 1, ...(changed === null ? [] : [{ ...tensors[at], ...changed }]));
    files.set(path, madeSafetensors(tensors));
    return;
  }
  throw new Error(`no tensor ends in ${end}`);
}

/** Replaces fields of a JSON file. */
export function spoilJson(files: Files, path: string, change: (fields: any) => unknown): void {
  const fields = JSON.parse(new TextDecoder().decode(files.get(path)));
  files.set(path, new TextEncoder().encode(JSON.stringify(change(fields) ?? fields)));
}
