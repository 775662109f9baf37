// A GGUF header -> configuration and tensors in the engine's words. GGUF's Llama (Mistral is one) keeps the rows of q and k
// in Meta's order (RoPE pairs 2i, 2i+1), which the tensors record; Qwen does not. An absent `output` means tied embeddings.

import { PronkError } from "../errors.ts";
import type { GgufHeader, GgufTensor } from "./gguf.ts";
import { JsonFile } from "./json-file.ts";
import { expectedTensors, missingTensors } from "./llama-tensors.ts";
import type { ModelOrigin } from "./license-evidence.ts";
import type { ModelConfig, RopeScaling } from "./model-config.ts";
import { isGridType } from "./ggml-types.ts";
import type { ModelTensor, Scheme, TensorSlice } from "./quantized.ts";
import { sizeLimits } from "./size-limits.ts";
import { linearRoles, tensorRole, type LinearRole } from "./tensor-roles.ts";
import type { Dtype } from "./tensor.ts";

const layerNames: Record<string, string> = {
  attn_norm: "input_layernorm",
  post_attention_norm: "post_self_attn_layernorm",
  post_ffw_norm: "post_mlp_layernorm",
  attn_q_norm: "self_attn.q_norm",
  attn_k_norm: "self_attn.k_norm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

const modelNames: Record<string, string> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output_norm.bias": "model.norm.bias",
  "output.weight": "lm_head.weight",
};

export interface GgufArchitecture {
  /** Products that have a bias in every such file. */
  biases?: readonly LinearRole[];
  headNorm?: true;
  /** Only some layers have the window that the metadata say. */
  local?: true;
  /** Rows of q and k are in Meta's order. */
  interleaved?: true;
  /** Default: `layer_norm_rms_epsilon`. */
  epsKey?: "layer_norm_epsilon";
  /** Only a part of each head may be turned. */
  partial?: true;
  /** Tensors that are configuration; default: `factorsName`. */
  tables?: readonly string[];
  /** How frequencies are stretched; default: as in Llama. `tables`: their values, by name. */
  scaling?(json: JsonFile, tables: ReadonlyMap<string, number[]>): RopeScaling;
  /** What else the metadata say. Throws PronkError for what would change the numbers and is not computed. */
  more?(json: JsonFile, config: ModelConfig): Partial<ModelConfig>;
  /** The tensors of the model in one of the file. */
  takeApart?(tensor: GgufTensor, config: ModelConfig): GgufTensor[];
}

/** By `general.architecture`. Those of cousins are in gguf-cousins.ts. */
const architectures: Readonly<Record<string, GgufArchitecture>> = {
  llama: { interleaved: true },
  internlm2: { interleaved: true }, // its converter takes q, k and v apart
  qwen2: { biases: ["q", "k", "v"] },
  qwen3: { headNorm: true },
};

/** Llama 3's scaling: what each frequency is divided by. */
const factorsName = "rope_freqs.weight";

function architectureOf(json: JsonFile, cousin?: GgufArchitecture): [string, GgufArchitecture] {
  const kind = json.text("general.type") ?? "model";
  if (kind !== "model") throw json.unsupported("general.type", kind, "Take the file of the model itself.");
  return namedArchitecture(json, cousin);
}

function namedArchitecture(json: JsonFile, cousin?: GgufArchitecture): [string, GgufArchitecture] {
  const name = json.text("general.architecture") ?? "";
  if (cousin) return [name, cousin];
  if (isOwn(name)) return [name, architectures[name]];
  const known = [
    ...Object.keys(architectures),
    "phi3",
    "smollm3",
    "granite",
    "gemma",
    "gemma2",
    "gemma3",
    "olmo2",
    "stablelm",
  ].join(", ");
  throw json.unsupported("general.architecture", name, `The GGUF architectures that work are ${known}.`);
}

/** Whether an architecture is Llama's graph, and no cousin's. */
export const isOwn = (architecture: unknown): boolean => Object.hasOwn(architectures, String(architecture));

/** Whether a file with this metadata (an adapter's too) has the rows of q and k in Meta's order. */
export const isInterleaved = (json: JsonFile): boolean => namedArchitecture(json)[1].interleaved === true;

/** No metadata says which products have a bias: the tensors do. What one layer has, all must have. */
function biasesOf({ tensors }: GgufHeader, { biases = [] }: GgufArchitecture): LinearRole[] {
  const names = tensors.filter(({ name }) => name.endsWith(".bias")).map(({ name }) => hubName(name) ?? "");
  const roles = new Set(names.map((name) => tensorRole(name.replace(/bias$/, "weight"))?.role));
  return linearRoles.filter((role) => roles.has(role) || biases.includes(role));
}

const jsonOf = ({ file, metadata }: GgufHeader) => new JsonFile(file, Object.fromEntries(metadata));

