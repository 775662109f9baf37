// What a tensor is in the model, from Hugging Face's name: the one translation the rest of the engine relies on.

/** A matrix that multiplies the stream. */
export type LinearRole = (typeof linearRoles)[number];
export const linearRoles = ["q", "k", "v", "output", "gate", "up", "down"] as const;
export type NormRole = "attentionNorm" | "qNorm" | "kNorm" | "attentionEndNorm" | "ffnNorm" | "ffnEndNorm";
export type LayerRole = LinearRole | NormRole | `${LinearRole | NormRole}Bias`;
export type ModelRole = "embedding" | "finalNorm" | "finalNormBias" | "head";

const modelRoles: Record<string, ModelRole> = {
  "model.embed_tokens.weight": "embedding",
  "model.norm.weight": "finalNorm",
  "model.norm.bias": "finalNormBias",
  "lm_head.weight": "head",
};

const normRoles: Record<string, NormRole> = {
  input_layernorm: "attentionNorm",
  "self_attn.q_norm": "qNorm",
  "self_attn.k_norm": "kNorm",
  post_attention_layernorm: "ffnNorm",
  // GLM-4's names, which no other norm has; those of OLMo 2 and Gemma become these.
  post_self_attn_layernorm: "attentionEndNorm",
  post_mlp_layernorm: "ffnEndNorm",
};

const linearParts: Record<string, LinearRole> = {
  "self_attn.q_proj": "q",
  "self_attn.k_proj": "k",
  "self_attn.v_proj": "v",
  "self_attn.o_proj": "output",
  "mlp.gate_proj": "gate",
  "mlp.up_proj": "up",
  "mlp.down_proj": "down",
};

export type TensorRole = { layer?: undefined; role: ModelRole } | { layer: number; role: LayerRole };

const linearNames = new Map(Object.entries(linearParts).map(([name, role]) => [role, name]));

/** The bias of a layer's matrix. */
export const biasName = (layer: number, role: LinearRole): string =>
  `model.layers.${layer}.${linearNames.get(role)}.bias`;

/** Undefined for a name that is no part of the model. */
export function tensorRole(name: string): TensorRole | undefined {
  if (modelRoles[name]) return { role: modelRoles[name] };
  const match = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  if (!match) return undefined;
  const [, layer, part, kind] = match;
  const own = linearParts[part] ?? normRoles[part];
  const role = kind === "weight" ? own : own && (`${own}Bias` as const);
  return role && { layer: Number(layer), role };
}
