// The tensors of safetensors files -> the model's tensors, by the names that are there. Quantized matrices are for
// packed-parts.ts, which is loaded where there are some.

import { PronkError } from "../errors.ts";
import { missingTensors, toTensor } from "./llama-tensors.ts";
import { isQuantized } from "./quantized.ts";
import type { ModelTensor, QuantizedMatrix, TensorSlice } from "./quantized.ts";

/** The tensors of a linear layer, by the ends of their names. */
export type Ends = ReadonlyMap<string, TensorSlice>;

/** Reads a layer's matrix where its weights are quantized; undefined where they are not (packed-parts.ts). */
export type ReadMatrix = (name: string, shape: readonly number[], ends: Ends) => QuantizedMatrix | undefined;

const isLibraryName = /\.(W_q|weight\._data(\._data)?|_weight_qdata|weight_scales|codes)$/;

/** Whether some matrix looks as if HQQ, optimum-quanto, torchao, EETQ or AQLM had quantized it (library-parts.ts). */
export const looksOfLibrary = (entries: readonly TensorSlice[]): boolean =>
  entries.some(({ name }) => isLibraryName.test(name));

const isPackedName = /\.(q_?weight|B|SCB|weight\.absmax|weight_packed|weight_scale(_inv)?|scales)$/;

/** Whether some matrix looks quantized: `toModelTensors` then needs a reader for it. */
export const looksPacked = (entries: readonly TensorSlice[]): boolean =>
  entries.some(({ name }) => isPackedName.test(name));

/** Names of `expected` for which `entries` hold neither a weight nor its codes. */
export function missingMatrices(expected: Iterable<string>, entries: readonly TensorSlice[]): string[] {
  const found = new Set(entries.map((entry) => entry.name));
  return [...expected].filter((name) => {
    if (name.endsWith(".bias")) return !found.has(name);
    const base = name.slice(0, -"weight".length);
    return ![
      "weight",
      "qweight",
      "B",
      "q_weight",
      "weight_packed",
      "W_q",
      "codes",
      "weight._data",
      "weight._data._data",
      "_weight_qdata",
    ].some((end) => found.has(base + end));
  });
}

/** Every expected tensor, sorted by file, then start of its codes. Throws PronkError naming tensor and file. */
export function toModelTensors(
  expected: ReadonlyMap<string, readonly number[]>,
  entries: readonly TensorSlice[],
  readMatrix?: ReadMatrix,
): ModelTensor[] {
  const layers = new Map<string, Map<string, TensorSlice>>();
  const bases = new Set([...expected.keys()].map((name) => name.replace(/\.(weight|bias)$/, "")));
  for (const entry of entries) {
    const base = baseOf(entry.name, bases);
    if (base === undefined) continue;
    const ends = layers.get(base) ?? new Map<string, TensorSlice>();
    const end = entry.name.slice(base.length + 1);
    const other = ends.get(end);
    if (other)
      throw new PronkError(
        "format",
        `Tensor "${entry.name}" is in both "${other.file}" and "${entry.file}". Remove the file that does not belong to the model.`,
        { file: entry.file, field: entry.name, expected: other.file, found: entry.file },
      );
    ends.set(end, entry);
    layers.set(base, ends);
  }
  const tensors = [...expected].flatMap(([name, shape]): ModelTensor[] => {
    const [, base, kind] = /^(.*)\.(weight|bias)$/.exec(name)!;
    const ends = layers.get(base);
    const bias = ends?.get("bias");
    if (!ends || (kind === "bias" && !bias)) throw missingTensors([name], entries[0]?.file ?? "the checkpoint");
    if (kind === "bias") return [toTensor(bias!, shape)];
    const tensor = toModelTensor(name, shape, ends, readMatrix);
    // Quantizers write biases, often all zero, where the configuration has none.
    const more = isQuantized(tensor) && bias && !expected.has(`${base}.bias`);
    return more ? [tensor, toTensor(bias, [shape[0]])] : [tensor];
  });
  return inOrder(tensors);
}

/** By file, then start of the codes. */
export function inOrder(tensors: readonly ModelTensor[]): ModelTensor[] {
  const placeOf = (tensor: ModelTensor) => ("parts" in tensor ? tensor.parts.codes : tensor);
  return tensors.toSorted((a, b) => {
    const [x, y] = [placeOf(a), placeOf(b)];
    return x.file === y.file ? x.start - y.start : x.file < y.file ? -1 : 1;
  });
}

const longestBase = 256;

/** `model.layers.0.self_attn.q_proj` of `model.layers.0.self_attn.q_proj.weight.absmax`. */
function baseOf(name: string, bases: ReadonlySet<string>): string | undefined {
  // No longer than the longest base: a name may be as long as a header.
  for (let end = name.lastIndexOf(".", longestBase); end > 0; end = name.lastIndexOf(".", end - 1))
    if (bases.has(name.slice(0, end))) return name.slice(0, end);
  return undefined;
}

function toModelTensor(
  name: string,
  shape: readonly number[],
  ends: Ends,
  readMatrix: ReadMatrix | undefined,
): ModelTensor {
  const matrix = shape.length === 2 ? readMatrix?.(name, shape, ends) : undefined;
  if (matrix) return matrix;
  const weight = ends.get("weight");
  if (!weight) throw missingTensors([name], [...ends.values()][0].file);
  return toTensor(weight, shape);
}
