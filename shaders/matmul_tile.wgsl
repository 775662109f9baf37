// X Wᵀ for many tokens, f32 accumulation: a workgroup of 64 makes a tile of 64 tokens by 64 rows, each invocation 8 by 8
// of it. K goes by a chunk (32 columns) at a time: every invocation decodes the chunk of one row and fetches that of one
// token into shared memory | barrier | fours of columns are multiplied as 4 x 4 matrices | barrier.
// Rows and tokens of an invocation lie apart (rows in pairs, 16 apart; tokens 8 apart), so that neighbouring invocations
// read neighbouring banks. Accumulators have names, since drivers keep arrays in memory. With matmul_out.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [tokens, x_stride / 4], zero beyond K

var<workgroup> x_tile: array<vec4f, 512>; // [8 fours of columns, 64 tokens]
var<workgroup> w_tile: array<vec4f, 512>; // [8 fours of columns, 64 rows]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let first_row = linear.first_row + group.x * 64u;
  let first_token = group.y * 64u;
  let staged_row = min(first_row + index, shape.row_count - 1u);
  let staged_token = min(first_token + index, step.count - 1u) * (linear.x_stride / 4u);
  let my_row = (index % 8u) * 2u;
  let my_token = index / 8u;
  var p0 = vec4f(0.0); // token my_token + 0: rows my_row + 0, 1, 16, 17
  var p1 = vec4f(0.0);
  var p2 = vec4f(0.0);
  var p3 = vec4f(0.0);
  var p4 = vec4f(0.0);
  var p5 = vec4f(0.0);
  var p6 = vec4f(0.0);
  var p7 = vec4f(0.0);
  var q0 = vec4f(0.0); // rows my_row + 32, 33, 48, 49
  var q1 = vec4f(0.0);
  var q2 = vec4f(0.0);
  var q3 = vec4f(0.0);
  var q4 = vec4f(0.0);
  var q5 = vec4f(0.0);
  var q6 = vec4f(0.0);
  var q7 = vec4f(0.0);
  for (var chunk = 0u; chunk < shape.row_chunks; chunk++) {
    let weights_chunk = chunk_at(staged_row, chunk);
    for (var i = 0u; i < 4u; i++) {
      let eight = eight_of(weights_chunk, i);
      let at = i * 128u + index;
      w_tile[at] = eight.lo;
      w_tile[at + 64u] = eight.hi;
      x_tile[at] = x[staged_token + chunk * 8u + i * 2u];
      x_tile[at + 64u] = x[staged_token + chunk * 8u + i * 2u + 1u];
    }
    workgroupBarrier();
    for (var four = 0u; four < 512u; four += 64u) {
      let w = four + my_row;
      let near = mat4x4f(w_tile[w], w_tile[w + 1u], w_tile[w + 16u], w_tile[w + 17u]);
      let far = mat4x4f(w_tile[w + 32u], w_tile[w + 33u], w_tile[w + 48u], w_tile[w + 49u]);
      let at = four + my_token;
      let x0 = x_tile[at + 0u];
      p0 += x0 * near;
      q0 += x0 * far;
      let x1 = x_tile[at + 8u];
      p1 += x1 * near;
      q1 += x1 * far;
      let x2 = x_tile[at + 16u];
      p2 += x2 * near;
      q2 += x2 * far;
      let x3 = x_tile[at + 24u];
      p3 += x3 * near;
      q3 += x3 * far;
      let x4 = x_tile[at + 32u];
      p4 += x4 * near;
      q4 += x4 * far;
      let x5 = x_tile[at + 40u];
      p5 += x5 * near;
      q5 += x5 * far;
      let x6 = x_tile[at + 48u];
      p6 += x6 * near;
      q6 += x6 * far;
      let x7 = x_tile[at + 56u];
      p7 += x7 * near;
      q7 += x7 * far;
    }
    workgroupBarrier();
  }
  let row = first_row + my_row;
  let token = first_token + my_token;
  let products = array<vec4f, 16>(p0, q0, p1, q1, p2, q2, p3, q3, p4, q4, p5, q5, p6, q6, p7, q7);
  give_all(products, row, 16u, token, 8u);
}
