// out[h, :] = sum_s exp(maximum_s - highest) values_s / sum_s exp(maximum_s - highest) sum_s: the splits of one token's
// attention become one. A workgroup of 64 per head; every invocation reads all splits' maxima; no barriers.
@group(0) @binding(0) var<storage, read> partial: array<f32>; // [heads, splits, head_dim + 2]: values, maximum, sum
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [heads * head_dim]
@group(0) @binding(2) var<uniform> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override head_dim: u32;
override split: u32; // positions of a split
override window: u32; // positions that a query sees

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let splits = (min(step.position + 1u, window) - 1u) / split + 1u; // as many as attention was dispatched with
  let row_length = head_dim + 2u;
  var highest = -1e30;
  for (var s = 0u; s < splits; s++) {
    highest = max(highest, partial[(head * splits + s) * row_length + head_dim]);
  }
  for (var i = lane; i < head_dim; i += 64u) {
    var value = 0.0;
    var total = 0.0;
    for (var s = 0u; s < splits; s++) {
      let row = (head * splits + s) * row_length;
      let weight = exp(partial[row + head_dim] - highest);
      value += weight * partial[row + i];
      total += weight * partial[row + head_dim + 1u];
    }
    out[head * head_dim + i] = value / total;
  }
}
