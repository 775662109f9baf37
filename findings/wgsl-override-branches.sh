#!/usr/bin/env bash
# Whether an expression of override constants may be nonsense in a branch that these constants switch off, on two implementations.
#
# Guess: `override n = 0u;` with `if (n != 0u) { x = 10u / n; }` is like `#if` or a constant of C++: what is not taken does no harm,
# and any other reading is the same in all implementations.
#
# Seen 2026-11-29, Dawn (npm webgpu 0.6.2) on SwiftShader and wgpu-native (PyPI wgpu 0.32.0) on lavapipe, n = 0:
#   - Both REFUSE the pipeline for a division, a remainder, a shift, an index or an overflow of f32 that would be invalid, though its
#     branch is never taken, and even under `if (false)`. The module compiles: it is told when a pipeline is made.
#   - They differ where the value goes another way: behind `n != 0u &&`, and through a `let`, Dawn takes a division by 0 and
#     wgpu-native refuses it; a runtime value divided by it Dawn refuses and wgpu-native takes.
#   - A function that nothing calls is no matter to either.
# So a guard has to be in the value itself, as in `10u / max(n, 1u)`, which both take.
#
# Needs Debian's chromium (for SwiftShader) and mesa-vulkan-drivers (for lavapipe), python3 with venv, and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null && npm install --silent --no-audit webgpu@0.6.2
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check wgpu==0.32.0 numpy==2.3.5

cat >cases.json <<'JSON'
{
  "division": "if (n != 0u) { told[0] = 10u / n; }",
  "division under if (false)": "if (false) { told[0] = 10u / n; }",
  "remainder": "if (n != 0u) { told[0] = 10u % n; }",
  "shift": "if (n != 0u) { told[0] = told[0] << (n + 32u); }",
  "index": "var four = array<u32, 4>(); if (n != 0u) { told[0] = four[n - 1u]; }",
  "overflow": "if (n != 0u) { told[0] = u32(1e38f * (f32(n) + 10.0)); }",
  "behind &&": "if (n != 0u && 10u / n > 1u) { told[0] = 1u; }",
  "through let": "if (n != 0u) { let m = n; told[0] = 10u / m; }",
  "runtime value": "if (n != 0u) { told[0] = told[1] / n; }",
  "function not called": "} fn other() { told[0] = 10u / n;",
  "guarded value": "if (n != 0u) { told[0] = 10u / max(n, 1u); }"
}
JSON
cat >before.wgsl <<'WGSL'
override n = 0u;
@group(0) @binding(0) var<storage, read_write> told: array<u32>;
@compute @workgroup_size(1) fn main() { told[2] = 1u;
WGSL
cat >dawn.mjs <<'JS'
import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const device = await (await create([]).requestAdapter()).requestDevice();
for (const [name, body] of Object.entries(JSON.parse(readFileSync("cases.json", "utf8")))) {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code: `${readFileSync("before.wgsl", "utf8")}${body} }` });
  const wrong = await device.popErrorScope();
  if (wrong) throw new Error(wrong.message);
  device.pushErrorScope("validation");
  device.createComputePipeline({ layout: "auto", compute: { module } });
  console.log(`dawn ${name}: ${(await device.popErrorScope()) ? "refused" : "taken"}`);
}
process.exit(0);
JS
cat >wgpu_native.py <<'PY'
import json, wgpu
device = wgpu.gpu.request_adapter_sync().request_device_sync()
for name, body in json.load(open("cases.json")).items():
    module = device.create_shader_module(code=f"{open('before.wgsl').read()}{body} }}")
    try:
        device.create_compute_pipeline(layout="auto", compute={"module": module, "entry_point": "main"})
        print(f"wgpu {name}: taken")
    except wgpu.GPUValidationError:
        print(f"wgpu {name}: refused")
PY
VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json node dawn.mjs 2>/dev/null | tee told.txt
VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json venv/bin/python wgpu_native.py 2>/dev/null | tee -a told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
dawn division: refused
dawn division under if (false): refused
dawn remainder: refused
dawn shift: refused
dawn index: refused
dawn overflow: refused
dawn behind &&: taken
dawn through let: taken
dawn runtime value: refused
dawn function not called: taken
dawn guarded value: taken
wgpu division: refused
wgpu division under if (false): refused
wgpu remainder: refused
wgpu shift: refused
wgpu index: refused
wgpu overflow: refused
wgpu behind &&: refused
wgpu through let: refused
wgpu runtime value: taken
wgpu function not called: taken
wgpu guarded value: taken
SEEN
echo "as seen"
