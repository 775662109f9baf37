// X Wᵀ for many tokens, both as bytes: per 32 columns w_scale * x_scale * Σ w_code x_code, that sum exact in integers, the
// sum over all columns in f32. quantize_rows has made x bytes; the weight's decode gives low_bytes_of and high_bytes_of.
// Tiles, invocations and barriers as in matmul_tile, its plain twin. With matmul_out.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4u>; // [tokens, x_stride / 16], 16 signed bytes each
@group(0) @binding(4) var<storage, read> x_scales: array<f32>; // [tokens, x_stride / 32]

// 32 columns of a row or a token.
struct Bytes {
  lo: vec4u,
  hi: vec4u,
  scale: f32,
}

struct FourRows {
  first: Bytes,
  second: Bytes,
  third: Bytes,
  fourth: Bytes,
}

var<workgroup> x_tile: array<Bytes, 64>;
var<workgroup> w_tile: array<Bytes, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let first_row = linear.first_row + group.x * 64u;
  let first_token = group.y * 64u;
  let staged_row = min(first_row + index, shape.row_count - 1u);
  let staged_token = min(first_token + index, step.count - 1u) * (linear.x_stride / 32u);
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
    w_tile[index] = Bytes(low_bytes_of(weights_chunk), high_bytes_of(weights_chunk), weights_chunk.scale);
    let at = staged_token + chunk;
    x_tile[index] = Bytes(x[at * 2u], x[at * 2u + 1u], x_scales[at]);
    workgroupBarrier();
    let x0 = x_tile[my_token + 0u];
    let x1 = x_tile[my_token + 8u];
    let x2 = x_tile[my_token + 16u];
    let x3 = x_tile[my_token + 24u];
    let x4 = x_tile[my_token + 32u];
    let x5 = x_tile[my_token + 40u];
    let x6 = x_tile[my_token + 48u];
    let x7 = x_tile[my_token + 56u];
    let near = FourRows(w_tile[my_row], w_tile[my_row + 1u], w_tile[my_row + 16u], w_tile[my_row + 17u]);
    let near_scales = scales_of(near);
    p0 += x0.scale * near_scales * dots(near, x0);
    p1 += x1.scale * near_scales * dots(near, x1);
    p2 += x2.scale * near_scales * dots(near, x2);
    p3 += x3.scale * near_scales * dots(near, x3);
    p4 += x4.scale * near_scales * dots(near, x4);
    p5 += x5.scale * near_scales * dots(near, x5);
    p6 += x6.scale * near_scales * dots(near, x6);
    p7 += x7.scale * near_scales * dots(near, x7);
    let far = FourRows(w_tile[my_row + 32u], w_tile[my_row + 33u], w_tile[my_row + 48u], w_tile[my_row + 49u]);
    let far_scales = scales_of(far);
    q0 += x0.scale * far_scales * dots(far, x0);
    q1 += x1.scale * far_scales * dots(far, x1);
    q2 += x2.scale * far_scales * dots(far, x2);
    q3 += x3.scale * far_scales * dots(far, x3);
    q4 += x4.scale * far_scales * dots(far, x4);
    q5 += x5.scale * far_scales * dots(far, x5);
    q6 += x6.scale * far_scales * dots(far, x6);
    q7 += x7.scale * far_scales * dots(far, x7);
    workgroupBarrier();
  }
  let row = first_row + my_row;
  let token = first_token + my_token;
  let products = array<vec4f, 16>(p0, q0, p1, q1, p2, q2, p3, q3, p4, q4, p5, q5, p6, q6, p7, q7);
  give_all(products, row, 16u, token, 8u);
}

fn scales_of(rows: FourRows) -> vec4f {
  return vec4f(rows.first.scale, rows.second.scale, rows.third.scale, rows.fourth.scale);
}

fn dots(rows: FourRows, token: Bytes) -> vec4f {
  return vec4f(vec4i(
    dot32(rows.first, token),
    dot32(rows.second, token),
    dot32(rows.third, token),
    dot32(rows.fourth, token),
  ));
}

fn dot32(w: Bytes, token: Bytes) -> i32 {
  return dot4I8Packed(w.lo.x, token.lo.x) + dot4I8Packed(w.lo.y, token.lo.y) +
    dot4I8Packed(w.lo.z, token.lo.z) + dot4I8Packed(w.lo.w, token.lo.w) +
    dot4I8Packed(w.hi.x, token.hi.x) + dot4I8Packed(w.hi.y, token.hi.y) +
    dot4I8Packed(w.hi.z, token.hi.z) + dot4I8Packed(w.hi.w, token.hi.w);
}
