// matvec_tile.wgsl's sibling for two to eight tokens: their tiles of x go through shared memory one after the other, while
// the lanes hold their parts of the rows, which are read once. Every token's sums are made in matvec_tile's order.
// With tile_span.wgsl and matvec_totals.wgsl.
override tokens: u32;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % 32u;
  let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
  let first = group.x * 16u + index / 32u * 4u;
  let last_chunk = shape.row_chunks - 1u; // chunks beyond it meet zeros
  let fours = shape.row_chunks * 8u;
  let my_place = index % 8u * pitch + index / 8u; // of my second four: 16 further
  var totals: array<vec4f, 8>;
  var squares: array<f32, 8>;
  var tile_at = 0u;
  for (var base = 0u; base < shape.row_chunks; base += 32u) {
    let chunk = min(base + lane, last_chunk);
    let a = chunk_at(min(first, last), chunk);
    let b = chunk_at(min(first + 1u, last), chunk);
    let c = chunk_at(min(first + 2u, last), chunk);
    let d = chunk_at(min(first + 3u, last), chunk);
    let near = min(base * 8u + index, fours - 1u);
    let far = min(base * 8u + index + 128u, fours - 1u);
    for (var token = 0u; token < tokens; token++) {
      let raw_near = select(vec4f(0.0), raw_at(token, near), base * 8u + index < fours);
      let raw_far = select(vec4f(0.0), raw_at(token, far), base * 8u + index + 128u < fours);
      if (is_normed) {
        squares[token] += dot(raw_near, raw_near) + dot(raw_far, raw_far);
      }
      x_tile[tile_at + my_place] = taken(raw_near, near);
      x_tile[tile_at + my_place + 16u] = taken(raw_far, far);
      workgroupBarrier();
      let x = tile_span(tile_at + lane);
      totals[token] += vec4f(chunk_dot(a, x), chunk_dot(b, x), chunk_dot(c, x), chunk_dot(d, x));
      tile_at = 8u * pitch - tile_at;
    }
  }
  for (var token = 0u; token < tokens; token++) {
    partial[index] = totals[token];
    partial_squares[index] = squares[token];
    give_totals(group.x * 16u, token, index);
  }
}
