#!/usr/bin/env bash
# What ONNX Runtime's dynamic quantizer makes of a model's weights when it is told to make signed bytes.
#
# Guess: `weight_qType=QInt8` makes int8 of all weights, and scales and zero points are raw bytes as the weights are.
#
# Seen 2026-11-29, onnxruntime 1.32.0: the matrix of MatMul is INT8, the table of Gather UINT8, in one and the same model. Scales stand in
# float_data and zero points in int32_data: as protobuf's varints, so a zero point of 128 or more takes two bytes of the file
# (here 83 01, for 131) and one of a row of them can't be read by a range. The table's zero point is not the middle.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 sympy==1.14.0
cat >bytes.py <<'PY'
import numpy, onnx
from onnx import TensorProto as T, helper as h, numpy_helper
from onnxruntime.quantization import QuantizationMode, QuantType
from onnxruntime.quantization.onnx_quantizer import ONNXQuantizer

table = numpy.linspace(-1.05, 1, 64, dtype="f4").reshape(8, 8)
nodes = [h.make_node("Gather", ["table", "ids"], ["x"], name="embed"), h.make_node("MatMul", ["x", "weight"], ["y"], name="product")]
graph = h.make_graph(nodes, "g", [h.make_tensor_value_info("ids", T.INT64, [3])], [h.make_tensor_value_info("y", T.FLOAT, None)],
                     [numpy_helper.from_array(table, "table"), numpy_helper.from_array(table.T.copy(), "weight")])
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=8)
quantizer = ONNXQuantizer(
    model, False, False, mode=QuantizationMode.IntegerOps, static=False, weight_qType=QuantType.QInt8,
    activation_qType=QuantType.QUInt8, tensors_range=None, nodes_to_quantize=[], nodes_to_exclude=[],
    op_types_to_quantize=["MatMul", "Gather"], extra_options=dict(MatMulConstBOnly=True))
quantizer.quantize_model()
for tensor in sorted(quantizer.model.model.graph.initializer, key=lambda tensor: tensor.name):
    field = next(name for name in ("raw_data", "float_data", "int32_data") if len(getattr(tensor, name)))
    value = f" {list(tensor.int32_data)}" if field == "int32_data" else ""
    print(tensor.name, T.DataType.Name(tensor.data_type), field + value)
PY
venv/bin/python bytes.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
table_quantized UINT8 raw_data
table_scale FLOAT float_data
table_zero_point UINT8 int32_data [131]
weight_quantized INT8 raw_data
weight_scale FLOAT float_data
weight_zero_point INT8 int32_data [0]
SEEN
echo "as seen"
