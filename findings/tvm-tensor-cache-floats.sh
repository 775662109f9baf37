#!/usr/bin/env bash
# What `dtype` and `format` of a record in a TVM tensor cache (the weights of WebLLM and MLC) say about its bytes.
#
# Guess: `dtype` names the type of the stored bytes, and `format: "f32-to-bf16"` stands only where something was converted.
#
# Seen 2026-11-28, apache-tvm 0.27.0: EVERY record says "f32-to-bf16", codes (uint32) and halves (float16) too, which are
# stored as they are. A record of dtype "float32" has 2 bytes a number: they are bf16. Only the second list,
# tensor-cache-b16.json, calls it bfloat16 and raw. And records follow each other without alignment: after an odd count of
# 2-byte numbers (scale: 3 at 16) the next begins at 22.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install apache-tvm==0.27.0 apache-tvm-ffi==0.1.15.post2 numpy==2.4.6
cat >dump.py <<'PY'
import json, numpy, tvm
from tvm.contrib import tvmjs
values = {"codes": numpy.arange(4, dtype="u4"), "scale": numpy.array([1.001, -2.5, 3.14159], "f4"), "half": numpy.ones(2, "f2")}
tvmjs.dump_tensor_cache({name: tvm.runtime.tensor(value) for name, value in values.items()}, "cache")
for listing in ("tensor-cache", "tensor-cache-b16"):
    shard = json.load(open(f"cache/{listing}.json"))["records"][0]
    for record in shard["records"]:
        at = record["byteOffset"]
        stored = open("cache/" + shard["dataPath"], "rb").read()[at : at + record["nbytes"]]
        print(listing, record["name"], record["dtype"], record["format"], at, stored.hex())
PY
venv/bin/python dump.py | grep ^tensor | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
tensor-cache codes uint32 f32-to-bf16 0 00000000010000000200000003000000
tensor-cache scale float32 f32-to-bf16 16 803f20c04940
tensor-cache half float16 f32-to-bf16 22 003c003c
tensor-cache-b16 codes uint32 f32-to-bf16 0 00000000010000000200000003000000
tensor-cache-b16 scale bfloat16 raw 16 803f20c04940
tensor-cache-b16 half float16 f32-to-bf16 22 003c003c
SEEN
echo "as seen"
