// A hub's repository for each way of packing that published.ts lacks, named and declared as its packer does it: the same tiny
// model with seeded random layers. What an answer must be is not known here; the golden tests have that.

import { metaCheckpoint } from "./meta-checkpoint.ts";
import type { PackedMatrix } from "./packed-matrix.ts";
import {
  configJson,
  entries,
  type Entry,
  type Files,
  gguf,
  isLinear,
  json,
  plainFiles,
  tokenizer,
} from "./published.ts";
import { byteRows, gptq, microscaled, mlx, packedRows } from "./random-packed.ts";
import { madeSafetensors } from "./made-checkpoint.ts";
import { torchCheckpoint } from "./torch-checkpoint.ts";

type Pack = (shape: [number, number]) => () => PackedMatrix;

/** Linears packed, with what config.json says of it; `further` are tensors that stand beside each. */
function packed(pack: Pack, declared: Record<string, unknown>, further?: (base: string) => Entry): Files {
  const tensors = entries((name, rows, cols) => (isLinear(name) ? pack([rows, cols])() : undefined));
  const bases = new Set(tensors.flatMap(({ name }) => /^(.*)\.weight_packed$/.exec(name)?.[1] ?? []));
  if (further) tensors.push(...[...bases].map(further));
  return new Map([
    ["config.json", json({ ...configJson, ...declared })],
    ...tokenizer,
    ["model.safetensors", madeSafetensors(tensors)],
  ]);
}

const compressed = (format: string, weights: Record<string, unknown>) => ({
  quantization_config: {
    quant_method: "compressed-tensors",
    format,
    config_groups: { group_0: { format, targets: ["Linear"], weights } },
    ignore: ["lm_head"],
  },
});
const dims = (base: string): Entry => {
  const bytes = new Uint8Array(BigInt64Array.of(256n, 256n).buffer);
  return { name: `${base}.weight_shape`, dtype: "I64", shape: [2], bytes };
};
/** Every character is a token to these models, and a conversation has few. */
const shortTemplate = "{% for m in messages %}{{ m.content }}\n{% endfor %}";
const groups = { group_size: 64, bits: 4, mode: "affine" };

/** Name of the repository -> its files, made when asked for. */
export const packedRepositories: Record<string, () => Files> = {
  "Llama-2-7B-GPTQ": () =>
    packed((shape) => gptq(4, shape, 128), {
      quantization_config: { quant_method: "gptq", bits: 4, group_size: 128, desc_act: false, sym: false },
    }),
  "Llama-2-7b-quantized.w4a16": () =>
    packed(
      (shape) => packedRows(4, shape, 128, { zeros: true }),
      compressed("pack-quantized", { num_bits: 4, type: "int", strategy: "group", group_size: 128, symmetric: false }),
      dims,
    ),
  "Llama-2-7b-FP8-dynamic": () =>
    packed(
      ([rows, cols]) => byteRows("F8_E4M3", [rows, cols], [rows, 1]),
      compressed("float-quantized", { num_bits: 8, type: "float", strategy: "channel", symmetric: true }),
    ),
  "Llama-2-7b-NVFP4A16": () =>
    packed(
      (shape) => microscaled(4, shape, "F8_E4M3", "weight_global_scale"),
      compressed("nvfp4-pack-quantized", {
        num_bits: 4,
        type: "float",
        strategy: "tensor_group",
        group_size: 16,
        symmetric: true,
      }),
    ),
  "Llama-2-7b-mlx-4bit": () =>
    packed((shape) => mlx(4, shape, 64), { quantization: groups, quantization_config: groups }),
  "Llama-2-7B-i1-GGUF": () =>
    new Map([["Llama-2-7B.i1-IQ3_S.gguf", gguf("IQ3_S", { "tokenizer.chat_template": shortTemplate })]]),
  "vicuna-7b-v1.5": () => torchCheckpoint(new Map([...plainFiles, ...tokenizer])),
  "Llama-2-13b": () => metaCheckpoint(new Map([...plainFiles, ...tokenizer]), { parts: 2 }),
};
