#!/usr/bin/env bash
# How exact WGSL's cos, sin and tanh are at the angles that rotary embeddings ask for, on two implementations.
#
# Guess: as exact as a C library's in f32, about 1e-7, at every angle; tanh of a large number is 1.
#
# Seen 2026-11-28, Dawn (npm webgpu 0.6.2) on SwiftShader and wgpu-native (PyPI wgpu 0.32.0) on lavapipe:
#   - SwiftShader's cos and sin are off by 2e-4 below 16, where the angles of every model begin, and by 1e-2 at positions
#     of a context of 128k. lavapipe's stay within 7e-8. WGSL promises 2^-11, and only from -pi to pi.
#   - tanh is NaN from 89 on with Dawn on SwiftShader, where e^x is beyond f32; 1 on lavapipe.
# exp, exp2, inverseSqrt and pow are within 6e-6 of their value on both. So: make tables of angles on the CPU, and write a tanh
# (or a GELU) that cannot overflow.
#
# Needs Debian's chromium (for SwiftShader) and mesa-vulkan-drivers (for lavapipe), python3 with venv, and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null && npm install --silent --no-audit webgpu@0.6.2
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check wgpu==0.32.0 numpy==2.3.5

cat >shader.wgsl <<'WGSL'
@group(0) @binding(0) var<storage, read> angles: array<f32>;
@group(0) @binding(1) var<storage, read_write> told: array<vec4f>; // two each
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = angles[id.x];
  told[id.x * 2u] = vec4f(cos(x), sin(x), tanh(x), exp(-x));
  told[id.x * 2u + 1u] = vec4f(log(x), inverseSqrt(x), pow(x, 0.5), exp2(-x));
}
WGSL
cat >angles.py <<'PY'
import numpy
i = numpy.arange(3072)
x = numpy.where(i < 1024, i / 64 + 0.01, numpy.where(i < 2048, (i - 1023) * 4.123, (i - 2047) * 128.01)).astype("f4")
x.tofile("angles.f32")
PY
venv/bin/python angles.py
cat >dawn.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const angles = readFileSync("angles.f32");
const adapter = await create([]).requestAdapter();
const device = await adapter.requestDevice();
const buffer = (size, usage) => device.createBuffer({ size, usage });
const given = buffer(angles.length, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
const told = buffer(8 * angles.length, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
const back = buffer(8 * angles.length, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
device.queue.writeBuffer(given, 0, angles);
const module = device.createShaderModule({ code: readFileSync("shader.wgsl", "utf8") });
const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
const entries = [given, told].map((buffer, binding) => ({ binding, resource: { buffer } }));
const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
pass.setPipeline(pipeline);
pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
pass.dispatchWorkgroups(angles.length / 4 / 64);
pass.end();
encoder.copyBufferToBuffer(told, 0, back, 0, 8 * angles.length);
device.queue.submit([encoder.finish()]);
await back.mapAsync(GPUMapMode.READ);
writeFileSync("dawn.f32", new Uint8Array(back.getMappedRange()));
process.exit(0);
JS
cat >wgpu_native.py <<'PY'
import numpy, wgpu
device = wgpu.gpu.request_adapter_sync().request_device_sync()
given = device.create_buffer_with_data(data=numpy.fromfile("angles.f32", "f4"), usage="STORAGE")
told = device.create_buffer(size=8 * given.size, usage="STORAGE|COPY_SRC")
module = device.create_shader_module(code=open("shader.wgsl").read())
pipeline = device.create_compute_pipeline(layout="auto", compute={"module": module, "entry_point": "main"})
entries = [{"binding": i, "resource": {"buffer": b, "offset": 0, "size": b.size}} for i, b in enumerate([given, told])]
encoder = device.create_command_encoder()
compute = encoder.begin_compute_pass()
compute.set_pipeline(pipeline)
compute.set_bind_group(0, device.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=entries))
compute.dispatch_workgroups(given.size // 4 // 64)
compute.end()
device.queue.submit([encoder.finish()])
numpy.frombuffer(device.queue.read_buffer(told), "f4").tofile("wgpu.f32")
PY
cat >compare.py <<'PY'
import sys, numpy
x = numpy.fromfile("angles.f32", "f4").astype("f8")
wanted = [numpy.cos(x), numpy.sin(x), numpy.tanh(x), numpy.exp(-x), numpy.log(x), x**-0.5, x**0.5, 2.0**-x]
ranges = {"below 16": slice(0, 1024), "to 4,222": slice(1024, 2048), "to 131,082": slice(2048, 3072)}
changed = False
def expect(what, found, low, high):
    global changed
    if not low <= found <= high:
        changed = True
        print(f"CHANGED: {what} is {found:.1e}, was between {low:.0e} and {high:.0e}")
for name in ["dawn", "wgpu"]:
    told = numpy.fromfile(f"{name}.f32", "f4").reshape(-1, 8).astype("f8")
    off = numpy.abs(told - numpy.array(wanted).T)
    for where, part in ranges.items():
        cos, sin = off[part, 0].max(), off[part, 1].max()
        print(f"{name}, {where}: cos off by {cos:.1e}, sin by {sin:.1e}, tanh NaN {numpy.isnan(off[part, 2]).sum()} of 1024")
    far = off[2048:, :2].max()
    expect(f"{name}: what cos and sin are off by below 16", off[:1024, :2].max(), *((1e-4, 5e-4) if name == "dawn" else (0, 2e-7)))
    expect(f"{name}: what they are off by to 131,082", far, *((5e-3, 5e-2) if name == "dawn" else (0, 2e-7)))
    expect(f"{name}: NaN of tanh beyond 89", numpy.isnan(told[x > 89, 2]).mean(), *((1, 1) if name == "dawn" else (0, 0)))
    expect(f"{name}: NaN of tanh below 88", numpy.isnan(told[x < 88, 2]).sum(), 0, 0)
    # of numbers that f32 holds without a loss of digits; log is near 0 at 1
    for place, what in [(3, "exp"), (5, "inverseSqrt"), (6, "pow"), (7, "exp2")]:
        held = numpy.abs(wanted[place]) > 1e-30
        expect(f"{name}: the relative error of {what}", (off[held, place] / wanted[place][held]).max(), 0, 6e-6)
sys.exit(changed)
PY
VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json node dawn.mjs 2>/dev/null
VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json venv/bin/python wgpu_native.py 2>/dev/null
venv/bin/python compare.py
echo "as seen"
