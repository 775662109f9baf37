// out[t, h, :] = sum_s exp(maximum_s - highest) values_s / sum_s exp(maximum_s - highest) sum_s: merges the splits of a
// token's attention; a lone split is in place already. A workgroup of 64 per (head, token) finds the highest maximum |
// barrier | and takes 64 splits at a time: each invocation weighs one | barrier | and adds its dims (every 64th) of all of
// them, four splits at a time | barrier.
@group(0) @binding(0) var<storage, read> partial: array<f32>; // [tokens, heads, splits, head_dim + 2]: values, maximum, sum
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [tokens, stride]
@group(0) @binding(2) var<uniform> step: Step;

override head_dim: u32;
override split: u32; // positions of a split
override window: u32; // positions that a query sees
override stride: u32 = 0u; // f32 in a row of out; of several tokens

var<workgroup> maxima: array<f32, 64>;
var<workgroup> weights: array<f32, 64>;
var<workgroup> masses: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let head = group.x;
  let t = group.y;
  let splits = (min(position_of(t) + 1u, window) - 1u) / split + 1u;
  if (splits == 1u) {
    return;
  }
  let row_length = head_dim + 2u;
  var last = position_of(groups.y - 1u);
  if (apart) {
    for (var row = 0u; row < groups.y; row++) {
      last = max(last, position_of(row));
    }
  }
  let most = (min(last + 1u, window) - 1u) / split + 1u; // as many as attention was dispatched with
  let first = (t * groups.x + head) * most * row_length;
  var largest = -1e30;
  for (var s = lane; s < splits; s += 64u) {
    largest = max(largest, partial[first + s * row_length + head_dim]);
  }
  maxima[lane] = largest;
  workgroupBarrier();
  var highest = -1e30;
  for (var i = 0u; i < 64u; i++) {
    highest = max(highest, maxima[i]);
  }
  var values = vec4f(0.0); // of dims lane, lane + 64, lane + 128, lane + 192
  var total = 0.0;
  for (var base = 0u; base < splits; base += 64u) {
    let count = min(64u, splits - base);
    let rows = first + base * row_length;
    let mine = rows + min(lane, count - 1u) * row_length;
    let weight = select(0.0, exp(partial[mine + head_dim] - highest), lane < count);
    weights[lane] = weight;
    masses[lane] = weight * partial[mine + head_dim + 1u];
    workgroupBarrier();
    for (var i = 0u; i < count; i += 4u) {
      let b = min(i + 1u, count - 1u); // splits beyond the last have no weight
      let c = min(i + 2u, count - 1u);
      let d = min(i + 3u, count - 1u);
      for (var j = 0u; j < 4u; j++) {
        let dim = lane + j * 64u;
        if (dim < head_dim) {
          let at = rows + dim;
          values[j] += (weights[i] * partial[at + i * row_length] + weights[i + 1u] * partial[at + b * row_length]) +
            (weights[i + 2u] * partial[at + c * row_length] + weights[i + 3u] * partial[at + d * row_length]);
        }
      }
    }
    for (var i = 0u; i < 64u; i++) {
      total += masses[i];
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < 4u; j++) {
    let dim = lane + j * 64u;
    if (dim < head_dim) {
      out[t * stride + head * head_dim + dim] = values[j] / total;
    }
  }
}
