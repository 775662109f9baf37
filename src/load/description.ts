// The description beside an exported model: its shape, as export.ts writes it and exported.ts reads it.

import type { BlockNote } from "../store/model-record.ts";
import { count, either, flag, list, number, object, oneOf, optional, record, type Shape, text, union } from "../message-shape.ts"; // prettier-ignore
import { linearRoles } from "../format/tensor-roles.ts";
import type { ModelManifest } from "./prepared-model.ts";

export interface Description {
  id: string;
  label: string;
  references: string[];
  variant: string;
  sideFiles: { name: string; sizeBytes: number; checksum: BlockNote["checksum"] }[];
  files: DescribedFile[];
  manifest: ModelManifest & Required<Pick<ModelManifest, "format" | "offered">>;
}

interface DescribedFile {
  /** In the store. */
  path: string;
  /** In the folder. */
  name: string;
  sizeBytes: number;
  sha256?: string;
  rowEnds: number[];
  checksums: BlockNote["checksum"][];
}

const within =
  (least: number, most: number): Shape =>
  (value) =>
    count(value) ?? ((value as number) < least || (value as number) > most ? "" : undefined);
const matching =
  (pattern: RegExp): Shape =>
  (value) =>
    text(value) ?? (pattern.test(value as string) ? undefined : "");

const size = within(1, 2 ** 24); // of any side of a matrix
const finite: Shape = (value) => (Number.isFinite(value) ? undefined : "");
const checksum = matching(/^[0-9a-f]{16}$/);
const id = optional(count);

const ropeScaling = union("kind", {
  none: object(),
  linear: object({ factor: finite }),
  dynamic: object({ factor: finite, originalContextLength: size }),
  llama3: object({ factor: finite, lowFreqFactor: finite, highFreqFactor: finite, originalContextLength: size }),
  long: object({
    shortFactors: list(finite),
    longFactors: list(finite),
    originalContextLength: size,
    attentionFactor: finite,
  }),
  factors: object({ factors: list(finite), attentionFactor: optional(finite) }),
});

const config = object({
  dim: size,
  hiddenDim: size,
  layers: within(1, 1000),
  heads: within(1, 2 ** 16),
  kvHeads: within(1, 2 ** 16),
  headDim: within(2, 2 ** 16),
  vocabSize: size,
  contextLength: within(1, 2 ** 30),
  normEps: finite,
  ropeTheta: finite,
  ropeScaling,
  tiedEmbeddings: flag,
  bosId: id,
  eosIds: list(count),
  biases: optional(list(oneOf(...linearRoles))),
  headNorm: optional(flag),
  jointNorm: optional(flag),
  layerNorm: optional(flag),
  norms: optional(oneOf("behind", "both")),
  local: optional(object({ layers: list(count), window: within(1, 2 ** 30), ropeTheta: optional(finite) })),
  family: optional(text),
  rotaryDim: optional(within(2, 2 ** 16)),
  unturned: optional(list(count)),
  embeddingScale: optional(finite),
  attentionScale: optional(finite),
  attentionCap: optional(finite),
  logitCap: optional(finite),
  logitScale: optional(finite),
  gainOffset: optional(finite),
  activation: optional(oneOf("gelu")),
  window: optional(within(1, 2 ** 30)),
});

const setting = optional(finite);
const generation = object({
  temperature: setting,
  topP: setting,
  topK: setting,
  minP: setting,
  repetitionPenalty: setting,
});

const place = { file: text, start: count, end: count };
const tensors = list(
  object({
    name: text,
    encoding: oneOf("f32", "f16", "bf16", "q8", "q4"),
    rows: size,
    cols: size,
    ...place,
    interleaved: optional(oneOf(true)),
    panel: optional(object({ firstRow: count, firstCol: count, rows: size, cols: size })),
  }),
);

const slice = object({ name: text, dtype: text, shape: list(count), ...place });
const groups = object({ rows: size, cols: size });
const scheme = union("kind", {
  gptq: object({ bits: oneOf(2, 3, 4, 8), groupSize: number, zeroPoints: oneOf(1, 2) }),
  awq: object({ groupSize: number }),
  marlin: object({ groupSize: number }),
  bnb4: object({ book: oneOf("nf4", "fp4"), nested: flag }),
  int8: object(),
  exl2: object(),
  integers: object({ packer: text, bits: within(1, 8), perWord: optional(count), zero: optional(count), groups }),
  slabs: object({ packer: oneOf("hqq", "quanto"), bits: oneOf(1, 2, 3, 4, 8), groups }),
  turned: object({ bits: oneOf(8, 16, 32), zero: optional(count), groups }),
  floats: object({ type: oneOf("FP8", "MXFP8", "NVFP4", "MXFP4"), groups }),
  ggml: object({ type: text }),
  grid: object({ type: text }),
});
const parts: Shape = (value) => object({ codes: slice })(value) ?? record(slice)(value);
const matrices = list(
  object({
    name: text,
    rows: size,
    cols: size,
    scheme,
    parts,
    interleavedRopeHeads: optional(size),
    among: optional(object({ firstRow: count, rows: size })),
  }),
);

const ggufTokenizer = object({
  file: text,
  model: oneOf("llama", "gpt2"),
  pretokenizer: text,
  pieces: list(text),
  scores: optional(list(number)),
  types: optional(list(number)),
  merges: optional(list(text)),
  bosId: id,
  eosId: id,
  unkId: id,
  addBos: flag,
  addEos: flag,
  spacePrefix: flag,
  chatTemplate: optional(text),
});

const manifest = object({
  card: optional(object({ license: optional(text), baseModel: optional(list(text)), gated: optional(flag) })),
  config,
  generation,
  tensors,
  matrices: optional(matrices),
  format: object({
    kind: oneOf("safetensors", "gguf", "torch", "meta", "npz", "mlc", "llama2c", "onnx"),
    id: text,
    files: list(text),
  }),
  offered: list(text),
  ggufTokenizer: optional(ggufTokenizer),
  origin: optional(object({ license: optional(text), names: list(text) })),
  warnings: optional(list(object({ code: text, message: text, facts: object() }))),
  downloadBytes: count,
});

/** For the file's JSON. exported.ts checks what a shape cannot express. */
export const descriptionShape: Shape = object({
  pronk: oneOf(1),
  id: matching(/^(hub|url|files):./),
  label: text,
  references: list(text),
  variant: matching(/^(none|q8|q4)(:.+)?$/s),
  sideFiles: list(object({ name: text, sizeBytes: count, checksum })),
  files: list(
    object({
      path: text,
      name: text,
      sizeBytes: within(1, Number.MAX_SAFE_INTEGER),
      sha256: either(oneOf(undefined), matching(/^[0-9a-f]{64}$/)),
      rowEnds: list(count),
      checksums: list(checksum),
    }),
  ),
  manifest,
});
