// Meta's own checkpoints (consolidated.NN.pth with params.json) -> configuration and tensors. Several files are what several
// GPUs held: some rows of most matrices, some columns of others, which are put together on the GPU (Panel). Rows of q and k
// are in pairs, as the kernels want them. Source: github.com/meta-llama/llama, model.py.

import { PronkError } from "../errors.ts";
import type { JsonFile } from "./json-file.ts";
import { expectedTensors, missingTensors, toTensor } from "./llama-tensors.ts";
import type { ModelConfig, RopeScaling } from "./model-config.ts";
import type { SafetensorsEntry } from "./safetensors.ts";
import { sizeLimits } from "./size-limits.ts";
import type { TensorInfo } from "./tensor.ts";

/** Meta's names, and the axis along which the files share a matrix: rows (0), columns (1). Norms are in each file. */
const layerParts: Readonly<Record<string, readonly [name: string, axis: 0 | 1]>> = {
  "self_attn.q_proj": ["attention.wq", 0],
  "self_attn.k_proj": ["attention.wk", 0],
  "self_attn.v_proj": ["attention.wv", 0],
  "self_attn.o_proj": ["attention.wo", 1],
  "mlp.gate_proj": ["feed_forward.w1", 0],
  "mlp.down_proj": ["feed_forward.w2", 1],
  "mlp.up_proj": ["feed_forward.w3", 0],
  input_layernorm: ["attention_norm", 0],
  post_attention_layernorm: ["ffn_norm", 0],
};

const modelParts: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": "tok_embeddings.weight",
  "model.norm.weight": "norm.weight",
  "lm_head.weight": "output.weight",
};

/** Hugging Face's name for one of Meta's (parts of a quantized matrix included); any other name as it is. */
export function hubName(name: string): string {
  const [, layer, of, end] = /^(?:layers\.(\d+)\.)?(.+)\.(weight|scales|biases)$/.exec(name) ?? [];
  if (layer === undefined) {
    const whole = Object.entries(modelParts).find(([, meta]) => meta === `${of}.weight`)?.[0];
    return whole === undefined ? name : whole.replace(/weight$/, end);
  }
  const part = Object.entries(layerParts).find(([, [meta]]) => meta === of)?.[0];
  return part === undefined ? name : `model.layers.${layer}.${part}.${end}`;
}

/** The fields params.json may have. Any other might change the arithmetic. */
const knownFields = new Set(
  `dim n_layers n_heads n_kv_heads multiple_of ffn_dim_multiplier norm_eps vocab_size rope_theta use_scaled_rope
   max_seq_len max_batch_size`.split(/\s+/),
);

