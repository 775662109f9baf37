// PEFT's adapter_config.json, as far as a LoRA of 0.21 and before computes with it. Fields that change numbers and are not
// supported are refused by name; so are unknown fields, unless they say nothing.

import { PronkError } from "../errors.ts";
import type { JsonFile } from "./json-file.ts";

export const loraConfigFile = "adapter_config.json";

export interface LoraConfig {
  /** What it was trained on, as its author called it. */
  base?: string;
  /** A module's rank, by its name, and what B A is multiplied by. */
  rankOf(module: string): number;
  scaleOf(module: string): number;
  /** Rows of the embedding, and of a head of its own, that `trainable_tokens_delta` replaces. By module's last name. */
  tokens: ReadonlyMap<string, readonly number[]>;
}

/** Fields that do not affect what is computed, or that the tensors already show. */
const told = new Set([
  "peft_type",
  "task_type",
  "auto_mapping",
  "peft_version",
  "base_model_name_or_path",
  "revision",
  "inference_mode",
  "r",
  "lora_alpha",
  "target_modules",
  "exclude_modules",
  "lora_dropout",
  "fan_in_fan_out", // of transformers' Conv1D, which no Llama has
  "bias",
  "use_rslora",
  "modules_to_save",
  "init_lora_weights",
  "layers_to_transform",
  "layers_pattern",
  "rank_pattern",
  "alpha_pattern",
  "megatron_core",
  "trainable_token_indices",
  // About how training began.
  "loftq_config",
  "eva_config",
  "corda_config",
  "lora_ga_config",
  "velora_config", // about what training keeps for its backward pass
  "use_dora",
  "qalora_group_size",
  "runtime_config",
  "lora_bias",
  "ensure_weight_tying", // both are saved then
]);

const saysNothing = (value: unknown): boolean =>
  value === undefined ||
  value === false ||
  (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** Initializations that also change the base's weights, which are then not the published ones. */
const changesBase = /^(pissa|olora|loftq|corda|lora_ga)/i;

/** Throws PronkError `model-unsupported` or `format`, naming the field. */
export function readLoraConfig(json: JsonFile): LoraConfig {
  const kind = json.text("peft_type");
  if (kind !== "LORA") throw json.unsupported("peft_type", kind, "Adapters of the type LORA work.");
  for (const field of Object.keys(json.fields))
    if (!told.has(field) && !saysNothing(json.get(field)))
      throw json.unsupported(field, json.get(field), "It changes what an adapter computes, and is not computed here.");
  const beginning = json.get("init_lora_weights");
  if (typeof beginning === "string" && changesBase.test(beginning))
    throw json.unsupported(
      "init_lora_weights",
      beginning,
      "Its base is not the published one. Save it with peft's path_initial_model_for_weight_conversion.",
    );
  const rank = json.count("r", { max: 2 ** 16 });
  const alpha = json.positive("lora_alpha", 8);
  const isRoot = json.flag("use_rslora", false);
  const ranks = patterns(json, "rank_pattern");
  const alphas = patterns(json, "alpha_pattern");
  const rankOf = (module: string) => ranks(module) ?? rank;
  return {
    base: json.text("base_model_name_or_path"),
    rankOf,
    scaleOf: (module) => (alphas(module) ?? alpha) / (isRoot ? Math.sqrt(rankOf(module)) : rankOf(module)),
    tokens: tokenIndices(json),
  };
}

const mostRepeats = 4; // a name has 60 characters: a pattern takes at most 60 ** 4 steps

/** A number for a module's name: from the first pattern that matches, as in peft (`get_pattern_key`). */
function patterns(json: JsonFile, field: string): (module: string) => number | undefined {
  const table = json.object(field);
  const rules = Object.keys(table?.fields ?? {}).map((pattern) => {
    const value = table!.positive(pattern);
    const repeats = pattern.match(/(?<!\\)[*+{]/g)?.length ?? 0;
    const right = "a regular expression of few repetitions and no repeated groups";
    if (/\)[*+{]/.test(pattern) || repeats > mostRepeats) throw json.wrong(field, right, pattern);
    try {
      return { value, regex: new RegExp(`^(?:.*\\.)?(?:${pattern})$`) };
    } catch {
      throw json.wrong(field, right, pattern);
    }
  });
  return (module) => rules.find(({ regex }) => regex.test(module))?.value;
}

function tokenIndices(json: JsonFile): Map<string, number[]> {
  const field = "trainable_token_indices";
  const given = json.get(field) ?? {};
  const byModule = Array.isArray(given) ? { embed_tokens: given as unknown } : (json.object(field)?.fields ?? {});
  return new Map(
    Object.entries(byModule).map(([module, ids]) => {
      const isRight = Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(id) && id >= 0);
      if (!isRight) throw json.wrong(field, "lists of token ids", ids);
      return [module.slice(module.lastIndexOf(".") + 1), ids as number[]];
    }),
  );
}

/** For an adapter that does not fit this model. */
export function unfitting(file: string, name: string, expected: string, found: string): PronkError {
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" is ${found}; on this model it must be ${expected}. The adapter was made for another model.`,
    { file, field: name, expected, found },
  );
}
