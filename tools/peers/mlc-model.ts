// A model folder as WebLLM wants it, made up on the fly: the list of parameters is read out of the compiled library itself,
// and their bytes are the seeded random weights of src/bench, so that pronk can hold the very same matrices.
// 4-bit libraries only (q4f32_1, q4f16_1): w = (nibble - 7) * scale, 32 columns to a scale, low nibble first, row-major.

import { randomCodes, randomScale, seedOf, pcg } from "../../src/bench/random-rows.ts";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { floatToHalf } from "../../src/quant/half.ts";
import { expectedTensors } from "../../src/format/llama-tensors.ts";

interface Parameter {
  name: string;
  shape: number[];
  dtype: "uint32" | "float32" | "float16";
}

interface Placed extends Parameter {
  bytes: number;
  shard: number;
  offset: number;
}

export interface MlcModel {
  quantization: string;
  contextLength: number;
  /** Path in the folder -> its bytes; undefined if there is no such file. */
  file(path: string): Uint8Array | undefined;
}

const shardBytes = 32 << 20; // as WebLLM's own tools cut files

/** Throws what is wrong if the library is another model's, or has weights of other than 4 bits. */
export function mlcModel(library: Uint8Array, config: ModelConfig, tokenizer: Uint8Array): MlcModel {
  const { quantization, context_window_size: contextLength, prefill_chunk_size: chunk, params } = metadataOf(library);
  if (!/^q4f(16|32)_1$/.test(quantization))
    throw new Error(`The library is compiled for ${quantization}; give one for q4f32_1 or q4f16_1.`);
  const placed = place(params, config);
  const shards = Math.max(...placed.map(({ shard }) => shard)) + 1;
  const inShard = (index: number) => placed.filter(({ shard }) => shard === index);
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const sizeOf = (index: number) => inShard(index).reduce((sum, { bytes }) => sum + bytes, 0);
  const manifest = () =>
    json({
      metadata: {
        ParamSize: placed.length,
        ParamBytes: placed.reduce((sum, { bytes }) => sum + bytes, 0),
        BitsPerParam: 4.5,
      },
      records: Array.from({ length: shards }, (_, index) => ({
        dataPath: `params_shard_${index}.bin`,
        format: "raw-shard",
        nbytes: sizeOf(index),
        records: inShard(index).map(({ name, shape, dtype, bytes, offset }) => ({
          name,
          shape,
          dtype,
          format: dtype === "float32" ? "f32-to-bf16" : "raw", // f32 travels as its upper half; these scales lose nothing
          nbytes: bytes,
          byteOffset: offset,
        })),
      })),
    });
  return {
    quantization,
    contextLength,
    file(path) {
      if (path === "mlc-chat-config.json") return json(chatConfig(config, quantization, contextLength, chunk));
      if (path === "ndarray-cache.json" || path === "tensor-cache.json") return manifest();
      if (path === "tokenizer.model") return tokenizer;
      const [, index] = /^params_shard_(\d+)\.bin$/.exec(path) ?? [];
      if (index === undefined || Number(index) >= shards) return undefined;
      const bytes = new Uint8Array(sizeOf(Number(index)));
      for (const parameter of inShard(Number(index))) write(bytes, parameter, config);
      return bytes;
    },
  };
}

interface Metadata {
  quantization: string;
  context_window_size: number;
  prefill_chunk_size: number;
  params: { name: string; shape: (number | string)[]; dtype: Parameter["dtype"] }[];
}

/** The library carries a description of itself as JSON text. */
function metadataOf(library: Uint8Array): Metadata {
  const text = Buffer.from(library.buffer, library.byteOffset, library.byteLength).toString("latin1");
  const from = text.indexOf('{"model_type"');
  if (from < 0) throw new Error("The library holds no description of a model; is it one of MLC's .wasm files?");
  let depth = 0;
  let inText = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"' && text[at - 1] !== "\\") inText = !inText;
    if (inText) continue;
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return JSON.parse(text.slice(from, at + 1)) as Metadata;
  }
  throw new Error("The library's description of itself does not end.");
}

