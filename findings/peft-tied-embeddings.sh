#!/usr/bin/env bash
# What a LoRA on the embedding of a model with tied embeddings computes as loaded, and merged.
#
# Guess: `merge_and_unload` gives the model that the adapter gave, up to rounding; with `ensure_weight_tying`, which a warning asks
# for, at the latest.
#
# Seen 2026-11-29, peft 0.21.2, transformers 5.24.0, torch 2.13.0, a random Llama with tied embeddings:
#   - As loaded the adapter reaches the embedding alone and the head stays the base's. Merged, the one matrix both share has
#     it, so the head has changed too: other logits.
#   - With `ensure_weight_tying` the file holds the adapter twice, for embedding and head. Loaded, each is applied once. Merged, the
#     one matrix gets both, so twice the change: other logits again.
#   - Without tied embeddings both ways agree. `trainable_token_indices` agree with tied ones, too.
# So a runtime that wants what was trained has to keep the head apart, and merged weights are no reference for it.
#
# Needs Python 3.11 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet torch==2.13.0 peft==0.21.2 transformers==5.24.0

cat >tied.py <<'PY'
import warnings

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

warnings.simplefilter("ignore")
shape = dict(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2)
ids = torch.arange(5, 15)[None]


def base(tied):
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(**shape, tie_word_embeddings=tied)).eval()


def compare(tied, **config):
    """Largest difference of logits between the adapter as loaded and merged, and by how many times the change the matrix moved."""
    model = get_peft_model(base(tied), LoraConfig(r=4, lora_alpha=8, **config))
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained("adapter")
    loaded = PeftModel.from_pretrained(base(tied), "adapter").eval()
    before = loaded(ids).logits
    embedding = loaded.base_model.model.model.embed_tokens
    change = embedding.get_delta_weight("default") if hasattr(embedding, "get_delta_weight") else None
    merged = loaded.merge_and_unload()
    times = None
    if change is not None:
        moved = merged.model.embed_tokens.weight - base(tied).model.embed_tokens.weight
        times = round(float((moved * change).sum() / (change * change).sum()), 3)
    return float((merged(ids).logits - before).abs().max()), times


with torch.no_grad():
    apart, apart_times = compare(False, target_modules=["embed_tokens"])
    tied, tied_times = compare(True, target_modules=["embed_tokens"])
    ensured, ensured_times = compare(True, target_modules=["embed_tokens"], ensure_weight_tying=True)
    tokens, _ = compare(True, target_modules=["q_proj"], trainable_token_indices=[7, 8])
print(f"not tied:                   merged logits differ by {apart:.1e}, the matrix moved {apart_times} x the change")
print(f"tied:                       merged logits differ by {tied:.1e}, the matrix moved {tied_times} x the change")
print(f"tied, ensure_weight_tying:  merged logits differ by {ensured:.1e}, the matrix moved {ensured_times} x the change")
print(f"tied, trainable tokens:     merged logits differ by {tokens:.1e}")
assert apart < 1e-4 and apart_times == 1, "changed"
assert tied > 1e-2 and tied_times == 1, "changed"
assert ensured > 1e-2 and ensured_times == 2, "changed"
assert tokens < 1e-4, "changed"
PY
env/bin/python tied.py
echo "still so"
