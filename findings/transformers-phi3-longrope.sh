#!/usr/bin/env bash
# What transformers makes of the fields of Phi-3's longrope in config.json.
#
# Guess: "su", as the first 128k releases call it, still loads, since Phi3Config renames it; and the trained length that stands
# beside the factors, in `rope_scaling`, is the one that counts.
#
# Seen 2026-11-29, transformers 5.24.0: "su" is REFUSED for want of the trained length, though the model's own field has it: the
# length is copied before the name is changed. And `original_max_position_embeddings` in `rope_scaling` is OVERWRITTEN by the
# model's field, which is 4096 where config.json does not say it. That length decides from where on the other divisors turn, and
# by how much all that is turned is scaled: a reader that goes by the inner one answers with another model.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install transformers==5.24.0
cat >read.py <<'PY'
import json, pathlib
from transformers import AutoConfig

base = dict(model_type="phi3", hidden_size=32, num_attention_heads=4, max_position_embeddings=65536)
factors = dict(short_factor=[1.0] * 4, long_factor=[2.0] * 4)
cases = {
    "longrope": dict(rope_scaling=dict(type="longrope", **factors), original_max_position_embeddings=2048),
    "su": dict(rope_scaling=dict(type="su", **factors), original_max_position_embeddings=2048),
    "both lengths": dict(rope_scaling=dict(type="longrope", original_max_position_embeddings=8, **factors),
                         original_max_position_embeddings=2048),
    "the inner length alone": dict(rope_scaling=dict(type="longrope", original_max_position_embeddings=8, **factors)),
}
for name, fields in cases.items():
    folder = pathlib.Path(name.replace(" ", "-"))
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(base | fields))
    try:
        rope = AutoConfig.from_pretrained(folder).rope_parameters
        print(f"{name}: {rope['rope_type']} of {rope['original_max_position_embeddings']} positions")
    except KeyError:
        print(f"{name}: refused")
PY
venv/bin/python read.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
longrope: longrope of 2048 positions
su: refused
both lengths: longrope of 2048 positions
the inner length alone: longrope of 4096 positions
SEEN
echo "as seen"
