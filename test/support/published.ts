// The eight Llama 2 repositories of pronk's model card's author, at tiny size: their listings, file names and quirks, with
// seeded random layers and a tokenizer of bytes inside. What each must survive stands beside it.

import type { GgmlType } from "../../src/format/ggml-types.ts";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { referenceModel } from "../reference/checkpoint.ts";
import { randomCheckpoint } from "../reference/random-checkpoint.ts";
import { byteModelConfig, byteModelFiles, bytePieces } from "./byte-model.ts";
import type { HubServer } from "./hub-server.ts";
import { madeSafetensors } from "./made-checkpoint.ts";
import { madeGguf, type MadeTensor, type MadeValue } from "./made-gguf.ts";
import type { NamedBytes, PackedMatrix } from "./packed-matrix.ts";
import { awq, bnb4, exl2, ggml, int8 } from "./random-packed.ts";

export type Files = Map<string, Uint8Array>;

/** 256 wide, so that K-quants fit. */
const config: ModelConfig = {
  ...byteModelConfig, dim: 256, hiddenDim: 256, layers: 1, heads: 4, kvHeads: 4, headDim: 64,
}; // prettier-ignore

/** Before anything is packed: config.json, and f16 in safetensors. */
export const plainFiles = randomCheckpoint(config, { dtype: "f16" });
const plain = referenceModel(plainFiles).tensors; // [out, in], f16
const text = (value: string) => new TextEncoder().encode(value);
export const json = (value: unknown) => text(JSON.stringify(value, null, 2));
export const tokenizer = [...byteModelFiles()].filter(([path]) => path.startsWith("tokenizer"));

/** config.json without and with what a packer adds. */
export const configJson = JSON.parse(new TextDecoder().decode(plainFiles.get("config.json")));
const common = (quantization?: Record<string, unknown>): [string, Uint8Array][] => [
  ["LICENSE.txt", text("LLAMA 2 COMMUNITY LICENSE AGREEMENT\n")],
  ["README.md", text("---\nlicense: llama2\n---\n# Model Card\n")],
  ["USE_POLICY.md", text("# Llama 2 Acceptable Use Policy\n")],
  ["config.json", json(quantization ? { ...configJson, quantization_config: quantization } : configJson)],
  ["generation_config.json", json({ bos_token_id: 1, eos_token_id: 2, do_sample: false, max_length: 4096 })],
  ["special_tokens_map.json", json({ bos_token: "<s>", eos_token: "</s>" })],
  ...tokenizer,
];

export type Entry = { name: string } & Omit<NamedBytes, "end">;

/** Every tensor, with the matrices that `pack` knows in its form. */
export function entries(pack: (name: string, rows: number, cols: number) => PackedMatrix | undefined): Entry[] {
  return [...plain].flatMap(([name, { dtype, shape, bytes }]): Entry[] => {
    const made = shape.length === 2 ? pack(name, shape[0], shape[1]) : undefined;
    if (!made) return [{ name, dtype: dtype.toUpperCase(), shape, bytes }];
    const base = name.slice(0, -".weight".length);
    const { matrix, parts } = made;
    return Object.entries(matrix.parts).map(([role, slice]) => ({
      name: `${base}${slice.name.slice(1)}`, // `l.qweight`
      dtype: slice.dtype, shape: slice.shape, bytes: parts[role as keyof typeof parts]!,
    })); // prettier-ignore
  });
}

export const isLinear = (name: string) => name.endsWith("_proj.weight");
const index = (map: Record<string, string>) => json({ metadata: { total_size: 13_476_835_328 }, weight_map: map });

/** An index left over from the original: shards that are not there, and 32 entries that are no weights. */
const staleIndex = index(
  Object.fromEntries([
    ...[...plain.keys()].map((name, i) => [name, `model-0000${1 + (i % 2)}-of-00002.safetensors`]),
    ...Array.from({ length: 32 }, (_, i) => [
      `model.layers.${i}.self_attn.rotary_emb.inv_freq`, "model-00001-of-00002.safetensors",
    ]), // prettier-ignore
  ]),
);

