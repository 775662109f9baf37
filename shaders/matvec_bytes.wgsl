// matvec_tile.wgsl's sibling for GPUs that multiply packed bytes, where its many floats per byte of weights would be the
// bottleneck: x is rounded to 16 bits by eights of columns, as two separate bytes, and codes are multiplied as they lie:
// an eight of a row is scale * x_scale * (256 Σ code high + Σ code low) + offset * Σ x, each Σ exact. The error is 2^-16 of
// the largest of eight inputs, where f16 activations have 2^-12 of each.
// Teams, tiles and barriers as in matvec_tile; an invocation fetches (and norms) one eight of a tile. With
// byte_span.wgsl and matvec_totals.wgsl.
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % 32u;
  let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
  let first = group.x * 16u + index / 32u * 4u;
  let row_a = min(first, last);
  let row_b = min(first + 1u, last);
  let row_c = min(first + 2u, last);
  let row_d = min(first + 3u, last);
  let last_chunk = shape.row_chunks - 1u; // chunks beyond it meet zeros
  let last_eight = shape.row_chunks * 4u - 1u;
  let my_place = index % 4u * pitch + index / 4u;
  var chunk = min(lane, last_chunk);
  var a = chunk_at(row_a, chunk);
  var b = chunk_at(row_b, chunk);
  var c = chunk_at(row_c, chunk);
  var d = chunk_at(row_d, chunk);
  var at = min(index, last_eight) * 2u;
  var raw_near = raw_at(0u, at);
  var raw_far = raw_at(0u, at + 1u);
  var totals = vec4f(0.0);
  var squares = 0.0;
  var tile_at = 0u;
  for (var base = 0u; base < shape.row_chunks; base += 32u) {
    let inside = base * 4u + index <= last_eight;
    raw_near = select(vec4f(0.0), raw_near, inside);
    raw_far = select(vec4f(0.0), raw_far, inside);
    if (is_normed) {
      squares += dot(raw_near, raw_near) + dot(raw_far, raw_far);
    }
    keep(tile_at + my_place, taken(raw_near, at), taken(raw_far, at + 1u));
    workgroupBarrier();
    for (var i = 0u; i < 4u; i++) {
      let bytes = x_bytes[tile_at + i * pitch + lane];
      let facts = x_facts[tile_at + i * pitch + lane];
      totals += vec4f(
        eight_dot(a, i, bytes, facts),
        eight_dot(b, i, bytes, facts),
        eight_dot(c, i, bytes, facts),
        eight_dot(d, i, bytes, facts),
      );
    }
    let next = base + 32u;
    if (next < shape.row_chunks) {
      chunk = min(next + lane, last_chunk);
      a = chunk_at(row_a, chunk);
      b = chunk_at(row_b, chunk);
      c = chunk_at(row_c, chunk);
      d = chunk_at(row_d, chunk);
      at = min(next * 4u + index, last_eight) * 2u;
      raw_near = raw_at(0u, at);
      raw_far = raw_at(0u, at + 1u);
    }
    tile_at = 4u * pitch - tile_at;
  }

  partial[index] = totals;
  partial_squares[index] = squares;
  give_totals(group.x * 16u, 0u, index);
}
