// What a LoRA changes in a model, from the names and shapes of its tensors: PEFT's and, under PEFT's names, llama.cpp's.
// Every tensor must have a place, and a size that fits the model it is for. No weight is read.

import { PronkError } from "../errors.ts";
import { expectedTensors, linearRows } from "./llama-tensors.ts";
import { type LoraConfig, unfitting } from "./lora-config.ts";
import type { ModelConfig } from "./model-config.ts";
import { linearRoles, tensorRole, type LinearRole } from "./tensor-roles.ts";
import type { TensorInfo } from "./tensor.ts";

/** scale B A on one matrix. */
export interface LoraMatrix {
  a: TensorInfo; // [rank, in]
  b: TensorInfo; // [out, rank]
  rank: number;
  scale: number;
  /** DoRA's. [out] */
  magnitude?: TensorInfo;
  /** Scaled like B A. [out] */
  bias?: TensorInfo;
}

export interface Lora {
  /** What it was trained on, as its author called it. */
  base?: string;
  /** The matrices of the layers, and the head. */
  linear: (LoraMatrix & { layer?: number; role: LinearRole | "head" })[];
  /** a: [rank, vocabSize], or the other way round. */
  embedding?: LoraMatrix & { byToken: boolean };
  /** Replaces a matrix's own bias. */
  biases: { layer: number; role: LinearRole; tensor: TensorInfo }[];
  /** Tensors that replace the base's entirely, by the base's names: embedding, head, gains. */
  whole: Map<string, TensorInfo>;
  /** Rows that replace the base's. */
  tokens: { of: "embedding" | "head"; ids: readonly number[]; tensor: TensorInfo }[];
  /** Whether rows of q and k are in Meta's order, as llama.cpp has them. */
  interleaved: boolean;
  /** All of them. */
  tensors: TensorInfo[];
}

/** `peftName`: PEFT's name, where the file has it under another. */
export type LoraTensor = TensorInfo & { peftName?: string };

export interface LoraFile {
  config: LoraConfig;
  /** Of all its files. */
  tensors: readonly LoraTensor[];
  interleaved?: boolean;
  /** llama.cpp's: A of an embedding has a row for each token. */
  byToken?: boolean;
}

const parts = {
  a: /\.lora_A\.weight$/,
  b: /\.lora_B\.weight$/,
  bias: /\.lora_B\.bias$/,
  embeddingA: /\.lora_embedding_A$/,
  embeddingB: /\.lora_embedding_B$/,
  magnitude: /\.lora_magnitude_vector(\.weight)?$/,
  tokens: /\.token_adapter\.trainable_tokens_delta$/,
  wholeBias: /(\.base_layer)?\.bias$/,
  whole: /(\.base_layer|\.modules_to_save)?\.weight$/,
};
type Part = keyof typeof parts;

/** The module's name in the base, and which of its parts the tensor is. */
function placeOf(name: string): { module: string; part: Part } | undefined {
  const part = (Object.keys(parts) as Part[]).find((one) => parts[one].test(name));
  if (!part) return undefined;
  const module = name.replace(parts[part], "").replace(/^base_model\.model\./, "");
  // The bare model, without what makes logits.
  return { module: /^(layers|embed_tokens|norm)\b/.test(module) ? `model.${module}` : module, part };
}

