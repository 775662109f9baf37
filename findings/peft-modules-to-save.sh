#!/usr/bin/env bash
# Which modules PEFT saves whole for a name in `modules_to_save`.
#
# Guess: as in `target_modules`: the module of that name, or one whose path ends in a dot and that name.
#
# Seen 2026-11-29, peft 0.21.2, transformers 5.24.0, a Llama of two layers: any path that ENDS so, without a dot. "norm", meant for the last
# norm, also trains and saves the four `input_layernorm` and `post_attention_layernorm`; "head" takes `lm_head`, while in
# `target_modules` it is an error ("not found"). The configuration keeps the short name, so the tensors in the file, not the
# names in `modules_to_save`, say what was trained.
#
# Needs Python 3.11 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install torch==2.13.0 peft==0.21.2 transformers==5.24.0 safetensors==0.8.0
cat >save.py <<'PY'
import json, warnings
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import LlamaConfig, LlamaForCausalLM

warnings.simplefilter("ignore")
shape = dict(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2)
for name in ["norm", "head"]:
    model = get_peft_model(LlamaForCausalLM(LlamaConfig(**shape)), LoraConfig(r=2, target_modules=["q_proj"], modules_to_save=[name]))
    model.save_pretrained("adapter")
    said = json.load(open("adapter/adapter_config.json"))["modules_to_save"]
    with safe_open("adapter/adapter_model.safetensors", "pt") as file:
        saved = sorted(key.removeprefix("base_model.model.") for key in file.keys() if "lora_" not in key)
    print(f"modules_to_save {said}: {' '.join(saved)}")
try:
    get_peft_model(LlamaForCausalLM(LlamaConfig(**shape)), LoraConfig(r=2, target_modules=["head"]))
    print("target_modules ['head']: taken")
except ValueError as error:
    print("target_modules ['head']:", "not found" if "not found" in str(error) else error)
PY
venv/bin/python save.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
modules_to_save ['norm']: model.layers.0.input_layernorm.weight model.layers.0.post_attention_layernorm.weight model.layers.1.input_layernorm.weight model.layers.1.post_attention_layernorm.weight model.norm.weight
modules_to_save ['head']: lm_head.weight
target_modules ['head']: not found
SEEN
echo "as seen"
