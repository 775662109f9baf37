// X Wᵀ for many tokens, f32 accumulation, without barriers or shared memory: an invocation makes 8 rows by 8 tokens, a
// workgroup of 64 makes 512 rows. Where a barrier costs microseconds (software adapters) this is twice as fast as
// matmul_tile. Fours of columns are multiplied as 4 x 4 matrices; accumulators have names, since drivers keep arrays in
// memory. With matmul_out.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [tokens, x_stride / 4], zero beyond K

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let row = linear.first_row + (group.x * 64u + index) * 8u;
  let token = group.y * 8u;
  if (row >= shape.row_count) {
    return;
  }
  let last_row = shape.row_count - 1u; // rows and tokens beyond the last are computed as the last and not given
  let last_token = step.count - 1u;
  let x_stride = linear.x_stride / 4u;
  let at0 = min(token + 0u, last_token) * x_stride;
  let at1 = min(token + 1u, last_token) * x_stride;
  let at2 = min(token + 2u, last_token) * x_stride;
  let at3 = min(token + 3u, last_token) * x_stride;
  let at4 = min(token + 4u, last_token) * x_stride;
  let at5 = min(token + 5u, last_token) * x_stride;
  let at6 = min(token + 6u, last_token) * x_stride;
  let at7 = min(token + 7u, last_token) * x_stride;
  var p0 = vec4f(0.0);
  var p1 = vec4f(0.0);
  var p2 = vec4f(0.0);
  var p3 = vec4f(0.0);
  var p4 = vec4f(0.0);
  var p5 = vec4f(0.0);
  var p6 = vec4f(0.0);
  var p7 = vec4f(0.0);
  var q0 = vec4f(0.0);
  var q1 = vec4f(0.0);
  var q2 = vec4f(0.0);
  var q3 = vec4f(0.0);
  var q4 = vec4f(0.0);
  var q5 = vec4f(0.0);
  var q6 = vec4f(0.0);
  var q7 = vec4f(0.0);
  for (var chunk = 0u; chunk < shape.row_chunks; chunk++) {
    let chunk0 = chunk_at(min(row + 0u, last_row), chunk);
    let chunk1 = chunk_at(min(row + 1u, last_row), chunk);
    let chunk2 = chunk_at(min(row + 2u, last_row), chunk);
    let chunk3 = chunk_at(min(row + 3u, last_row), chunk);
    let chunk4 = chunk_at(min(row + 4u, last_row), chunk);
    let chunk5 = chunk_at(min(row + 5u, last_row), chunk);
    let chunk6 = chunk_at(min(row + 6u, last_row), chunk);
    let chunk7 = chunk_at(min(row + 7u, last_row), chunk);
    for (var i = 0u; i < 4u; i++) {
      let w0 = eight_of(chunk0, i);
      let w1 = eight_of(chunk1, i);
      let w2 = eight_of(chunk2, i);
      let w3 = eight_of(chunk3, i);
      let w4 = eight_of(chunk4, i);
      let w5 = eight_of(chunk5, i);
      let w6 = eight_of(chunk6, i);
      let w7 = eight_of(chunk7, i);
      let near_lo = mat4x4f(w0.lo, w1.lo, w2.lo, w3.lo);
      let near_hi = mat4x4f(w0.hi, w1.hi, w2.hi, w3.hi);
      let far_lo = mat4x4f(w4.lo, w5.lo, w6.lo, w7.lo);
      let far_hi = mat4x4f(w4.hi, w5.hi, w6.hi, w7.hi);
      let at = chunk * 8u + i * 2u;
      let lo0 = x[at0 + at];
      let hi0 = x[at0 + at + 1u];
      p0 += lo0 * near_lo + hi0 * near_hi;
      q0 += lo0 * far_lo + hi0 * far_hi;
      let lo1 = x[at1 + at];
      let hi1 = x[at1 + at + 1u];
      p1 += lo1 * near_lo + hi1 * near_hi;
      q1 += lo1 * far_lo + hi1 * far_hi;
      let lo2 = x[at2 + at];
      let hi2 = x[at2 + at + 1u];
      p2 += lo2 * near_lo + hi2 * near_hi;
      q2 += lo2 * far_lo + hi2 * far_hi;
      let lo3 = x[at3 + at];
      let hi3 = x[at3 + at + 1u];
      p3 += lo3 * near_lo + hi3 * near_hi;
      q3 += lo3 * far_lo + hi3 * far_hi;
      let lo4 = x[at4 + at];
      let hi4 = x[at4 + at + 1u];
      p4 += lo4 * near_lo + hi4 * near_hi;
      q4 += lo4 * far_lo + hi4 * far_hi;
      let lo5 = x[at5 + at];
      let hi5 = x[at5 + at + 1u];
      p5 += lo5 * near_lo + hi5 * near_hi;
      q5 += lo5 * far_lo + hi5 * far_hi;
      let lo6 = x[at6 + at];
      let hi6 = x[at6 + at + 1u];
      p6 += lo6 * near_lo + hi6 * near_hi;
      q6 += lo6 * far_lo + hi6 * far_hi;
      let lo7 = x[at7 + at];
      let hi7 = x[at7 + at + 1u];
      p7 += lo7 * near_lo + hi7 * near_hi;
      q7 += lo7 * far_lo + hi7 * far_hi;
    }
  }
  let products = array<vec4f, 16>(p0, q0, p1, q1, p2, q2, p3, q3, p4, q4, p5, q5, p6, q6, p7, q7);
  give_all(products, row, 2u, token, 1u);
}
