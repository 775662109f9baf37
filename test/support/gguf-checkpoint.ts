// A checkpoint of Hugging Face's files as the GGUF file that llama.cpp's converter makes of it: its architecture's keys and
// names, Llama's rows of q and k in Meta's order, Llama 3's scaling as a table of factors.

import { ggmlTraits } from "../../src/format/ggml-types.ts";
import { type ReferenceModel, referenceModel } from "../reference/checkpoint.ts";
import { ropeFrequencies } from "../reference/rope.ts";
import { decodeStored } from "../reference/stored.ts";
import { madeGguf, type MadeTensor, type MadeValue } from "./made-gguf.ts";

const names: Record<string, string> = {
  "model.embed_tokens": "token_embd",
  "model.norm": "output_norm",
  lm_head: "output",
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/** Mistral is Llama there. */
const architectures: Record<string, string> = { llama: "llama", mistral: "llama", qwen2: "qwen2", qwen3: "qwen3" };

/** `architecture`: another that Llama's graph goes by. */
export function ggufOfCheckpoint(
  files: ReadonlyMap<string, Uint8Array>,
  architecture?: "internlm2",
): Uint8Array<ArrayBuffer> {
  const model = referenceModel(files);
  const { config } = model;
  const type = JSON.parse(new TextDecoder().decode(files.get("config.json"))).model_type as string;
  const prefix = architecture ?? architectures[type];
  const { ropeScaling, window } = config;
  const u32 = (value: number): MadeValue => ({ u32: value });
  const metadata: Record<string, MadeValue> = {
    "general.architecture": prefix,
    [`${prefix}.context_length`]: u32(config.contextLength),
    [`${prefix}.embedding_length`]: u32(config.dim),
    [`${prefix}.block_count`]: u32(config.layers),
    [`${prefix}.feed_forward_length`]: u32(config.hiddenDim),
    [`${prefix}.attention.head_count`]: u32(config.heads),
    [`${prefix}.attention.head_count_kv`]: u32(config.kvHeads),
    [`${prefix}.attention.key_length`]: u32(config.headDim),
    [`${prefix}.attention.layer_norm_rms_epsilon`]: { f32: config.normEps },
    [`${prefix}.rope.freq_base`]: { f32: config.ropeTheta },
    ...(window ? { [`${prefix}.attention.sliding_window`]: u32(window) } : {}),
    ...(ropeScaling.kind === "linear"
      ? { [`${prefix}.rope.scaling.type`]: "linear", [`${prefix}.rope.scaling.factor`]: { f32: ropeScaling.factor } }
      : {}),
    "tokenizer.ggml.bos_token_id": u32(1),
    "tokenizer.ggml.eos_token_id": u32(2),
  };
  return madeGguf(metadata, [...tensorsOf(model, prefix === "llama" || prefix === "internlm2"), ...factorsOf(model)]);
}

function tensorsOf({ config, tensors }: ReferenceModel, interleaved: boolean): MadeTensor[] {
  return [...tensors].map(([name, { dtype, shape, bytes }]): MadeTensor => {
    const [, layer, part, kind] = /^(?:model\.layers\.(\d+)\.)?(.*)\.(weight|bias)$/.exec(name)!;
    const heads = part.endsWith("q_proj") ? config.heads : part.endsWith("k_proj") ? config.kvHeads : 0;
    const ordered = interleaved && heads ? inPairs(bytes, heads, config.headDim) : bytes; // of weights and of biases
    return {
      name: `${layer === undefined ? "" : `blk.${layer}.`}${names[part]}.${kind}`,
      ...(shape.length === 1 ? asFloats(dtype, ordered) : { type: typeOf(dtype), bytes: ordered }),
      shape,
    };
  });
}

const typeOf = (dtype: string) => dtype.toUpperCase() as "F32" | "F16" | "BF16";

/** The converter writes vectors in f32. */
function asFloats(dtype: string, bytes: Uint8Array): { type: "F32"; bytes: Uint8Array } {
  if (dtype === "f32") return { type: "F32", bytes };
  const values = decodeStored(dtype as "f16", bytes, 1, bytes.length / ggmlTraits[typeOf(dtype)].bytes);
  return { type: "F32", bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** Rows of each head from halves to pairs (2i, 2i + 1). */
function inPairs(bytes: Uint8Array, heads: number, headDim: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const rowBytes = bytes.length / heads / headDim;
  const half = headDim / 2;
  for (let row = 0; row < heads * headDim; row++) {
    const i = row % headDim;
    const target = row - i + (i % half) * 2 + Math.floor(i / half);
    out.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), target * rowBytes);
  }
  return out;
}

function factorsOf({ config }: ReferenceModel): MadeTensor[] {
  if (config.ropeScaling.kind !== "llama3") return [];
  const plain = ropeFrequencies({ ...config, ropeScaling: { kind: "none" } }, 1);
  const factors = ropeFrequencies(config, 1).map((scaled, i) => plain[i] / scaled);
  const bytes = new Uint8Array(Float32Array.from(factors).buffer);
  return [{ name: "rope_freqs.weight", type: "F32", shape: [factors.length], bytes }];
}
