// matvec_bytes.wgsl's sibling for two to eight tokens: their tiles of x go through shared memory one after the other, while
// the lanes hold their parts of the rows, which are read once. Every token's sums are made in matvec_bytes' order.
// With byte_span.wgsl and matvec_totals.wgsl.
override tokens: u32;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % 32u;
  let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
  let first = group.x * 16u + index / 32u * 4u;
  let last_chunk = shape.row_chunks - 1u; // chunks beyond it meet zeros
  let last_eight = shape.row_chunks * 4u - 1u;
  let my_place = index % 4u * pitch + index / 4u;
  var totals: array<vec4f, 8>;
  var squares: array<f32, 8>;
  var tile_at = 0u;
  for (var base = 0u; base < shape.row_chunks; base += 32u) {
    let chunk = min(base + lane, last_chunk);
    let a = chunk_at(min(first, last), chunk);
    let b = chunk_at(min(first + 1u, last), chunk);
    let c = chunk_at(min(first + 2u, last), chunk);
    let d = chunk_at(min(first + 3u, last), chunk);
    let inside = base * 4u + index <= last_eight;
    let at = min(base * 4u + index, last_eight) * 2u;
    for (var token = 0u; token < tokens; token++) {
      let raw_near = select(vec4f(0.0), raw_at(token, at), inside);
      let raw_far = select(vec4f(0.0), raw_at(token, at + 1u), inside);
      if (is_normed) {
        squares[token] += dot(raw_near, raw_near) + dot(raw_far, raw_far);
      }
      keep(tile_at + my_place, taken(raw_near, at), taken(raw_far, at + 1u));
      workgroupBarrier();
      for (var i = 0u; i < 4u; i++) {
        let bytes = x_bytes[tile_at + i * pitch + lane];
        let facts = x_facts[tile_at + i * pitch + lane];
        totals[token] += vec4f(
          eight_dot(a, i, bytes, facts),
          eight_dot(b, i, bytes, facts),
          eight_dot(c, i, bytes, facts),
          eight_dot(d, i, bytes, facts),
        );
      }
      tile_at = 4u * pitch - tile_at;
    }
  }
  for (var token = 0u; token < tokens; token++) {
    partial[index] = totals[token];
    partial_squares[index] = squares[token];
    give_totals(group.x * 16u, token, index);
  }
}