function place(params: Metadata["params"], config: ModelConfig): Placed[] {
  let shard = 0;
  let used = 0;
  return params.map(({ name, shape: symbolic, dtype }) => {
    const shape = symbolic.map((size) => (size === "vocab_size" ? config.vocabSize : Number(size)));
    const rows = piecesOf(name, config).reduce((sum, piece) => sum + piece.rows, 0);
    if (rows !== (shape.length === 1 ? 1 : shape[0]))
      throw new Error(
        `The library's ${name} has ${shape} as its shape; the model asked for has ${rows} rows. Another model?`,
      );
    const bytes = shape.reduce((a, b) => a * b, 1) * (dtype === "uint32" ? 4 : 2);
    if (used > 0 && used + bytes > shardBytes) {
      shard++;
      used = 0;
    }
    const offset = used;
    used += bytes;
    return { name, shape, dtype, bytes, shard, offset };
  });
}

const fused: Record<string, string[]> = {
  qkv_proj: ["q_proj", "k_proj", "v_proj"],
  gate_up_proj: ["gate_proj", "up_proj"],
};

/** The checkpoint's tensors whose rows, one below the other, make up a parameter. */
function piecesOf(name: string, config: ModelConfig): { name: string; rows: number; cols: number }[] {
  const base = name.replace(/\.(q_weight|q_scale|weight)$/, "");
  const [last] = base.split(".").slice(-1);
  const tensors = expectedTensors(config);
  return (fused[last] ?? [last]).map((part) => {
    const tensor = `${base.slice(0, base.length - last.length)}${part}.weight`;
    const shape = tensors.get(tensor);
    if (!shape) throw new Error(`The library has a parameter ${name}, for which there is no ${tensor} in a Llama.`);
    return { name: tensor, rows: shape.length === 1 ? 1 : shape[0], cols: shape.at(-1)! };
  });
}

function write(bytes: Uint8Array, { name, dtype, offset }: Placed, config: ModelConfig): void {
  let at = offset;
  const view = new DataView(bytes.buffer);
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  const putHalf = (value: number) => {
    single[0] = value;
    view.setUint16(at, dtype === "float16" ? floatToHalf(value) : bits[0] >>> 16, true);
    at += 2;
  };
  for (const { name: tensor, rows, cols } of piecesOf(name, config)) {
    const seed = pcg(seedOf(tensor));
    const groups = cols / 32;
    for (let row = 0; row < rows; row++) {
      if (name.endsWith(".q_weight")) {
        for (let block = 0; block < groups * 4; block++, at += 4)
          view.setUint32(at, randomCodes(seed, row, block, groups * 4), true);
      } else if (name.endsWith(".q_scale")) {
        for (let group = 0; group < groups; group++) putHalf(randomScale(seed, row, group, cols));
      } else for (let i = 0; i < cols; i++) putHalf(1);
    }
  }
}

function chatConfig(config: ModelConfig, quantization: string, contextLength: number, chunk: number) {
  return {
    version: "0.1.0",
    model_type: "llama",
    quantization,
    vocab_size: config.vocabSize,
    context_window_size: contextLength,
    prefill_chunk_size: chunk,
    sliding_window_size: -1,
    attention_sink_size: -1,
    tensor_parallel_shards: 1,
    model_config: {
      hidden_size: config.dim,
      intermediate_size: config.hiddenDim,
      num_attention_heads: config.heads,
      num_key_value_heads: config.kvHeads,
      num_hidden_layers: config.layers,
      head_dim: config.headDim,
      rms_norm_eps: config.normEps,
      vocab_size: config.vocabSize,
      position_embedding_base: config.ropeTheta,
    },
    temperature: 0,
    top_p: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    repetition_penalty: 1,
    conv_template: {
      name: "plain",
      system_template: "{system_message}",
      system_message: "",
      add_role_after_system_message: true,
      roles: { user: "", assistant: "", tool: "" },
      role_templates: { user: "{user_message}", assistant: "{assistant_message}", tool: "{tool_message}" },
      messages: [],
      seps: [" "],
      role_content_sep: "",
      role_empty_sep: "",
      stop_str: [],
      stop_token_ids: [],
      function_string: "",
      use_function_calling: false,
      offset: 0,
    },
    pad_token_id: 0,
    bos_token_id: 1,
    eos_token_id: 2,
    tokenizer_files: ["tokenizer.model"],
    token_table_postproc_method: "byte_fallback",
  };
}
