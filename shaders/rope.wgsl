// Rotates each head of x in place by its token's position: pairs (i, i + head_dim / 2), Hugging Face's half-split order.
// (a, b) -> (a cos - b sin, b cos + a sin). One invocation per (pair, token); no barriers. The table is computed in
// float64 by the host: WGSL promises too little of sin and cos.
@group(0) @binding(0) var<storage, read> table: array<vec2f>; // [context, head_dim / 2], (cos, sin)
@group(0) @binding(1) var<storage, read_write> x: array<f32>; // [tokens, stride], heads * head_dim used
@group(0) @binding(2) var<storage, read> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override heads: u32;
override head_dim: u32;
override stride: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let half_dim = head_dim / 2u;
  let t = id.y;
  if (id.x >= heads * half_dim || t >= step.count) {
    return;
  }
  let i = id.x % half_dim;
  let at = t * stride + (id.x / half_dim) * head_dim + i;
  let turn = table[(step.position + t) * half_dim + i];
  let a = x[at];
  let b = x[at + half_dim];
  x[at] = a * turn.x - b * turn.y;
  x[at + half_dim] = b * turn.x + a * turn.y;
}
