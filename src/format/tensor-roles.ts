// What a tensor is in the model, from Hugging Face's name: the one translation the rest of the engine relies on.

export type LayerRole = "attentionNorm" | "q" | "k" | "v" | "output" | "ffnNorm" | "gate" | "up" | "down";
export type ModelRole = "embedding" | "finalNorm" | "head";

const modelRoles: Record<string, ModelRole> = {
  "model.embed_tokens.weight": "embedding",
  "model.norm.weight": "finalNorm",
  "lm_head.weight": "head",
};

const layerRoles: Record<string, LayerRole> = {
  input_layernorm: "attentionNorm",
  "self_attn.q_proj": "q",
  "self_attn.k_proj": "k",
  "self_attn.v_proj": "v",
  "self_attn.o_proj": "output",
  post_attention_layernorm: "ffnNorm",
  "mlp.gate_proj": "gate",
  "mlp.up_proj": "up",
  "mlp.down_proj": "down",
};

export type TensorRole = { layer?: undefined; role: ModelRole } | { layer: number; role: LayerRole };

/** Undefined for a name that is no part of the model. */
export function tensorRole(name: string): TensorRole | undefined {
  if (modelRoles[name]) return { role: modelRoles[name] };
  const match = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name);
  const role = match && layerRoles[match[2]];
  return role ? { layer: Number(match[1]), role } : undefined;
}
