#!/usr/bin/env bash
# What MLX's own files say of their numbers: scales in safetensors, bfloat16 and order in .npz.
#
# Guess: a safetensors dtype tells what the bytes are, so scales in E4M3 are F8_E4M3 and those in E8M0 are F8_E8M0, as other writers
# have them. An .npz of MLX is one that numpy reads, with plain arrays in C order.
#
# Seen 2026-11-29, mlx 0.32.4 (its CPU build for Linux), numpy 2.4.6:
#   - The scales of nvfp4 (E4M3) and of mxfp8 and mxfp4 (E8M0) are all "U8", and nothing in the file says which mode it was.
#     The shapes do: words of weights for each scale are 2, 8 and 4.
#   - safetensors' header has `"__metadata__": null` where no metadata was given.
#   - In .npz bfloat16 is '<V2', two bytes of no type: numpy gives void, and can make no number of it. MLX reads it as bfloat16.
#   - Vectors, scalars and matrices of one row or column have `fortran_order: True`, beside matrices that have False. A reader
#     that refuses Fortran order refuses every norm.
#
# Needs python3 with venv, on Linux.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install 'mlx[cpu]==0.32.4' numpy==2.4.6
cat >files.py <<'PY'
import json
import re
import zipfile

import mlx.core as mx
import numpy

weights = mx.ones((64, 128))
tensors = {}
for mode, group, bits in [("nvfp4", 16, 4), ("mxfp8", 32, 8), ("mxfp4", 32, 4)]:
    tensors[f"{mode} weight"], tensors[f"{mode} scales"] = mx.quantize(weights, group_size=group, bits=bits, mode=mode)
mx.save_safetensors("model.safetensors", tensors)
data = open("model.safetensors", "rb").read()
header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
for mode in ["nvfp4", "mxfp8", "mxfp4"]:
    weight, scales = header[f"{mode} weight"], header[f"{mode} scales"]
    print(f"{mode}: weights {weight['dtype']}, scales {scales['dtype']}, {weight['shape'][1] // scales['shape'][1]} words a scale")
print("metadata:", header["__metadata__"])

half = weights.astype(mx.bfloat16)
mx.savez("arrays.npz", f32=weights, bf16=half, vector=weights[0], scalar=mx.array(1.0), row=weights[:1], column=weights[:, :1])
with zipfile.ZipFile("arrays.npz") as archive:
    for name in sorted(archive.namelist()):
        said = archive.read(name)[10:].split(b"\n")[0].decode()
        print(name, re.search(r"'descr': '(\S+)'", said)[1], re.search(r"'fortran_order': (\w+)", said)[1])
read = numpy.load("arrays.npz")["bf16"]
try:
    print("numpy:", read.astype("float32")[0, 0])
except Exception as error:
    print(f"numpy: {read.dtype.kind}, {type(error).__name__}")
print("mlx:", mx.load("arrays.npz")["bf16"].dtype)
PY
venv/bin/python files.py | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
nvfp4: weights U32, scales U8, 2 words a scale
mxfp8: weights U32, scales U8, 8 words a scale
mxfp4: weights U32, scales U8, 4 words a scale
metadata: None
bf16.npy <V2 False
column.npy <f4 True
f32.npy <f4 False
row.npy <f4 True
scalar.npy <f4 True
vector.npy <f4 True
numpy: V, ValueError
mlx: mlx.core.bfloat16
SEEN
echo "as seen"