/** As exllamav2's converter leaves its folder. */
function exl2Repository(inputs: [number, number][], headBits: [number, number][]): Files {
  const tensors = entries((name, rows) =>
    name === "lm_head.weight" ? exl2(rows, headBits)() : isLinear(name) ? exl2(rows, inputs)() : undefined,
  );
  const rows = Array.from({ length: 8 }, (_, i) => ({
    name: `row.0000${i}`, dtype: "F16", shape: [1, 64, 256], bytes: new Uint8Array(2 * 64 * 256),
  })); // prettier-ignore
  return new Map([
    ...common(), // no quantization_config
    ["cal_data.safetensors", madeSafetensors([{ name: "input_ids", dtype: "I64", shape: [100, 64], bytes: new Uint8Array(51_200) }])],
    ["hidden_states.safetensors", madeSafetensors(rows)],
    ["job_new.json", json({ in_dir: "in", out_dir: "out", cal_dataset: null })],
    ["measurement.json", json({ measurement: {} })],
    ["model.safetensors.index.json", staleIndex],
    ["output.safetensors", madeSafetensors(tensors)],
    ["pytorch_model.bin.index.json", index({ "lm_head.weight": "pytorch_model-00002-of-00002.bin" })],
  ]); // prettier-ignore
}

function bnb4bit(): Files {
  const tensors = entries((name, rows, cols) =>
    isLinear(name) ? bnb4("nf4", [rows, cols], 64, true, "float16")() : undefined,
  );
  // Exports of the time carry RoPE's frequencies, which are no weights.
  tensors.push({ name: "model.layers.0.self_attn.rotary_emb.inv_freq", dtype: "F32", shape: [32], bytes: new Uint8Array(128) }); // prettier-ignore
  const declared = { quant_method: "bitsandbytes", load_in_4bit: true, bnb_4bit_quant_type: "nf4" };
  return new Map([...common(declared), ["model.safetensors", madeSafetensors(tensors)]]);
}

/** `.SCB` without `weight_format`; two shards and an index that fits. */
function bnb8bit(): Files {
  const tensors = entries((name, rows, cols) => (isLinear(name) ? int8([rows, cols])() : undefined));
  const half = Math.floor(tensors.length / 2);
  const shards = [tensors.slice(0, half), tensors.slice(half)];
  const names = shards.map((_, i) => `model-0000${i + 1}-of-00002.safetensors`);
  const map = shards.flatMap((shard, i) => shard.map(({ name }) => [name, names[i]]));
  return new Map([
    ...common({ quant_method: "bitsandbytes", load_in_8bit: true, llm_int8_threshold: 6 }),
    ...shards.map((shard, i): [string, Uint8Array] => [names[i], madeSafetensors(shard)]),
    ["model.safetensors.index.json", index(Object.fromEntries(map))],
  ]);
}

function awqRepository(): Files {
  const tensors = entries((name, rows, cols) => (isLinear(name) ? awq([rows, cols], 128)() : undefined));
  const declared = { quant_method: "awq", bits: 4, group_size: 128, zero_point: true, version: "gemm" };
  return new Map([...common(declared), ["model.safetensors", madeSafetensors(tensors)]]);
}

/** Two GGUF files beside the configuration and the stale index of the original. */
function ggufRepository(): Files {
  return new Map([
    ...common(),
    ["llama-2-7b-chat-hf.Q4_K_M.gguf", gguf("Q4_K")],
    ["llama-2-7b-chat-hf.Q5_K_M.gguf", gguf("Q5_K")],
    ["model.safetensors.index.json", staleIndex],
  ]);
}

const ggufNames: [RegExp, string][] = [
  [/^model\.embed_tokens/, "token_embd"], [/^lm_head/, "output"], [/^model\.norm/, "output_norm"],
  [/^model\.layers\.0\.input_layernorm/, "blk.0.attn_norm"], [/^model\.layers\.0\.post_.*norm/, "blk.0.ffn_norm"],
  [/^model\.layers\.0\.self_attn\.o_proj/, "blk.0.attn_output"],
  [/^model\.layers\.0\.self_attn\.(.)_proj/, "blk.0.attn_$1"], [/^model\.layers\.0\.mlp\.(\w+)_proj/, "blk.0.ffn_$1"],
]; // prettier-ignore

