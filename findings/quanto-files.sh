#!/usr/bin/env bash
# What optimum-quanto writes into a checkpoint for 4-bit and 2-bit weights.
#
# Guess: `weight` with scales and zero points beside it, in groups of 128, that is in_features / 128 of them a row; codes that are
# neighbours share a byte; `quantize(model)` quantizes.
#
# Seen 2026-11-29, optimum-quanto 0.2.7, torch 2.13.0:
#   - Packed codes are called `weight._data._data`, those of 8 bits `weight._data`. There is no `weight`.
#   - The group is 128 only if it divides the width: 96 for 192 and 576, 64 for 320, 32 for 160, 48 for 48, a whole row. Nothing in
#     the file says it; the columns of the codes do.
#   - Rows of the codes are groups, one after another as in the matrix, and a byte holds group r in its low bits and group r + n/2
#     (of 2 bits r, r + n/4, ...) above: far apart.
#   - `_shift` is a float to SUBTRACT after scaling: code x scale - shift. A zero point it is not.
#   - `input_scale` and `output_scale` of 1 are there though activations are not quantized, and before `freeze` the file
#     has the weights in f32.
#
# Needs Python 3.11 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install torch==2.13.0 optimum-quanto==0.2.7 numpy==2.4.6
cat >files.py <<'PY'
import warnings
import torch
from optimum.quanto import freeze, qint2, qint4, qint8, quantize

warnings.simplefilter("ignore")


def quantized(width, kind, frozen=True):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(width, 64, bias=False))
    quantize(model, weights=kind)
    if frozen:
        freeze(model)
    return model, model.state_dict()


shapes = lambda state: " ".join(f"{name[2:]}{list(value.shape)}" for name, value in state.items())
print("qint4, not frozen:", shapes(quantized(256, qint4, False)[1]))
for kind in [qint4, qint2, qint8]:
    print(f"{kind.name}:", shapes(quantized(256, kind)[1]))
widths = [256, 192, 576, 320, 160, 48]
print("group:", " ".join(f"{width}: {quantized(width, qint4)[1]['0.weight._data._data'].shape[1]}" for width in widths))
for kind, bits in [(qint4, 4), (qint2, 2)]:
    given = quantized(256, kind, False)[1]["0.weight"]
    state = quantized(256, kind)[1]
    bytes_, scale, shift = (state[f"0.weight.{name}"] for name in ["_data._data", "_scale", "_shift"])
    codes = torch.cat([bytes_ >> at & (1 << bits) - 1 for at in range(0, 8, bits)])
    steps = ((codes * scale - shift - given.reshape(codes.shape)) / scale).abs().max()
    print(f"{kind.name}: code x scale - shift is {'within half a step of' if steps < 0.51 else f'{steps:.2f} steps off'} the weights given")
PY
venv/bin/python files.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
qint4, not frozen: weight[64, 256] input_scale[] output_scale[]
qint4: weight._data._data[64, 128] weight._scale[128, 1] weight._shift[128, 1] input_scale[] output_scale[]
qint2: weight._data._data[32, 128] weight._scale[128, 1] weight._shift[128, 1] input_scale[] output_scale[]
qint8: weight._data[64, 256] weight._scale[64, 1] input_scale[] output_scale[]
group: 256: 128 192: 96 576: 96 320: 64 160: 32 48: 48
qint4: code x scale - shift is within half a step of the weights given
qint2: code x scale - shift is within half a step of the weights given
SEEN
echo "as seen"
