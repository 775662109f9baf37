// llama2.c's legacy .bin: seven int32 (dim, hiddenDim, layers, heads, kvHeads, vocabSize, contextLength), then f32
// tensors in run.c's order, all layers of one kind together. A negative vocabSize means a separate classifier.
// Rows of wq and wk are in Meta's RoPE order (pairs 2i, 2i+1); the loader puts them into Hugging Face's halves.
// Source: github.com/karpathy/llama2.c, run.c `memory_map_weights` and export.py `legacy_export`.

import { PronkError } from "../errors.ts";
import { maxReadBytes } from "../source/read-limit.ts";
import { expectedTensors } from "./llama-tensors.ts";
import type { ModelConfig } from "./model-config.ts";
import { sizeLimits } from "./size-limits.ts";
import type { TensorInfo } from "./tensor.ts";
import type { Checkpoint } from "./checkpoint-headers.ts";
import type { TensorFiles } from "./tensor-files.ts";

const headerBytes = 28;
const fields = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"] as const;
const { dim, hiddenDim, layers, heads, vocab, context } = sizeLimits;
const fieldLimits = [dim, hiddenDim, layers, heads, heads, vocab, context];
const maxHeadBytes = maxReadBytes; // the loader re-orders one head at a time

export async function readLlama2c(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Checkpoint> {
  const { sizeBytes } = source.files.find((candidate) => candidate.path === file)!;
  if (sizeBytes < headerBytes)
    throw broken(
      file,
      `it has ${sizeBytes} bytes; the header alone has ${headerBytes}`,
      "size",
      headerBytes,
      sizeBytes,
    );
  const head = await source.read(file, 0, headerBytes, { signal });
  const view = new DataView(head.buffer, head.byteOffset, headerBytes);
  if (view.getUint32(0, true) === 0x616b3432)
    throw new PronkError(
      "model-unsupported",
      `"${file}" is llama2.c's version 1 or 2 export; pronk reads the legacy one (export.py --version 0).`,
      { file, field: "magic" },
    );
  const values = fields.map((_, i) => view.getInt32(4 * i, true));
  const tiedEmbeddings = values[5] > 0;
  values[5] = Math.abs(values[5]);
  values.forEach((value, i) => {
    if (value < 1 || value > fieldLimits[i])
      throw broken(file, `${fields[i]} is ${value}`, fields[i], `1 to ${fieldLimits[i]}`, value);
  });
  const [dim, hiddenDim, layers, heads, kvHeads, vocabSize, contextLength] = values;
  if (dim % heads !== 0 || (dim / heads) % 2 !== 0)
    throw broken(file, `${heads} heads do not split dim ${dim} into even parts`, "n_heads", "a divisor of dim", heads);
  if (heads % kvHeads !== 0)
    throw broken(
      file,
      `${kvHeads} kv heads do not divide ${heads} heads`,
      "n_kv_heads",
      "a divisor of n_heads",
      kvHeads,
    );
  const headDim = dim / heads;
  if (headDim * dim * 4 > maxHeadBytes)
    throw broken(file, `one head of ${headDim} x ${dim} is too large`, "n_heads", maxHeadBytes, headDim * dim * 4);
  const config: ModelConfig = {
    dim,
    hiddenDim,
    layers,
    heads,
    kvHeads,
    headDim,
    vocabSize,
    contextLength,
    tiedEmbeddings,
    normEps: 1e-5, // run.c's constants
    ropeTheta: 10_000,
    ropeScaling: { kind: "none" },
    bosId: 1,
    // run.c's `generate` stops at 1, the mark between stories, and its `chat` at 2.
    eosIds: [1, 2],
  };
  const { tensors, endByte } = layOut(config, file);
  if (sizeBytes < endByte)
    throw new PronkError(
      "integrity",
      `"${file}" is truncated: its header asks for ${endByte} bytes and it has ${sizeBytes}. Fetch it again.`,
      { file, expected: endByte, found: sizeBytes },
    );
  if (sizeBytes > endByte)
    throw broken(file, `its header asks for ${endByte} bytes and it has ${sizeBytes}`, "size", endByte, sizeBytes);
  return { config, generation: {}, tensors, matrices: [] };
}

/** Offsets of every layer's tensor, in run.c's order. */
function layOut(config: ModelConfig, file: string): { tensors: TensorInfo[]; endByte: number } {
  const shapes = expectedTensors(config);
  const tensors: TensorInfo[] = [];
  let position = headerBytes;
  const place = (name: string, interleavedRopeHeads?: number) => {
    const shape = shapes.get(name)!;
    const start = position;
    position += 4 * shape.reduce((product, count) => product * count, 1);
    tensors.push({
      name,
      dtype: "f32",
      shape,
      file,
      start,
      end: position,
      ...(interleavedRopeHeads ? { interleavedRopeHeads } : {}),
    });
  };
  const placeAll = (part: string, interleavedRopeHeads?: number) => {
    for (let layer = 0; layer < config.layers; layer++)
      place(`model.layers.${layer}.${part}.weight`, interleavedRopeHeads);
  };
  place("model.embed_tokens.weight");
  placeAll("input_layernorm"); // rms_att
  placeAll("self_attn.q_proj", config.heads); // wq
  placeAll("self_attn.k_proj", config.kvHeads); // wk
  placeAll("self_attn.v_proj"); // wv
  placeAll("self_attn.o_proj"); // wo
  placeAll("post_attention_layernorm"); // rms_ffn
  placeAll("mlp.gate_proj"); // w1
  placeAll("mlp.down_proj"); // w2
  placeAll("mlp.up_proj"); // w3
  place("model.norm.weight"); // rms_final
  position += 4 * config.contextLength * config.headDim; // freq_cis real and imaginary: computed, not read
  if (!config.tiedEmbeddings) place("lm_head.weight"); // wcls
  return { tensors, endByte: position };
}

function broken(file: string, what: string, field: string, expected: string | number, found: string | number) {
  return new PronkError(
    "format",
    `"${file}" is not a valid llama2.c checkpoint: ${what}. Fetch it again, or export it anew.`,
    { file, field, expected, found },
  );
}