/** Norms in f32; value, down and output in Q6_K, as the mixes called M have them. */
export function gguf(type: GgmlType, further: Record<string, MadeValue> = {}): Uint8Array {
  const tensors = [...plain].map(([name, { shape }]): MadeTensor => {
    const [pattern, replacement] = ggufNames.find(([candidate]) => candidate.test(name))!;
    const renamed = name.replace(pattern, replacement);
    if (shape.length === 1)
      return { name: renamed, type: "F32", shape, bytes: new Uint8Array(new Float32Array(shape[0]).fill(1).buffer) };
    const kind = /attn_v|ffn_down|output\.weight/.test(renamed) && !/attn_output/.test(renamed) ? "Q6_K" : type;
    return { name: renamed, type: kind, shape, bytes: ggml(kind, (shape[0] * shape[1]) / 256) };
  });
  const count = (key: string, u32: number): [string, MadeValue] => [`llama.${key}`, { u32 }];
  const metadata: [string, MadeValue][] = [
    ["general.architecture", "llama"],
    count("context_length", config.contextLength),
    count("embedding_length", config.dim),
    count("block_count", config.layers),
    count("feed_forward_length", config.hiddenDim),
    count("attention.head_count", config.heads),
    count("attention.head_count_kv", config.kvHeads),
    ["llama.attention.layer_norm_rms_epsilon", { f32: config.normEps }],
    ["tokenizer.ggml.model", "llama"],
    ["tokenizer.ggml.tokens", bytePieces],
    ["tokenizer.ggml.scores", bytePieces.map(() => 0)],
    ["tokenizer.ggml.token_type", bytePieces.map((_, id) => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1))],
    ["tokenizer.ggml.bos_token_id", { u32: 1 }],
    ["tokenizer.ggml.eos_token_id", { u32: 2 }],
    ["tokenizer.ggml.unknown_token_id", { u32: 0 }],
    ["tokenizer.ggml.padding_token_id", { u32: 0xffffffff }],
  ];
  return madeGguf({ ...Object.fromEntries(metadata), ...further }, tensors);
}

const sixBitHead: [number, number][] = [[8, 32], [6, 128], [6, 96]]; // prettier-ignore

/** Name of the repository -> its files, made when asked for. */
export const published: Record<string, () => Files> = {
  "Llama-2-7b-chat-hf-4.0-bpw-exl2": () => exl2Repository([[5, 32], [4, 128], [4, 64], [3, 32]], sixBitHead),
  "Llama-2-7b-chat-hf-5.0-bpw-exl2": () => exl2Repository([[6, 32], [5, 128], [5, 64], [4, 32]], sixBitHead),
  "Llama-2-7b-chat-hf-6.0-bpw-exl2": () => exl2Repository([[8, 32], [6, 128], [6, 64], [5, 32]], sixBitHead),
  "Llama-2-7b-chat-hf-8.0-bpw-exl2": () => exl2Repository([[8, 128], [8, 128]], [[8, 128], [8, 128]]),
  "Llama-2-7b-chat-hf-bnb-4bit": bnb4bit,
  "Llama-2-7b-chat-hf-bnb-8bit": bnb8bit,
  "Llama-2-7b-chat-hf-4bit-AWQ": awqRepository,
  "Llama-2-7b-chat-hf-GGUF": ggufRepository,
}; // prettier-ignore

export const publisher = "alokabhishek";

/** Safetensors files that hold no weights, and the ends of their headers: the furthest that may be read. */
export function decoysOf(files: ReadonlyMap<string, Uint8Array>): [string, number][] {
  return ["cal_data.safetensors", "hidden_states.safetensors"].flatMap((path): [string, number][] => {
    const file = files.get(path);
    return file ? [[path, 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))]] : [];
  });
}

/** The last byte requested of each file that came from the hub's storage. */
export function furthestBytes(hub: HubServer): Map<string, number> {
  const furthest = new Map<string, number>();
  for (const { origin, path, headers } of hub.requests) {
    if (origin !== "storage") continue;
    const end = Number(/^bytes=\d+-(\d+)$/.exec(headers.range ?? "")?.[1] ?? Infinity);
    furthest.set(path.slice(1), Math.max(furthest.get(path.slice(1)) ?? 0, end));
  }
  return furthest;
}
