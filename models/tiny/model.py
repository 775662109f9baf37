"""The model for training: a Llama 2 decoder with the tensor names of Hugging Face. It reads like the paper.

No cache and no sampling here; evaluation decodes with transformers' own LlamaForCausalLM.
"""
import re

import torch
import torch.nn.functional as F
from torch import nn

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 192, "intermediate_size": 512, "num_hidden_layers": 9,
    "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 32, "vocab_size": 2048, "rms_norm_eps": 1e-05,
    "max_position_embeddings": 512, "hidden_act": "silu", "tie_word_embeddings": False, "rope_theta": 10000.0, "rope_scaling": None,
    "bos_token_id": 1, "eos_token_id": 2, "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0, "initializer_range": 0.02,
    "pretraining_tp": 1, "use_cache": True, "torch_dtype": "float16",
}
DIM, HIDDEN, LAYERS = CONFIG["hidden_size"], CONFIG["intermediate_size"], CONFIG["num_hidden_layers"]
HEADS, KV_HEADS, HEAD_DIM, VOCAB = CONFIG["num_attention_heads"], CONFIG["num_key_value_heads"], CONFIG["head_dim"], CONFIG["vocab_size"]


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(DIM))

    def forward(self, x):  # [..., dim]
        return F.rms_norm(x, (DIM,), self.weight, CONFIG["rms_norm_eps"])


def rotation(length):
    """cos and sin, each [length, headDim], in the half-split order of Hugging Face."""
    inverse = CONFIG["rope_theta"] ** (-torch.arange(0, HEAD_DIM, 2, dtype=torch.float64) / HEAD_DIM)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * inverse[None, :]
    angles = torch.cat([angles, angles], dim=1)
    return angles.cos().float(), angles.sin().float()


def rotate(x, cos, sin):  # x [batch, heads, length, headDim]
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-b, a], dim=-1) * sin


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(DIM, HEADS * HEAD_DIM, bias=False)
        self.k_proj = nn.Linear(DIM, KV_HEADS * HEAD_DIM, bias=False)
        self.v_proj = nn.Linear(DIM, KV_HEADS * HEAD_DIM, bias=False)
        self.o_proj = nn.Linear(HEADS * HEAD_DIM, DIM, bias=False)

    def forward(self, x, cos, sin):
        batch, length, _ = x.shape
        split = lambda y, heads: y.view(batch, length, heads, HEAD_DIM).transpose(1, 2)
        q = rotate(split(self.q_proj(x), HEADS), cos, sin)
        k = rotate(split(self.k_proj(x), KV_HEADS), cos, sin)
        v = split(self.v_proj(x), KV_HEADS)
        k, v = (y.repeat_interleave(HEADS // KV_HEADS, dim=1) for y in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(batch, length, -1))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj = nn.Linear(DIM, HIDDEN, bias=False)
        self.up_proj = nn.Linear(DIM, HIDDEN, bias=False)
        self.down_proj = nn.Linear(HIDDEN, DIM, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn, self.mlp = Attention(), MLP()
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(), RMSNorm()

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCAB, DIM)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = RMSNorm()


class Llama(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = Decoder()
        self.lm_head = nn.Linear(DIM, VOCAB, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=0.02 if "embed" in name else DIM ** -0.5 / ((2 * LAYERS) ** 0.5 if deep else 1))
        self.rotation = rotation(CONFIG["max_position_embeddings"])

    def hidden(self, ids):  # [batch, length] -> [batch, length, dim]
        cos, sin = (table[: ids.shape[1]] for table in self.rotation)
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        return self.model.norm(x)

    def loss(self, ids, weights):
        """Weighted cross-entropy; weights[b, t] is for predicting ids[b, t + 1]. Only weighted places reach the head."""
        hidden = self.hidden(ids[:, :-1].contiguous())
        chosen = weights > 0
        each = F.cross_entropy(self.lm_head(hidden[chosen]), ids[:, 1:][chosen], reduction="none")
        return (each * weights[chosen]).sum() / weights.sum()

    def grow(self, weights):
        """Take the weights of a model with fewer layers: new ones, which add nothing yet, are spread evenly among the old."""
        old = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("model.layers."))
        place = [(i + 1) * LAYERS // old - 1 for i in range(old)]
        moved = {re.sub(r"layers\.(\d+)", lambda m: f"layers.{place[int(m[1])]}", name): weight for name, weight in weights.items()}
        self.load_state_dict(moved, strict=LAYERS == old)
        for i in set(range(LAYERS)) - set(place):
            nn.init.zeros_(self.model.layers[i].self_attn.o_proj.weight)
            nn.init.zeros_(self.model.layers[i].mlp.down_proj.weight)
