#!/usr/bin/env bash
# What base of RoPE transformers gives OLMo 3's layers with a window, where config.json says one `rope_theta`, as published ones do.
#
# Guess: `rope_theta` is the base of all layers, and `rope_scaling` of those that see everything.
#
# Seen 2026-11-30, transformers 5.23.0: `rope_theta` reaches the layers that see everything ALONE. Those with a window turn by the
# default, 500000, whatever config.json says: the field is taken out of the arguments for the first kind and is gone for the
# second. Published OLMo 3 says 500000, so that nothing shows; a model trained with another base answers as another model. In
# transformers 5's own words (`rope_parameters` for each kind) all is as said.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install transformers==5.23.0
cat >read.py <<'PY'
from transformers import Olmo3Config

yarn = dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=256)
plain = dict(rope_type="default", rope_theta=10000.0)
cases = {
    "rope_theta": dict(rope_theta=10000.0),
    "rope_theta and rope_scaling": dict(rope_theta=10000.0, rope_scaling=yarn),
    "rope_parameters": dict(rope_parameters=dict(full_attention=plain, sliding_attention=plain)),
}
for name, fields in cases.items():
    rope = Olmo3Config(num_hidden_layers=4, **fields).rope_parameters
    told = [f"{kind} {rope[kind]['rope_type']}, base {rope[kind]['rope_theta']:.0f}" for kind in sorted(rope)]
    print(f"{name}: {'; '.join(told)}")
PY
venv/bin/python read.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
rope_theta: full_attention default, base 10000; sliding_attention default, base 500000
rope_theta and rope_scaling: full_attention yarn, base 10000; sliding_attention default, base 500000
rope_parameters: full_attention default, base 10000; sliding_attention default, base 10000
SEEN
echo "as seen"
