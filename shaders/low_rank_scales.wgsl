// DoRA: each row's scale becomes its magnitude over |W + B A|, the length of the row as the LoRA has changed it.
// One invocation per row; no barriers. Once, when an adapter is loaded. With bias_low_rank.wgsl's rows.
@group(0) @binding(0) var<storage, read> down: array<f32>; // A: [rank, down_stride]
@group(0) @binding(1) var<storage, read_write> low_rank: array<vec4f>; // [rows + 1, low_rank_stride]
@group(0) @binding(2) var<storage, read> magnitudes: array<vec2f>; // [rows]: 1 where there is one, else 0; the magnitude
@group(0) @binding(3) var<storage, read> order: array<u32>; // [32 * row_chunks] where the weight's inputs have an order of their own

override cols: u32; // K
override down_stride: u32; // K rounded up to 32
override low_rank_stride: u32; // fours
override gathered: bool;

// B A at a row (its fours begin at `at`) and four columns
fn change(at: u32, head: vec4f, columns: vec4u) -> vec4f {
  var sum = vec4f(0.0);
  for (var i = 0u; i < u32(head.w); i++) {
    let b = low_rank[at + 1u + i];
    for (var j = 0u; j < 4u; j++) {
      let start = (4u * (u32(head.z) + i) + j) * down_stride;
      let a = vec4f(down[start + columns.x], down[start + columns.y], down[start + columns.z], down[start + columns.w]);
      sum += b[j] * a;
    }
  }
  return sum;
}

fn squares_of(weights: vec4f, slot: u32, at: u32, head: vec4f) -> f32 {
  var columns = vec4u(slot, slot + 1u, slot + 2u, slot + 3u);
  if (gathered) {
    columns = vec4u(order[slot], order[slot + 1u], order[slot + 2u], order[slot + 3u]);
  }
  let inside = columns < vec4u(cols);
  let changed = weights + change(at, head, min(columns, vec4u(cols - 1u)));
  let counted = select(vec4f(0.0), changed, inside);
  return dot(counted, counted);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.row_count) {
    return;
  }
  let row = shape.row_start + id.x;
  let magnitude = magnitudes[row];
  if (magnitude.x == 0.0) {
    return;
  }
  let at = row * low_rank_stride;
  let head = low_rank[at];
  var squares = 0.0;
  for (var chunk = 0u; chunk < shape.row_chunks; chunk++) {
    let loaded = chunk_at(id.x, chunk);
    for (var i = 0u; i < 4u; i++) {
      let eight = eight_of(loaded, i);
      let slot = chunk * 32u + i * 8u;
      squares += squares_of(eight.lo, slot, at, head) + squares_of(eight.hi, slot + 4u, at, head);
    }
  }
  low_rank[at] = vec4f(magnitude.y / sqrt(squares), head.yzw);
}
