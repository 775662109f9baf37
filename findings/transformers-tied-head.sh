#!/usr/bin/env bash
# What transformers 5 makes of a Llama whose configuration says `tie_word_embeddings: true` and whose file holds a head.
#
# Guess: the configuration decides, as it always did: the head is the embedding, and `lm_head.weight` in the file is ignored.
#
# Seen 2026-11-28, transformers 5.24.0: the WEIGHTS decide. A head that differs is used and stays a matrix of its own; one
# that is equal is tied, in another type too; and a file with a head alone loads, with the head as the embedding. So a reader
# that goes by the configuration answers with another model than transformers does.
#
# Needs python3 with venv. Takes a few minutes: torch.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install torch==2.13.0 transformers==5.24.0 safetensors==0.8.0 numpy==2.3.5
cat >tie.py <<'PY'
import json, pathlib, torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
config = LlamaConfig(vocab_size=16, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2,
                     num_key_value_heads=2, tie_word_embeddings=False)
made = pathlib.Path("made")
LlamaForCausalLM(config).to(torch.float16).save_pretrained(made)
weights = load_file(made / "model.safetensors")
settings = json.loads((made / "config.json").read_text()) | {"tie_word_embeddings": True, "dtype": "float16"}
embedding, head = weights.pop("model.embed_tokens.weight"), weights.pop("lm_head.weight")
cases = {
    "another head": {"model.embed_tokens.weight": embedding, "lm_head.weight": head},
    "the same head": {"model.embed_tokens.weight": embedding, "lm_head.weight": embedding.clone()},
    "the same head in f32": {"model.embed_tokens.weight": embedding, "lm_head.weight": embedding.float()},
    "no head": {"model.embed_tokens.weight": embedding},
    "only a head": {"lm_head.weight": head},
}
for name, tensors in cases.items():
    folder = pathlib.Path(name.replace(" ", "-"))
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(settings))
    save_file(weights | tensors, folder / "model.safetensors", metadata={"format": "pt"})
    model = LlamaForCausalLM.from_pretrained(folder)
    used, first = model.lm_head.weight, model.model.embed_tokens.weight
    tied = used.data_ptr() == first.data_ptr()
    print(f"{name}: {'one matrix' if tied else 'two matrices'}, head {'the embedding' if torch.equal(used.float(), embedding.float()) else 'lm_head.weight' if torch.equal(used.float(), head.float()) else 'other'}")
PY
venv/bin/python tie.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
another head: two matrices, head lm_head.weight
the same head: one matrix, head the embedding
the same head in f32: one matrix, head the embedding
no head: one matrix, head the embedding
only a head: one matrix, head lm_head.weight
SEEN
echo "as seen"
