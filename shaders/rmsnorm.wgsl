// out[t, i] = x[t, i] * gain[i] / sqrt(mean(x[t, :]^2) + eps), in f32.
// One workgroup of 64 per token; each invocation sums every 64th square; one barrier before the total is read.
// With last_only the workgroup takes the batch's last token and writes row 0: only that position needs logits.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [tokens, stride]
@group(0) @binding(1) var<storage, read> gain: array<f32>; // [dim]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [tokens or 1, stride]
@group(0) @binding(3) var<uniform> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override dim: u32;
override stride: u32; // dim rounded up to 32
override eps: f32;
override last_only: bool = false;

var<workgroup> squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x_row = select(group.y, step.count - 1u, last_only) * stride;
  let out_row = select(group.y, 0u, last_only) * stride;
  var sum = 0.0;
  for (var i = lane; i < dim; i += 64u) {
    let value = x[x_row + i];
    sum += value * value;
  }
  squares[lane] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += squares[i];
  }
  let scale = 1.0 / sqrt(total / f32(dim) + eps);
  for (var i = lane; i < dim; i += 64u) {
    out[out_row + i] = x[x_row + i] * scale * gain[i];
  }
}
