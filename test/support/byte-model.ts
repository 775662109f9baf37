// A whole model folder in memory, small enough for any browser: random weights, a tokenizer whose pieces are bytes, and a
// chat template. It answers nonsense, but the same nonsense everywhere at temperature 0.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { randomCheckpoint, smallConfig } from "../reference/random-checkpoint.ts";

const specials = ["<unk>", "<s>", "</s>"];
const byteNames = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
/** By id: three specials, the bytes, and a space. */
export const bytePieces = [...specials, ...byteNames, "▁"];

export const byteModelConfig = { ...smallConfig, vocabSize: bytePieces.length, contextLength: 256 };

export function byteModelFiles(change: Partial<ModelConfig> = {}): Map<string, Uint8Array> {
  const files = randomCheckpoint({ ...byteModelConfig, ...change });
  const json = (name: string, value: unknown) => files.set(name, new TextEncoder().encode(JSON.stringify(value)));
  json("tokenizer.json", {
    added_tokens: specials.map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    pre_tokenizer: null,
    decoder: null,
    model: {
      type: "BPE",
      unk_token: "<unk>",
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(bytePieces.map((piece, id) => [piece, id])),
      merges: [],
    },
  });
  json("tokenizer_config.json", {
    bos_token: "<s>",
    eos_token: "</s>",
    unk_token: "<unk>",
    chat_template:
      "{{ bos_token }}{% for m in messages %}{{ m.role[0] }}:{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}a:{% endif %}",
  });
  return files;
}

/** The folder on disk; the caller removes its parent. */
export function writeByteModel(change?: Partial<ModelConfig>): { parent: string; folder: string } {
  const parent = mkdtempSync(join(tmpdir(), "pronk-byte-model-"));
  const folder = join(parent, "byte-model");
  mkdirSync(folder);
  for (const [name, bytes] of byteModelFiles(change)) writeFileSync(join(folder, name), bytes);
  return { parent, folder };
}
