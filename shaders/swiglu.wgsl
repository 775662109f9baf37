// gate[t, i] = silu(gate[t, i]) * up[t, i], silu(x) = x / (1 + exp(-x)); in place.
// One invocation per (i, token); no barriers.
@group(0) @binding(0) var<storage, read_write> gate: array<f32>; // [tokens, stride]
@group(0) @binding(1) var<storage, read> up: array<f32>; // [tokens, stride]
@group(0) @binding(2) var<storage, read> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override hidden_dim: u32;
override stride: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= hidden_dim || id.y >= step.count) {
    return;
  }
  let at = id.y * stride + id.x;
  let value = gate[at];
  gate[at] = value / (1.0 + exp(-value)) * up[at];
}
