// out[t, slot] = x[t, order[slot]]: a batch in the order of a weight's inputs (EXL2, act-order GPTQ).
// One invocation per (slot, token); no barriers. Single tokens are gathered by take_*_gathered.wgsl instead.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [tokens, stride]
@group(0) @binding(1) var<storage, read> order: array<u32>; // [stride]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [tokens, stride]
@group(0) @binding(3) var<uniform> step: Step;

override stride: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= stride || id.y >= step.count) {
    return;
  }
  out[id.y * stride + id.x] = x[id.y * stride + min(order[id.x], stride - 1u)];
}
