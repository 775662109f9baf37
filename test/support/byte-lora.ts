// A LoRA of random numbers for the byte model, as PEFT writes one: strong enough for other tokens to be chosen.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { byteModelConfig } from "./byte-model.ts";
import { madeSafetensors } from "./made-checkpoint.ts";

const { dim, hiddenDim, heads, kvHeads, headDim, vocabSize, layers } = byteModelConfig;

/** [rows, cols] of what it may change in each layer, and of the head. */
const shapes = {
  q_proj: ["self_attn", heads * headDim, dim],
  k_proj: ["self_attn", kvHeads * headDim, dim],
  v_proj: ["self_attn", kvHeads * headDim, dim],
  o_proj: ["self_attn", dim, heads * headDim],
  gate_proj: ["mlp", hiddenDim, dim],
  up_proj: ["mlp", hiddenDim, dim],
  down_proj: ["mlp", dim, hiddenDim],
} as const;

export type ByteLoraModule = keyof typeof shapes | "lm_head";

/** Writes its folder into `parent`, and returns the folder's path. */
export function writeByteLora(parent: string, name: string, rank: number, modules: readonly ByteLoraModule[]): string {
  const random = randomNumbers(rank + modules.length);
  const tensor = (path: string, shape: number[]) => {
    const numbers = Float32Array.from({ length: shape[0] * shape[1] }, () => 0.4 * (random() - 0.5));
    return { name: `base_model.model.${path}.weight`, dtype: "F32", shape, bytes: new Uint8Array(numbers.buffer) };
  };
  const both = (path: string, rows: number, cols: number) => [
    tensor(`${path}.lora_A`, [rank, cols]),
    tensor(`${path}.lora_B`, [rows, rank]),
  ];
  const tensors = modules.flatMap((module) => {
    if (module === "lm_head") return both(module, vocabSize, dim);
    const [block, rows, cols] = shapes[module];
    return Array.from({ length: layers }, (_, layer) =>
      both(`model.layers.${layer}.${block}.${module}`, rows, cols),
    ).flat();
  });
  const folder = join(parent, name);
  mkdirSync(folder);
  const config = { peft_type: "LORA", task_type: "CAUSAL_LM", r: rank, lora_alpha: 2 * rank, target_modules: modules };
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "adapter_model.safetensors"), madeSafetensors(tensors));
  return folder;
}
