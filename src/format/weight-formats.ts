// Which of a repository's files are the model, where there are several sets of weights: safetensors (any scheme), each GGUF
// model, torch's pytorch_model.bin, Meta's own, MLX's weights.npz, MLC's shards, llama2.c's .bin, and each ONNX file where there is none
// of these. The user may name one; the default is the first. By file names only; reading headers shows what is inside.

import { PronkError } from "../errors.ts";
import { isForeignPath } from "./foreign-paths.ts";
import { ggufModels } from "./gguf-parts.ts";
import { safetensorsShards } from "./shards.ts";
import {
  isMetaPath,
  isMlcPath,
  mlcConfig,
  isNpzPath,
  isOnnxPath,
  isTorchPath,
  torchIndex,
} from "../source/torch-names.ts";
import type { TensorFiles } from "./tensor-files.ts";

export interface WeightFormat {
  kind: "safetensors" | "gguf" | "torch" | "meta" | "npz" | "mlc" | "llama2c" | "onnx";
  /** What the user may say to choose it: "safetensors", "torch", "meta", "npz", "mlc", or a file's path. */
  id: string;
  files: string[]; // the parts of GGUF, Meta, MLX, MLC and ONNX, in order; empty for safetensors and torch: found by their headers
}

/** Of several GGUF files, the one a person would most likely take: four bits first, then the nearest above. */
const preferred = [/q4_k_m/i, /q4_k/i, /q4_/i, /iq4/i, /q5_k_m/i, /q5_/i, /q6_k/i, /q8_0/i, /q3_/i, /q2_/i, /./];

/** Of several ONNX files likewise. */
const preferredGraphs = [/q4f16/i, /q4/i, /int8|quantized/i, /fp16/i, /^(?!.*bnb4)/i, /./];

/** All that a source offers, the default first. */
export function weightFormats(source: TensorFiles): WeightFormat[] {
  const paths = source.files.map((file) => file.path);
  const formats: WeightFormat[] = [];
  const safetensors: WeightFormat = { kind: "safetensors", id: "safetensors", files: [] };
  const torch: WeightFormat = { kind: "torch", id: "torch", files: [] };
  if (paths.some(safetensorsShards.isShard)) formats.push(safetensors);
  const byRank = (patterns: RegExp[]) => {
    const rank = ([path]: string[]) => patterns.findIndex((pattern) => pattern.test(path));
    return (a: string[], b: string[]) => rank(a) - rank(b);
  };
  for (const files of ggufModels(paths.filter((path) => !isForeignPath(path))).toSorted(byRank(preferred)))
    formats.push({ kind: "gguf", id: files[0], files });
  if (paths.some(isTorchPath)) formats.push(torch);
  for (const [kind, isOfIt] of [
    ["meta", isMetaPath],
    ["npz", isNpzPath],
    ["mlc", isMlcPath],
  ] as const) {
    const files = paths.filter(isOfIt).toSorted();
    if (files.length > 0) formats.push({ kind, id: kind, files });
  }
  const bin = findLlama2c(source);
  if (bin !== undefined) formats.push({ kind: "llama2c", id: bin, files: [bin] });
  // Repositories made for transformers.js have the same model in many ONNX files beside others: those count where nothing else is.
  const graphs = paths.filter(isOnnxPath).map((path) => [path, ...paths.filter((other) => isDataOf(other, path))]);
  if (formats.length === 0)
    for (const files of graphs.toSorted(byRank(preferredGraphs))) formats.push({ kind: "onnx", id: files[0], files });
  // With only an index the shards are reported missing, by name.
  if (formats.length === 0 && paths.includes(safetensorsShards.index)) formats.push(safetensors);
  if (formats.length === 0 && paths.includes(torchIndex)) formats.push(torch);
  if (formats.length === 0 && paths.includes(mlcConfig)) formats.push({ kind: "mlc", id: "mlc", files: [] });
  return formats;
}

/** External data: `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`. */
const isDataOf = (path: string, graph: string) => path.startsWith(graph) && /^[_.]data/.test(path.slice(graph.length));

/** The one file that by its name is llama2.c's legacy checkpoint: a .bin that is no tokenizer and nothing else known. */
function findLlama2c(source: TensorFiles): string | undefined {
  const bins = source.files.filter(
    ({ path }) =>
      /\.bin$/i.test(path) &&
      !/(^|\/)tok(enizer|\d+)?[^/]*\.bin$/i.test(path) &&
      !isMlcPath(path) &&
      !isForeignPath(path),
  );
  return bins.length === 1 ? bins[0].path : undefined;
}

/** Bytes of a format's files at the source. */
export function bytesOf(source: Pick<TensorFiles, "files">, { kind, files }: WeightFormat): number {
  const isOfIt = kind === "safetensors" ? safetensorsShards.isShard : kind === "torch" ? isTorchPath : undefined;
  return source.files.reduce(
    (sum, { path, sizeBytes }) => sum + ((isOfIt?.(path) ?? files.includes(path)) ? sizeBytes : 0),
    0,
  );
}

/** The one asked for, or the default. `wanted` may be an id, a kind, or part of a file's name ("Q5_K_M"). */
export function chooseWeightFormat(source: TensorFiles, wanted?: string): WeightFormat {
  const formats = weightFormats(source);
  const offered = formats.map((format) => format.id).join(", ");
  if (formats.length === 0) throw noWeights(source);
  if (wanted === undefined) return formats[0];
  const found = [0, 1, 2].map((reach) => formats.find((format) => matches(format, wanted)[reach])).find(Boolean);
  if (found) return found;
  throw new PronkError("bad-request", `${source.label} has no weights "${wanted}"; it has ${offered}.`, {
    field: "weights",
    expected: offered,
    found: wanted,
  });
}

/** Whether `wanted` names the format. */
export const isNamed = (format: WeightFormat, wanted: string): boolean => matches(format, wanted).some(Boolean);

/** By its id, its kind, or a part of a file's name. */
function matches({ id, kind, files }: WeightFormat, wanted: string): boolean[] {
  const lower = wanted.toLowerCase();
  return [id === wanted, kind === wanted, files.some((file) => file.toLowerCase().includes(lower))];
}

function noWeights(source: TensorFiles): PronkError {
  const file = source.files.find(({ path }) => /\.bin$/i.test(path))?.path; // its first bytes may show what it is
  return new PronkError(
    "model-unsupported",
    `${source.label} has no weights that pronk reads: safetensors, GGUF, pytorch_model.bin, qmodel.pt, consolidated.00.pth, weights.npz, MLC's shards, llama2.c's .bin, or .onnx.`,
    { file: file ?? source.label, expected: "*.safetensors or *.gguf", found: null },
  );
}
