#!/usr/bin/env bash
# What scale a PEFT adapter has after llama.cpp's own converter made a GGUF file of it.
#
# Guess: an adapter that is converted computes what it computed before, or the converter refuses it.
#
# Seen 2026-11-29, convert_lora_to_gguf.py of llama.cpp (in llama-cpp-python 0.3.36), adapters by peft 0.21.2:
#   - The file has one number, `adapter.lora.alpha`, and llama.cpp multiplies by alpha / rank of each matrix. The converter writes
#     `lora_alpha` there and reads neither `use_rslora` nor `alpha_pattern`: of rank 16 and alpha 16, an adapter with rslora
#     comes out four times too weak, and a matrix whose pattern says 64 as well. Nothing is said.
#   - `rank_pattern` survives, since each matrix tells its rank by its shape.
#   - DoRA and `lora_bias` are refused, by the name of the tensor.
#
# Needs Python 3.11 with venv; fetches a source package of 77 MB.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet torch==2.13.0 peft==0.21.2 transformers==5.24.0 gguf==0.19.0 numpy==2.4.6
env/bin/pip download --quiet --no-deps --no-binary :all: llama-cpp-python==0.3.36
tar xzf llama_cpp_python-0.3.36.tar.gz --wildcards '*/vendor/llama.cpp/convert*' '*/vendor/llama.cpp/conversion/*' '*/vendor/llama.cpp/gguf-py/*'

cat >make.py <<'PY'
import json
import warnings

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

warnings.simplefilter("ignore")
shape = dict(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2)
adapters = {
    "plain": {},
    "rslora": dict(use_rslora=True),
    "alpha-pattern": dict(alpha_pattern={"q_proj": 64}),
    "rank-pattern": dict(rank_pattern={"q_proj": 4}),
    "dora": dict(use_dora=True),
    "bias": dict(lora_bias=True),
}
torch.manual_seed(0)
LlamaForCausalLM(LlamaConfig(**shape)).save_pretrained("base")
scales = {}
for name, more in adapters.items():
    config = LoraConfig(r=16, lora_alpha=16, target_modules=["q_proj", "v_proj"], **more)
    model = get_peft_model(LlamaForCausalLM(LlamaConfig(**shape)), config)
    model.save_pretrained(name)
    layer = model.base_model.model.model.layers[0].self_attn
    scales[name] = [layer.q_proj.scaling["default"], layer.v_proj.scaling["default"]]
json.dump(scales, open("scales.json", "w"))
PY
env/bin/python make.py >/dev/null 2>&1

for name in plain rslora alpha-pattern rank-pattern dora bias; do
  PYTHONPATH=llama_cpp_python-0.3.36/vendor/llama.cpp/gguf-py env/bin/python \
    llama_cpp_python-0.3.36/vendor/llama.cpp/convert_lora_to_gguf.py --base base --outfile "$name.gguf" --outtype f32 "$name" >"$name.txt" 2>&1 || true
done

cat >compare.py <<'PY'
import json
import os

import gguf


def converted(name):
    """The scale of q and v as llama.cpp takes it, alpha over the rows of A, or the tensor that was refused."""
    if not os.path.exists(f"{name}.gguf"):
        said = open(f"{name}.txt").read()
        assert "Not a lora_A or lora_B tensor" in said, said[-2000:]
        return "refused"
    file = gguf.GGUFReader(f"{name}.gguf")
    alpha = file.fields["adapter.lora.alpha"].contents()
    ranks = {tensor.name: int(tensor.shape[1]) for tensor in file.tensors if tensor.name.endswith("lora_a")}
    return [alpha / ranks[f"blk.0.attn_{matrix}.weight.lora_a"] for matrix in "qv"]


seen = {name: (scales, converted(name)) for name, scales in json.load(open("scales.json")).items()}
for name, (peft, file) in seen.items():
    print(f"{name:14} peft scales q and v by {peft}, the GGUF file by {file}")
assert seen == {
    "plain": ([1, 1], [1, 1]),
    "rslora": ([4, 4], [1, 1]),
    "alpha-pattern": ([4, 1], [1, 1]),
    "rank-pattern": ([4, 1], [4, 1]),
    "dora": ([1, 1], "refused"),
    "bias": ([1, 1], "refused"),
}, "changed"
PY
env/bin/python compare.py
echo "still so"