/** Throws PronkError `format` or `model-unsupported`, naming file and tensor. */
export function readLora(
  { config: lora, tensors, interleaved = false, byToken = false }: LoraFile,
  config: ModelConfig,
): Lora {
  if (config.family !== undefined) {
    const [what, expected] = [`an adapter of the model type ${config.family}`, "Llama, Mistral, Qwen2 or Qwen3"];
    const message = `"${tensors[0]?.file}" is ${what}; adapters run on ${expected}. Merge it into its model with peft.`;
    throw new PronkError("model-unsupported", message, { field: "model_type", expected, found: config.family });
  }
  const modules = new Map<string, Partial<Record<Part, TensorInfo>>>();
  for (const tensor of tensors) {
    const place = placeOf(tensor.peftName ?? tensor.name);
    if (!place || !tensorRole(`${place.module}.weight`)) throw withoutPlace(tensor);
    const module = modules.get(place.module) ?? {};
    module[place.part] = tensor;
    modules.set(place.module, module);
  }
  const shapes = expectedTensors({ ...config, tiedEmbeddings: false });
  const rows = linearRows(config);
  const read: Lora = {
    base: lora.base,
    linear: [],
    biases: [],
    whole: new Map(),
    tokens: [],
    interleaved,
    tensors: [...tensors],
  };
  for (const [module, found] of modules) {
    const name = `${module}.weight`;
    const shape = shapes.get(name);
    const first = Object.values(found)[0]!;
    if (!shape) throw withoutPlace(first);
    const { layer, role } = tensorRole(name)!;
    const isLinear = (linearRoles as readonly string[]).includes(role) || role === "head";
    const [out, cols = 0] = shape;
    const matrix = (a: TensorInfo | undefined, b: TensorInfo | undefined, [aShape, bShape]: [Shape, Shape]) => {
      if (!a || !b) throw withoutOther((a ?? b)!, a ? "B" : "A");
      const rank = lora.rankOf(module);
      hold(a, aShape(rank));
      hold(b, bShape(rank));
      return { a, b, rank, scale: lora.scaleOf(module) };
    };
    if (found.a || found.b || found.magnitude || found.bias) {
      if (!isLinear) throw withoutPlace(first);
      const both = matrix(found.a, found.b, [(rank) => [rank, cols], (rank) => [out, rank]]);
      const { magnitude, bias } = found;
      for (const vector of [magnitude, bias]) if (vector) hold(vector, [out]);
      if (magnitude && bias) throw unsupported(bias, "a bias of B beside DoRA's magnitudes");
      read.linear.push({ layer, role: role as LinearRole | "head", ...both, magnitude, bias });
    }
    if (found.embeddingA || found.embeddingB) {
      if (role !== "embedding") throw withoutPlace(first);
      if (found.magnitude) throw unsupported(found.magnitude, "DoRA on an embedding");
      const ofA: Shape = (rank) => (byToken ? [out, rank] : [rank, out]);
      read.embedding = { ...matrix(found.embeddingA, found.embeddingB, [ofA, (rank) => [cols, rank]]), byToken };
    }
    if (found.wholeBias) {
      if (layer === undefined || !isLinear) throw withoutPlace(found.wholeBias);
      hold(found.wholeBias, [rows[role as LinearRole]]);
      read.biases.push({ layer, role: role as LinearRole, tensor: found.wholeBias });
    }
    if (found.whole) {
      if ((isLinear && role !== "head") || role === "qNorm" || role === "kNorm")
        throw unsupported(found.whole, "a whole matrix of a layer in place of the model's");
      hold(found.whole, shape);
      read.whole.set(name, found.whole);
    }
    if (found.tokens) {
      const of = role === "embedding" || role === "head" ? role : undefined;
      if (!of) throw withoutPlace(found.tokens);
      const ids = lora.tokens.get(module.slice(module.lastIndexOf(".") + 1)) ?? [];
      hold(found.tokens, [ids.length, cols]);
      const beyond = ids.find((id) => id >= config.vocabSize);
      if (beyond !== undefined)
        throw unfitting(found.tokens.file, found.tokens.name, `of ids below ${config.vocabSize}`, `of id ${beyond}`);
      read.tokens.push({ of, ids, tensor: found.tokens });
      // A tied head is trained with the embedding, and saved once.
      const isTied = config.tiedEmbeddings && of === "embedding" && !modules.get("lm_head")?.tokens;
      if (isTied) read.tokens.push({ of: "head", ids, tensor: found.tokens });
    }
  }
  return read;
}

type Shape = (rank: number) => readonly number[];

/** A stored tensor has no dimension of one before the last. */
const squeezed = (shape: readonly number[]) => shape.filter((count, axis) => count !== 1 || axis === shape.length - 1);

function hold({ name, file, shape }: TensorInfo, expected: readonly number[]): void {
  if (squeezed(shape).join() === squeezed(expected).join()) return;
  throw unfitting(file, name, `[${expected}]`, `[${shape}]`);
}

function withoutPlace({ name, file }: TensorInfo): PronkError {
  return new PronkError(
    "model-unsupported",
    `Tensor "${name}" in "${file}" has no place in this model. The adapter is of another kind or for another model.`,
    { file, field: name, expected: "lora_A, lora_B and what peft saves beside them", found: name },
  );
}

function withoutOther({ name, file }: TensorInfo, missing: string): PronkError {
  return new PronkError("format", `"${file}" has the tensor "${name}" without its ${missing}. Fetch the file again.`, {
    file,
    field: name,
    expected: missing,
    found: null,
  });
}

function unsupported({ name, file }: TensorInfo, what: string): PronkError {
  const message = `Tensor "${name}" in "${file}" is ${what}, which is not computed here. Merge the adapter into its model with peft.`;
  return new PronkError("model-unsupported", message, { file, field: name, found: what });
}
