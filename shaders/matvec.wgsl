// y[n] = sum_k w[n, k] x[k], or y[n] += with `add`: one token's linear layer, f32 accumulation.
// A workgroup of 64 is `rows` rows by `lanes` lanes; a row's lanes stride over its blocks of eight, and meet in shared
// memory behind one barrier. lanes = 1 has no one to meet: the barrier is then skipped (software adapters like that).
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_blocks * 2], zero beyond K
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [row_start + row_count]

override lanes: u32 = 16u;
override rows: u32 = 4u; // lanes * rows = 64
override add: bool = false;

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % lanes;
  let row = group.x * rows + index / lanes;
  var sum = vec4f(0.0);
  if (row < shape.row_count) {
    for (var block = lane; block < shape.row_blocks; block += lanes) {
      let eight = eight_weights(row, block);
      sum += eight.lo * x[block * 2u] + eight.hi * x[block * 2u + 1u];
    }
  }
  var total = (sum.x + sum.y) + (sum.z + sum.w);
  if (lanes > 1u) {
    partial[index] = total;
    workgroupBarrier();
    if (lane == 0u) {
      for (var other = 1u; other < lanes; other++) {
        total += partial[index + other];
      }
    }
  }
  if (lane == 0u && row < shape.row_count) {
    let at = shape.row_start + row;
    y[at] = select(0.0, y[at], add) + total;
  }
}