/** `tables`: the data of the tensors that `ropeTablesOf` finds. `cousin`: how to read a cousin's file. */
export function ggufConfig(
  header: GgufHeader,
  tables: ReadonlyMap<string, number[]> = new Map(),
  cousin?: GgufArchitecture,
): ModelConfig {
  const json = jsonOf(header);
  const [prefix, architecture] = architectureOf(json, cousin);
  const { headNorm } = architecture;
  if (json.count(`${prefix}.expert_count`, { min: 0, max: sizeLimits.dim, fallback: 0 }) > 0)
    throw json.unsupported(
      `${prefix}.expert_count`,
      json.get(`${prefix}.expert_count`),
      "Mixtures of experts do not run.",
    );
  const count = (key: string, max: number, fallback?: number) => json.count(`${prefix}.${key}`, { max, fallback });
  const dim = count("embedding_length", sizeLimits.dim);
  const heads = count("attention.head_count", sizeLimits.heads);
  const kvHeads = count("attention.head_count_kv", sizeLimits.heads, heads);
  if (heads % kvHeads !== 0) throw json.wrong(`${prefix}.attention.head_count_kv`, `a divisor of ${heads}`, kvHeads);
  const headDim = count("attention.key_length", sizeLimits.headDim, dim / heads);
  const turned = count("rope.dimension_count", sizeLimits.headDim, headDim);
  const isPart = architecture.partial && turned < headDim && turned % 2 === 0;
  if (headDim % 2 !== 0 || !(turned === headDim || isPart))
    throw json.unsupported(
      `${prefix}.rope.dimension_count`,
      turned,
      `All ${headDim} columns of a head must be turned.`,
    );
  const contextLength = count("context_length", sizeLimits.context);
  const layers = count("block_count", sizeLimits.layers);
  const { length: tensorCount } = header.tensors;
  if (layers > tensorCount)
    throw json.wrong(`${prefix}.block_count`, `at most ${tensorCount}, as many as the file has tensors`, layers);
  const embedding = header.tensors.find((tensor) => tensor.name === "token_embd.weight");
  const id = (key: string) => {
    const value = json.get(`tokenizer.ggml.${key}`);
    const isId = typeof value === "number" && Number.isInteger(value) && value >= 0 && value < sizeLimits.vocab;
    return isId ? value : undefined; // 0xffffffff means none
  };
  const window = json.count(`${prefix}.attention.sliding_window`, { min: 0, max: sizeLimits.context, fallback: 0 });
  const biases = biasesOf(header, architecture);
  const ends = [id("eos_token_id"), id("eot_token_id")].filter((end) => end !== undefined);
  const scaling = architecture.scaling?.(json, tables);
  const config: ModelConfig = {
    dim,
    hiddenDim: count("feed_forward_length", sizeLimits.hiddenDim),
    layers,
    heads,
    kvHeads,
    headDim,
    vocabSize: embedding?.shape[0] ?? count("vocab_size", sizeLimits.vocab),
    contextLength,
    normEps: json.positive(`${prefix}.attention.${architecture.epsKey ?? "layer_norm_rms_epsilon"}`),
    ropeTheta: json.positive(`${prefix}.rope.freq_base`, 10_000),
    ropeScaling: scaling ?? readScaling(json, prefix, header.tensors, tables.get(factorsName), headDim / 2),
    tiedEmbeddings: !header.tensors.some((tensor) => tensor.name === "output.weight"),
    bosId: id("bos_token_id"),
    eosIds: [...new Set(ends)],
    ...(biases.length > 0 ? { biases } : {}),
    ...(headNorm ? { headNorm } : {}),
    ...(isPart ? { rotaryDim: turned } : {}),
    ...(window > 0 && !architecture.local ? { window } : {}),
  };
  const wrong = [...tables].find(([, table]) => table.length !== turned / 2);
  if (wrong) throw json.wrong(wrong[0], `${turned / 2} factors, one for each frequency`, wrong[1].length);
  return { ...config, ...architecture.more?.(json, config) };
}

/** What the file says about where the model comes from. */
export function ggufOrigin({ metadata }: GgufHeader): ModelOrigin {
  const texts = [...metadata].filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const isName = (key: string) => /^general\.(name|basename|license\.name|base_model\.\d+\.(name|repo_url))$/.test(key);
  const license = texts.find(([key]) => key === "general.license")?.[1];
  return { names: texts.filter(([key]) => isName(key)).map(([, text]) => text), ...(license ? { license } : {}) };
}

function readScaling(
  json: JsonFile,
  prefix: string,
  tensors: readonly GgufTensor[],
  factors: readonly number[] | undefined,
  frequencies: number,
): RopeScaling {
  const table = tensors.find((tensor) => tensor.name.startsWith("rope_f"));
  if (table && table.name !== factorsName)
    throw json.unsupported(table.name, "a table of frequencies", "Llama 3's rope_freqs is the one that works.");
  if (table && factors?.length !== frequencies)
    throw json.wrong(factorsName, `${frequencies} factors, one for each frequency`, factors?.length ?? "none read");
  const factor = json.positive(`${prefix}.rope.scaling.factor`, json.positive(`${prefix}.rope.scale_linear`, 1));
  const kind = json.text(`${prefix}.rope.scaling.type`) ?? (factor === 1 ? "none" : "linear");
  if (kind === "none" || (kind === "linear" && factor === 1))
    return factors ? { kind: "factors", factors: [...factors] } : { kind: "none" };
  if (kind === "linear" && !factors) return { kind, factor };
  throw json.unsupported(
    `${prefix}.rope.scaling.type`,
    kind,
    "The scalings of GGUF files that work are none, linear, or rope_freqs alone.",
  );
}

