// config.json (Hugging Face's names) -> ModelConfig (the paper's names). Every field that the model's arithmetic needs
// is checked here; whatever would silently change the result is refused by name.

import { families, whatRuns } from "./families.ts";
import type { Family } from "./family.ts";
import type { JsonFile } from "./json-file.ts";
import type { ModelConfig } from "./model-config.ts";
import type { FindOptions } from "./model-tensors.ts";
import { readRope } from "./rope-config.ts";
import { sizeLimits } from "./size-limits.ts";
import { readIds } from "./token-ids.ts";

export { takenApart } from "./fused.ts";
export { ggufCousins } from "./gguf-cousins.ts";

/** Throws PronkError `format` or `model-unsupported`, naming the field. */
export function readConfig(json: JsonFile): ModelConfig {
  const family = findFamily(json);
  const dim = json.count("hidden_size", { max: sizeLimits.dim });
  const heads = json.count("num_attention_heads", { max: sizeLimits.heads });
  const kvHeads = json.count("num_key_value_heads", {
    max: sizeLimits.heads,
    fallback: kvHeadsOf(json, family, heads),
  });
  if (heads % kvHeads !== 0)
    throw json.wrong("num_key_value_heads", `a divisor of num_attention_heads (${heads})`, kvHeads);
  if (json.get("head_dim") === undefined && family.headDim === undefined && dim % heads !== 0)
    throw json.wrong("num_attention_heads", `a divisor of hidden_size (${dim})`, heads);
  const headDim = json.count("head_dim", { max: sizeLimits.headDim, fallback: family.headDim ?? dim / heads });
  if (headDim % 2 !== 0)
    throw json.wrong(
      json.get("head_dim") === undefined ? "num_attention_heads" : "head_dim",
      "an even head size",
      headDim,
    );
  const contextLength = json.count("max_position_embeddings", { max: sizeLimits.context });
  const vocabSize = json.count("vocab_size", { max: sizeLimits.vocab });
  const layers = json.count("num_hidden_layers", { max: sizeLimits.layers });
  const rope = (family.rope ?? readRope)(json, { contextLength, headDim, theta: family.theta });
  const biases = family.biases(json);
  const window = family.window(json, layers);
  const config: ModelConfig = {
    dim,
    hiddenDim: json.count("intermediate_size", { max: sizeLimits.hiddenDim }),
    layers,
    heads,
    kvHeads,
    headDim,
    vocabSize,
    contextLength,
    normEps: json.positive(family.epsField ?? "rms_norm_eps"),
    ...rope,
    tiedEmbeddings: json.flag("tie_word_embeddings", family.tied ?? false),
    bosId:
      json.get("bos_token_id") === undefined
        ? undefined
        : json.count("bos_token_id", { min: 0, max: sizeLimits.vocab }),
    eosIds: readIds(json, "eos_token_id"),
    ...(biases.length > 0 ? { biases } : {}),
    ...(family.headNorm ? { headNorm: true } : {}),
    ...(window === undefined ? {} : { window }),
  };
  return { ...config, ...family.more?.(json, config) };
}

/** What finds the model's tensors in a file's, where they stand otherwise than Llama's. */
export function layoutOf(config: ModelConfig): Pick<FindOptions, "takeApart" | "readWithin" | "panelsOf"> {
  const { takeApart, readWithin, panelsOf } = families[config.family ?? ""] ?? {};
  return {
    takeApart: takeApart && ((entry) => takeApart(entry, config)),
    readWithin: readWithin && ((read) => readWithin(read, config)),
    panelsOf: panelsOf && ((tensor) => panelsOf(tensor, config)),
  };
}

/** null means as many as heads, in every family; a missing field means what the family's configuration class has. */
function kvHeadsOf(json: JsonFile, family: Family, heads: number): number {
  return json.fields.num_key_value_heads === null ? heads : (family.kvHeads ?? heads);
}

/** By model_type, or by architectures where that is missing; the two must agree. */
function findFamily(json: JsonFile): Family {
  const architectures = json.get("architectures");
  const named = Array.isArray(architectures) ? architectures : architectures === undefined ? [] : [architectures];
  const modelType = json.text("model_type");
  if (modelType === undefined && named.length === 0) throw json.missing("architectures", '["LlamaForCausalLM"]');
  if (modelType !== undefined && !Object.hasOwn(families, modelType))
    throw json.unsupported("model_type", modelType, whatRuns);
  const fits = (family: Family) => named.some((name) => family.architectures.includes(name));
  const family = modelType === undefined ? Object.values(families).find(fits) : families[modelType];
  if (!family || (named.length > 0 && !fits(family))) throw json.unsupported("architectures", architectures, whatRuns);
  const activation = json.text("hidden_act") ?? family.activations?.[0];
  const { activations = ["silu", "swish"] } = family;
  if (activation !== undefined && !activations.includes(activation))
    throw json.unsupported("hidden_act", activation, `In this model ${activations.join(" or ")} runs.`);
  return family;
}
