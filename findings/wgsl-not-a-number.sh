#!/usr/bin/env bash
# What WGSL's comparisons and built-ins make of a NaN that arrives as data, on two implementations.
#
# Guess: `x != x` is true for a NaN, as in IEEE 754, C and JavaScript. Packing 70000 to f16 saturates or gives infinity;
# packing infinity gives infinity; either leaves the other half of the word alone.
#
# Seen 2026-11-28, Dawn (npm webgpu 0.6.2) on SwiftShader and wgpu-native (PyPI wgpu 0.32.0) on lavapipe:
#   - `x != x` is FALSE for a NaN on both, though `!(x == x)` is true; max and min drop it, clamp(nan, 0, 1) is 0.
#   - pack2x16float(vec2(70000, 1)) is NaN beside 1 on SwiftShader, infinity beside 1 on lavapipe.
#   - pack2x16float(vec2(infinity, 1)) is NaN beside 1.00195 on SwiftShader: the NEIGHBOUR's low bits are changed.
# WGSL lets an implementation assume that neither NaN nor infinity occurs; this is what two make of that. So: find a NaN by
# its bits, and clamp before packing.
#
# Needs Debian's chromium (for SwiftShader) and mesa-vulkan-drivers (for lavapipe), python3 with venv, and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null && npm install --silent --no-audit webgpu@0.6.2
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check wgpu==0.32.0 numpy==2.3.5

cat >shader.wgsl <<'WGSL'
@group(0) @binding(0) var<storage, read> given: array<f32>;
@group(0) @binding(1) var<storage, read_write> told: array<u32>;
@compute @workgroup_size(1) fn main() {
  let x = given[0]; // NaN
  told[0] = select(0u, 1u, x != x);
  told[1] = select(0u, 1u, !(x == x));
  told[2] = select(0u, 1u, x < 1.0);
  told[3] = select(0u, 1u, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
  told[4] = bitcast<u32>(max(x, 1.0));
  told[5] = bitcast<u32>(min(1.0, x));
  told[6] = bitcast<u32>(clamp(x, 0.0, 1.0));
  told[7] = pack2x16float(vec2f(given[1], 1.0)); // 70000
  told[8] = pack2x16float(vec2f(given[2], 1.0)); // infinity
}
WGSL
cat >dawn.mjs <<'JS'
import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const adapter = await create([]).requestAdapter();
const device = await adapter.requestDevice();
const buffer = (size, usage) => device.createBuffer({ size, usage });
const given = buffer(12, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
const told = buffer(36, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
const back = buffer(36, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
device.queue.writeBuffer(given, 0, new Float32Array([NaN, 70000, Infinity]));
const module = device.createShaderModule({ code: readFileSync("shader.wgsl", "utf8") });
const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
const entries = [given, told].map((buffer, binding) => ({ binding, resource: { buffer } }));
const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
pass.setPipeline(pipeline);
pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
pass.dispatchWorkgroups(1);
pass.end();
encoder.copyBufferToBuffer(told, 0, back, 0, 36);
device.queue.submit([encoder.finish()]);
await back.mapAsync(GPUMapMode.READ);
const words = [...new Uint32Array(back.getMappedRange())];
console.log(`dawn ${adapter.info.device || adapter.info.description}: ${words.map((word) => word.toString(16)).join(" ")}`);
process.exit(0);
JS
cat >wgpu_native.py <<'PY'
import numpy, wgpu
adapter = wgpu.gpu.request_adapter_sync()
device = adapter.request_device_sync()
given = device.create_buffer_with_data(data=numpy.array([numpy.nan, 70000, numpy.inf], "f4"), usage="STORAGE")
told = device.create_buffer(size=36, usage="STORAGE|COPY_SRC")
module = device.create_shader_module(code=open("shader.wgsl").read())
pipeline = device.create_compute_pipeline(layout="auto", compute={"module": module, "entry_point": "main"})
entries = [{"binding": i, "resource": {"buffer": b, "offset": 0, "size": b.size}} for i, b in enumerate([given, told])]
encoder = device.create_command_encoder()
compute = encoder.begin_compute_pass()
compute.set_pipeline(pipeline)
compute.set_bind_group(0, device.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=entries))
compute.dispatch_workgroups(1)
compute.end()
device.queue.submit([encoder.finish()])
words = numpy.frombuffer(device.queue.read_buffer(told), "u4")
print(f"wgpu {adapter.info['device']}: " + " ".join(f"{word:x}" for word in words))
PY
VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json node dawn.mjs | tee told.txt
VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json venv/bin/python wgpu_native.py 2>/dev/null | tee -a told.txt

expect() { grep -q "^$1 .*: $2\$" told.txt || { echo "CHANGED: $1 gave another line than '$2'"; exit 1; }; }
expect dawn "0 1 0 1 3f800000 3f800000 0 3c007c46 3c027fff"
expect wgpu "0 1 0 1 3f800000 3f800000 0 3c007c00 3c007c00"
echo "as seen"
