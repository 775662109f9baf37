#!/usr/bin/env bash
# Which codes share a byte in HQQ's packed weights, and what becomes of a number of groups that fills no byte.
#
# Guess: neighbours in a group share a byte, the first in the low bits; a last byte that isn't full is padded, or the packer refuses.
#
# Seen 2026-11-29, hqq 0.2.8.post1, torch 2.13.0 on the CPU:
#   - A byte holds rows FAR APART, the first in the HIGH bits: of 4 bits rows r and r + n/2, of 2 bits r, r + n/4 and so on. A word of
#     3-bit codes holds ten, r, r + n/10 and so on, the first above.
#   - 3 bits are padded. The others are NOT, nor refused: of 12 rows the 1-bit packer keeps 8 without a word, of 6 the 2-bit one
#     mixes codes by broadcasting, of 1 the 4-bit one keeps none. Other numbers are an error about sizes of tensors.
#   - So `quantize` along axis 1, where rows are groups, succeeds for such a matrix, and its first use fails.
#
# Needs Python 3.11 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install torch==2.13.0 hqq==0.2.8.post1 numpy==2.4.6
cat >rows.py <<'PY'
import torch
from hqq.core.bitpack import BitPack
from hqq.core.quantize import Quantizer

kinds = {4: "4bit_u8", 2: "2bit_u8", 1: "1bit_u8", 3: "3bit_32"}
for bits, kind in kinds.items():
    n = 10 if bits == 3 else 8 // bits
    rows = torch.zeros(2 * n, 1, dtype=torch.uint8)
    rows[::2] = 1  # rows 0, 2, 4 ... : the first row of the packed has row 0 and rows an even number further
    one = lambda at: int(getattr(BitPack, f"pack_{kind}")(rows * (torch.arange(2 * n)[:, None] == at))[0, 0])
    print(f"{bits} bits, where in the first word a 1 of row r lands:", " ".join(f"{r}: {one(r).bit_length() - 1}" for r in range(2 * n) if one(r)))
torch.manual_seed(0)
for bits, kind in kinds.items():
    told = []
    for n in [1, 5, 6, 12]:
        codes = torch.randint(1 << bits, (n, 64), dtype=torch.uint8)
        try:
            packed = getattr(BitPack, f"pack_{kind}")(codes)
            back = getattr(BitPack, f"unpack_{kind}")(packed)[:n]
            told.append(f"{n} rows {'right' if torch.equal(back, codes) else f'{len(back)} come back, wrong' if len(back) == n else f'{len(back)} come back'}")
        except RuntimeError:
            told.append(f"{n} rows refused")
    print(f"{bits} bits: " + ", ".join(told))
packed, meta = Quantizer.quantize(torch.randn(6, 64), nbits=2, group_size=64, axis=1, device="cpu", compute_dtype=torch.float32)
try:
    Quantizer.dequantize(packed, meta)
    print("a matrix of 6 rows in 2 bits: used")
except RuntimeError as error:
    print("a matrix of 6 rows in 2 bits: quantized, then", type(error).__name__)
PY
venv/bin/python rows.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
4 bits, where in the first word a 1 of row r lands: 0: 4 2: 0
2 bits, where in the first word a 1 of row r lands: 0: 6 2: 4 4: 2 6: 0
1 bits, where in the first word a 1 of row r lands: 0: 7 2: 6 4: 5 6: 4 8: 3 10: 2 12: 1 14: 0
3 bits, where in the first word a 1 of row r lands: 0: 27 2: 24 4: 21 6: 18 8: 15 10: 12 12: 9 14: 6 16: 3 18: 0
4 bits: 1 rows 0 come back, 5 rows refused, 6 rows right, 12 rows right
2 bits: 1 rows 0 come back, 5 rows 5 come back, wrong, 6 rows 6 come back, wrong, 12 rows right
1 bits: 1 rows 0 come back, 5 rows 0 come back, 6 rows 0 come back, 12 rows 8 come back
3 bits: 1 rows right, 5 rows right, 6 rows right, 12 rows right
a matrix of 6 rows in 2 bits: quantized, then RuntimeError
SEEN
echo "as seen"