/** The entries of one file. */
export interface MetaPart {
  file: string;
  entries: ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * `parts`: in the files' order. `further`: additional known fields. `hiddenDim`: the FFN's width where something else gives
 * it. Throws PronkError `format` or `model-unsupported`, naming file and field or tensor.
 */
export function metaConfig(
  params: JsonFile,
  parts: readonly MetaPart[],
  { further = [], hiddenDim }: { further?: readonly string[]; hiddenDim?: number } = {},
): ModelConfig {
  for (const field of Object.keys(params.fields))
    if (!knownFields.has(field) && !further.includes(field))
      throw params.unsupported(
        field,
        params.get(field),
        `The fields that are known are ${[...knownFields].join(", ")}.`,
      );
  const dim = params.count("dim", { max: sizeLimits.dim });
  const heads = params.count("n_heads", { max: sizeLimits.heads });
  const kvHeads = params.count("n_kv_heads", { max: sizeLimits.heads, fallback: heads });
  if (dim % heads !== 0 || (dim / heads) % 2 !== 0) throw params.wrong("n_heads", `an even split of dim ${dim}`, heads);
  if (heads % kvHeads !== 0) throw params.wrong("n_kv_heads", `a divisor of n_heads (${heads})`, kvHeads);
  const layers = params.count("n_layers", { max: sizeLimits.layers });
  if (layers > parts[0].entries.size)
    throw params.wrong("n_layers", `at most ${parts[0].entries.size}, as many as there are tensors`, layers);
  const normEps = params.positive("norm_eps");
  const ropeTheta = params.positive("rope_theta", 10_000);
  const vocabSize = vocabularyOf(params, parts, dim);
  const scaled = params.flag("use_scaled_rope", false);
  // Llama 3.2's small models are scaled by 32, which params.json does not say.
  if (scaled && dim < 4096)
    throw params.unsupported("use_scaled_rope", true, "Take the repository of the same model with safetensors.");
  const ropeScaling: RopeScaling = scaled
    ? { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 8192 }
    : { kind: "none" };
  const isThird = vocabSize > 100_000; // Llama 3's own tokenizer, whose ids are in its code
  const contextLength = scaled ? 131_072 : isThird ? 8192 : contextOf(params, { ropeTheta, normEps, heads, kvHeads });
  return {
    dim,
    hiddenDim: hiddenDim ?? hiddenDimOf(params, dim),
    layers,
    heads,
    kvHeads,
    headDim: dim / heads,
    vocabSize,
    contextLength,
    normEps,
    ropeTheta,
    ropeScaling,
    tiedEmbeddings: !parts[0].entries.has("output.weight"),
    bosId: isThird ? 128_000 : 1,
    eosIds: isThird ? [128_001, 128_008, 128_009] : [2],
  };
}

/** Nothing says how many positions a model was trained for: Code Llama is known by its theta, Llama 1 by its epsilon or size. */
function contextOf(
  params: JsonFile,
  { ropeTheta, normEps, heads, kvHeads }: Pick<ModelConfig, "ropeTheta" | "normEps" | "heads" | "kvHeads">,
): number {
  const stated = params.count("max_seq_len", { max: sizeLimits.context, fallback: 1 });
  if (stated > 1) return stated;
  if (ropeTheta > 10_000) return 16_384;
  return normEps < 5e-6 || (heads === 64 && kvHeads === 64) ? 2048 : 4096; // Llama 1's 65B has Llama 2's epsilon
}

function hiddenDimOf(params: JsonFile, dim: number): number {
  const multiple = params.count("multiple_of", { max: sizeLimits.hiddenDim });
  const wide = Math.floor(params.positive("ffn_dim_multiplier", 1) * Math.floor((8 * dim) / 3));
  const hiddenDim = multiple * Math.ceil(wide / multiple);
  if (hiddenDim < 1 || hiddenDim > sizeLimits.hiddenDim)
    throw params.wrong("ffn_dim_multiplier", "a width of the FFN that can be", params.get("ffn_dim_multiplier"));
  return hiddenDim;
}

/** -1 leaves it to the tokenizer: then it is the embedding's rows, in each file or in all of them together. */
function vocabularyOf(params: JsonFile, parts: readonly MetaPart[], dim: number): number {
  if (params.get("vocab_size") !== -1) return params.count("vocab_size", { max: sizeLimits.vocab });
  const name = modelParts["model.embed_tokens.weight"];
  const [rows = 0, cols = 0] = parts[0].entries.get(name)?.shape ?? [];
  const vocabSize = cols === dim ? rows * parts.length : rows;
  if (vocabSize < 1 || vocabSize > sizeLimits.vocab) throw missingTensors([name], parts[0].file);
  return vocabSize;
}

/** Every tensor of the model under Hugging Face's name; for a matrix in several files, its panels. */
export function metaTensors(config: ModelConfig, parts: readonly MetaPart[]): TensorInfo[] {
  checkCount(config, parts);
  const tensors: TensorInfo[] = [];
  for (const [name, shape] of expectedTensors(config)) {
    const [metaName, axis] = metaPlace(name, shape, parts[0], config.dim);
    const isShared = shape.length === 1; // each file has all of it
    const panels = (isShared ? parts.slice(0, 1) : parts).map(({ file, entries }, i): TensorInfo => {
      const entry = entries.get(metaName);
      if (!entry) throw missingTensors([metaName], file);
      const count = isShared ? 1 : parts.length;
      if (shape[axis] % count !== 0) throw unevenly(file, metaName, shape[axis], count);
      const own = shape.map((length, along) => (along === axis ? length / count : length));
      const heads = { q: config.heads, k: config.kvHeads }[/self_attn\.([qk])_proj/.exec(name)?.[1] ?? ""];
      const [firstRow, firstCol] = axis === 0 ? [i * own[0], 0] : [0, i * own[1]];
      return {
        ...toTensor(entry, own, "params.json"),
        name,
        ...(heads === undefined ? {} : { interleavedRopeHeads: heads }),
        ...(count === 1 ? {} : { panel: { firstRow, firstCol, rows: shape[0], cols: shape[1] } }),
      };
    });
    const other = panels.find(({ dtype }) => dtype !== panels[0].dtype);
    if (other)
      throw new PronkError(
        "format",
        `Tensor "${metaName}" is ${panels[0].dtype} in "${panels[0].file}" and ${other.dtype} in "${other.file}". The files are not of the same model.`,
        { file: other.file, field: metaName, expected: panels[0].dtype, found: other.dtype },
      );
    if (axis === 1 && panels.length > 1 && panels[0].shape[1] % panelCols !== 0)
      throw new PronkError(
        "model-unsupported",
        `Tensor "${metaName}" has ${panels[0].shape[1]} columns in "${panels[0].file}"; pronk joins files of multiples of ${panelCols}. Take the repository of the same name that ends in -hf.`,
        { file: panels[0].file, field: metaName, expected: `a multiple of ${panelCols}`, found: panels[0].shape[1] },
      );
    tensors.push(...panels);
  }
  return tensors.toSorted((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
}

/** Two groups of a q4 row, whose scales share a word on the GPU; panels in all of Meta's models are multiples of it. */
const panelCols = 64;

/** The name in Meta's files, and the axis along which they share the tensor. */
function metaPlace(name: string, shape: readonly number[], first: MetaPart, dim: number): [string, 0 | 1] {
  const whole = modelParts[name];
  if (whole === undefined) {
    const [, layer, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name)!;
    const [metaName, axis] = layerParts[part];
    return [`layers.${layer}.${metaName}.weight`, axis];
  }
  // Llama 3's embedding is shared by rows, Llama 1's and 2's by columns.
  const byColumns = name === "model.embed_tokens.weight" && first.entries.get(whole)?.shape[1] !== dim;
  return [whole, shape.length === 2 && byColumns ? 1 : 0];
}

/** Throws unless all of the files are there: the first shows how many there should be. */
function checkCount({ dim }: ModelConfig, parts: readonly MetaPart[]): void {
  const [{ file, entries }] = parts;
  const rows = entries.get("layers.0.attention.wq.weight")?.shape[0];
  const count = rows ? dim / rows : parts.length;
  if (count === parts.length) return;
  const missing = `consolidated.${String(parts.length).padStart(2, "0")}.pth`;
  throw new PronkError(
    "format",
    count > parts.length && Number.isInteger(count)
      ? `"${file}" is one of ${count} files of its model, and ${parts.length} are there. Add "${missing}" and those behind it.`
      : `"${file}" holds ${rows} of ${dim} rows of "layers.0.attention.wq.weight", and there are ${parts.length} such files. Take the files of one model.`,
    { file, field: "layers.0.attention.wq.weight", expected: count, found: parts.length },
  );
}

function unevenly(file: string, name: string, length: number, count: number): PronkError {
  return new PronkError(
    "format",
    `Tensor "${name}" has ${length} rows or columns, which ${count} files like "${file}" cannot share evenly. The files and params.json are not of the same model.`,
    { file, field: name, expected: `a multiple of ${count}`, found: length },
  );
}
