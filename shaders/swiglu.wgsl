// y[t, i] = gate_of(gate) * up, gate and up being columns of x: neighbours (2i and 2i + 1) or one behind the other (i and
// up_start + i).
// One invocation per (i, token); no barriers. The unfused twin of give_swiglu and of matmul_out's modes 2 and 3.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [tokens, x_stride]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [tokens, y_stride]
@group(0) @binding(2) var<uniform> step: Step;

override hidden_dim: u32;
override x_stride: u32;
override y_stride: u32;
override gate_step: u32; // columns from one gate to the next: 2 or 1
override up_start: u32; // columns from a gate to its up: 1, or all gates
override gelu: bool = false;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= hidden_dim || id.y >= step.count) {
    return;
  }
  let at = id.y * x_stride + id.x * gate_step;
  y[id.y * y_stride + id.x] = gate_of(x[at], gelu) * x[at + up_start];
}