/** Where the file keeps what RoPE's frequencies are divided by. */
export function ropeTablesOf({ tensors }: GgufHeader, { tables = [factorsName] }: GgufArchitecture = {}): GgufTensor[] {
  return tensors.filter(({ name }) => tables.includes(name)).map(checkTable);
}

function checkTable(tensor: GgufTensor): GgufTensor {
  if (tensor.type === "F32" && tensor.shape.length === 1 && tensor.shape[0] <= sizeLimits.headDim / 2) return tensor;
  const found = `${tensor.type} [${tensor.shape}]`;
  throw new PronkError(
    "format",
    `Tensor "${tensor.name}" in "${tensor.file}" is ${found}; expected a vector of F32 of at most ${sizeLimits.headDim / 2}.`,
    {
      file: tensor.file,
      field: tensor.name,
      expected: "a vector of F32",
      found,
    },
  );
}

/** Every tensor of the model under Hugging Face's name, sorted by file, then start. */
export function ggufTensors(header: GgufHeader, config: ModelConfig, cousin?: GgufArchitecture): ModelTensor[] {
  const expected = expectedTensors(config);
  const [, { interleaved, takeApart, tables = [factorsName] }] = architectureOf(jsonOf(header), cousin);
  const heads = interleaved && { "self_attn.q_proj": config.heads, "self_attn.k_proj": config.kvHeads };
  const tensors = header.tensors
    .filter(({ name }) => !tables.includes(name) && !/\.(input_)?scale$/.test(name))
    .flatMap((tensor) => takeApart?.(tensor, config) ?? [tensor])
    .map((tensor) => toModelTensor(tensor, header.tensors, expected, heads ?? {}));
  const found = new Set(tensors.map((tensor) => tensor.name));
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  if (missing.length > 0) throw missingTensors(missing, header.file);
  return tensors;
}

/** Hugging Face's name of a tensor, or undefined where the model has no such part. */
export function hubName(name: string): string | undefined {
  const match = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name);
  const part = match ? layerNames[match[2]] : undefined;
  return part ? `model.layers.${match![1]}.${part}.${match![3]}` : modelNames[name];
}

/** The factor of all scales of an NVFP4 matrix, under its own name or the layer's. */
function factorOf({ name }: GgufTensor, tensors: readonly GgufTensor[]): TensorSlice | undefined {
  const found = tensors.find((tensor) => [`${name}.scale`, name.replace(/weight$/, "scale")].includes(tensor.name));
  if (!found) return undefined;
  if (found.type === "F32" && found.end - found.start === 4) return { ...found, dtype: found.type };
  throw new PronkError("format", `Tensor "${found.name}" in "${found.file}" is ${found.type} [${found.shape}].`, {
    file: found.file,
    field: found.name,
    expected: "one F32",
    found: `${found.type} [${found.shape}]`,
  });
}

function toModelTensor(
  tensor: GgufTensor,
  all: readonly GgufTensor[],
  expected: ReadonlyMap<string, readonly number[]>,
  interleavedHeads: Readonly<Record<string, number>>,
): ModelTensor {
  const { file, start, end, shape, type } = tensor;
  const name = hubName(tensor.name);
  const wanted = name === undefined ? undefined : expected.get(name);
  if (name === undefined || !wanted)
    throw new PronkError(
      "model-unsupported",
      `"${file}" holds tensor "${tensor.name}", which is no part of the graph that pronk runs for its architecture. Take the same model's safetensors.`,
      { file, field: tensor.name },
    );
  if (shape.length !== wanted.length || shape.some((length, axis) => length !== wanted[axis]))
    throw new PronkError(
      "format",
      `Tensor "${tensor.name}" in "${file}" has shape [${shape}]; the file's metadata ask for [${wanted}].`,
      { file, field: tensor.name, expected: `[${wanted}]`, found: `[${shape}]` },
    );
  const interleavedRopeHeads = interleavedHeads[/self_attn\.[qk]_proj/.exec(name)?.[0] ?? ""];
  const order = interleavedRopeHeads === undefined ? {} : { interleavedRopeHeads };
  if (type === "F32" || type === "F16" || type === "BF16")
    return { name, dtype: type.toLowerCase() as Dtype, shape, file, start, end, ...order };
  if (shape.length !== 2)
    throw new PronkError("model-unsupported", `Tensor "${tensor.name}" in "${file}" is a vector of the type ${type}.`, {
      file,
      field: tensor.name,
      expected: "F32",
      found: type,
    });
  const factor = type === "NVFP4" ? factorOf(tensor, all) : undefined;
  const codes = { name: tensor.name, dtype: type, shape, file, start, end };
  const scheme: Scheme = isGridType(type) ? { kind: "grid", type } : { kind: "ggml", type };
  return { name, rows: shape[0], cols: shape[1], scheme, parts: { codes, ...(factor ? { factor } : {}) }, ...order };
}
