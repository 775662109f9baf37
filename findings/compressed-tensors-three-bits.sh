#!/usr/bin/env bash
# How compressed-tensors packs codes of 3 bits into words of 32, before and from release 0.18.
#
# Guess: one layout for `format: "pack-quantized"`: a format's name in published files says where its bits are.
#
# Seen 2026-11-28: the same call on the same codes gives other bytes and another SHAPE under the same format name.
#   - 0.17.1 keeps codes whole: 32 // 3 = 10 in a word, so 64 codes take 7 words (2 bits of each are unused).
#   - 0.18.0 writes a dense stream of bits: 64 codes take 6 words, and codes cross from one word into the next.
# Nothing in config.json tells which, and there is no version in the format. 2, 4 and 8 bits are the same in both. A reader
# has to go by the shape of `weight_packed`: ceil(K / (32 // bits)) words a row, or ceil(K * bits / 32).
#
# Needs python3 with venv. Takes a few minutes: torch.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
pip() { venv/bin/pip --quiet --disable-pip-version-check "$@"; }
pip install torch==2.13.0 transformers==5.24.0 pydantic==2.14.4 loguru==0.7.3 psutil==7.2.2 numpy==2.3.5
for version in 0.17.1 0.18.0; do pip install --no-deps --target "at-$version" "compressed-tensors==$version"; done
cat >pack.py <<'PY'
import torch
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
codes = (torch.arange(64) % 8 - 4).to(torch.int8).reshape(1, 64)
for bits in (3, 4):
    words = pack_to_int32(codes, bits)
    print(bits, "bits:", list(words.shape), " ".join(f"{int(word) & 0xFFFFFFFF:08x}" for word in words.flatten()[:2]))
PY
for version in 0.17.1 0.18.0; do
  PYTHONPATH="at-$version" venv/bin/python pack.py 2>/dev/null | sed "s/^/$version, /" | tee -a told.txt
done

expect() { grep -qxF "$1" told.txt || { echo "CHANGED: no line '$1'"; exit 1; }; }
expect "0.17.1, 3 bits: [1, 7] 08fac688 1a23eb1a"
expect "0.18.0, 3 bits: [1, 6] 88fac688 c688fac6"
expect "0.17.1, 4 bits: [1, 8] ba987654 ba987654"
expect "0.18.0, 4 bits: [1, 8] ba987654 ba987654"
echo "as seen"
