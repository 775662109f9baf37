// Tensors under Hugging Face's names -> the reference's weights. Runs in browsers too.

import type { ModelConfig } from "../../src/format/model-config.ts";
import type { LinearRole } from "../../src/format/tensor-roles.ts";
import type { ReferenceWeights } from "./forward.ts";

/** The weights under Hugging Face's names; `tensor` gives a tensor's values by name. */
export function referenceWeights(config: ModelConfig, tensor: (name: string) => Float64Array): ReferenceWeights {
  const embedding = tensor("model.embed_tokens.weight");
  return {
    embedding,
    layers: Array.from({ length: config.layers }, (_, i) => {
      const part = (name: string, kind = "weight") => tensor(`model.layers.${i}.${name}.${kind}`);
      const bias = (role: LinearRole, name: string) => (config.biases?.includes(role) ? part(name, "bias") : undefined);
      return {
        attentionNorm: config.norms === "behind" ? undefined : part("input_layernorm"),
        attentionEndNorm: config.norms && part("post_self_attn_layernorm"),
        query: part("self_attn.q_proj"),
        key: part("self_attn.k_proj"),
        value: part("self_attn.v_proj"),
        output: part("self_attn.o_proj"),
        ffnNorm: config.norms === "behind" ? undefined : part("post_attention_layernorm"),
        ffnEndNorm: config.norms && part("post_mlp_layernorm"),
        gate: part("mlp.gate_proj"),
        up: part("mlp.up_proj"),
        down: part("mlp.down_proj"),
        biases: {
          query: bias("q", "self_attn.q_proj"),
          key: bias("k", "self_attn.k_proj"),
          value: bias("v", "self_attn.v_proj"),
          output: bias("output", "self_attn.o_proj"),
          gate: bias("gate", "mlp.gate_proj"),
          up: bias("up", "mlp.up_proj"),
          down: bias("down", "mlp.down_proj"),
        },
        queryNorm: config.headNorm ? part("self_attn.q_norm") : undefined,
        keyNorm: config.headNorm ? part("self_attn.k_norm") : undefined,
      };
    }),
    finalNorm: tensor("model.norm.weight"),
    head: config.tiedEmbeddings ? embedding : tensor("lm_head.weight"),
  };
}
