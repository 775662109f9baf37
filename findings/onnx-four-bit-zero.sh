#!/usr/bin/env bash
# The zero of 4-bit codes without zero points in ONNX Runtime's contrib operators.
#
# Guess: one rule for the same codes: without `zero_points` the zero is 8, as MatMulNBits documents, or 0, as for plain
# DequantizeLinear, however the codes are declared.
#
# Seen 2026-11-28, onnxruntime 1.32.0, the same bytes, scale 1: GatherBlockQuantized takes 8 where the codes are packed in
# UINT8 with `bits: 4`, and 0 where the tensor's type is UINT4. MatMulNBits takes 8. So an embedding and a tied head can
# hold equal bytes and mean weights that differ by 8 scales.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cat >zeros.py <<'PY'
import numpy, onnxruntime
from onnx import TensorProto as T, helper as h

codes = numpy.arange(16, dtype="u1")
packed = (codes[0::2] | codes[1::2] << 4).tobytes()

def told(operator, inputs, **attributes):
    node = h.make_node(operator, [i.name for i in inputs], ["y"], domain="com.microsoft", **attributes)
    graph = h.make_graph([node], "g", [], [h.make_tensor_value_info("y", T.FLOAT, None)], inputs)
    domains = [h.make_opsetid("", 21), h.make_opsetid("com.microsoft", 1)]
    model = h.make_model(graph, opset_imports=domains, ir_version=10).SerializeToString()
    return onnxruntime.InferenceSession(model).run(None, {})[0].astype(int).ravel().tolist()

index = h.make_tensor("index", T.INT64, [1], [0])
scale = h.make_tensor("scale", T.FLOAT, [1, 1], [1.0])
gather = dict(block_size=16, gather_axis=0, quantize_axis=1)
for name, kind, shape, extra in [("UINT8", T.UINT8, [1, 8], {"bits": 4}), ("UINT4", T.UINT4, [1, 16], {})]:
    weight = h.make_tensor("weight", kind, shape, packed, raw=True)
    print("GatherBlockQuantized", name, told("GatherBlockQuantized", [weight, index, scale], **gather, **extra))
unit = h.make_tensor("unit", T.FLOAT, [16, 16], numpy.eye(16, dtype="f4").ravel())
weight = h.make_tensor("weight", T.UINT8, [1, 1, 8], packed, raw=True)
scales = h.make_tensor("scales", T.FLOAT, [1], [1.0])
print("MatMulNBits UINT8", told("MatMulNBits", [unit, weight, scales], K=16, N=1, bits=4, block_size=16))
PY
venv/bin/python zeros.py | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
GatherBlockQuantized UINT8 [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]
GatherBlockQuantized UINT4 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
MatMulNBits UINT8 [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]
SEEN
echo "as seen"
