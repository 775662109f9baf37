// matvec.wgsl's sibling for GPUs: x goes through shared memory, since lanes that each read 32 columns of their own from
// storage keep the cache busier than the weights do. A workgroup of 128 is four teams of 32 lanes with four rows each. A
// tile of x is 32 chunks, one for each lane: every invocation fetches (and norms) two fours of its columns into one of two
// tiles in turn | barrier | multiplies them by its part of its rows, and fetches its parts of both for the next tile.
// With tile_span.wgsl and matvec_totals.wgsl.
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
  let fours = shape.row_chunks * 8u;
  let my_place = index % 8u * pitch + index / 8u; // of my second four: 16 further
  var chunk = min(lane, last_chunk);
  var a = chunk_at(row_a, chunk);
  var b = chunk_at(row_b, chunk);
  var c = chunk_at(row_c, chunk);
  var d = chunk_at(row_d, chunk);
  var near = min(index, fours - 1u);
  var far = min(index + 128u, fours - 1u);
  var raw_near = raw_at(0u, near);
  var raw_far = raw_at(0u, far);
  var totals = vec4f(0.0);
  var squares = 0.0;
  var tile_at = 0u;
  for (var base = 0u; base < shape.row_chunks; base += 32u) {
    raw_near = select(vec4f(0.0), raw_near, base * 8u + index < fours);
    raw_far = select(vec4f(0.0), raw_far, base * 8u + index + 128u < fours);
    if (is_normed) {
      squares += dot(raw_near, raw_near) + dot(raw_far, raw_far);
    }
    x_tile[tile_at + my_place] = taken(raw_near, near);
    x_tile[tile_at + my_place + 16u] = taken(raw_far, far);
    workgroupBarrier();
    let x_span = tile_span(tile_at + lane);
    totals += vec4f(chunk_dot(a, x_span), chunk_dot(b, x_span), chunk_dot(c, x_span), chunk_dot(d, x_span));
    let next = base + 32u;
    if (next < shape.row_chunks) {
      chunk = min(next + lane, last_chunk);
      a = chunk_at(row_a, chunk);
      b = chunk_at(row_b, chunk);
      c = chunk_at(row_c, chunk);
      d = chunk_at(row_d, chunk);
      near = min(next * 8u + index, fours - 1u);
      far = min(next * 8u + index + 128u, fours - 1u);
      raw_near = raw_at(0u, near);
      raw_far = raw_at(0u, far);
    }
    tile_at = 8u * pitch - tile_at;
  }

  partial[index] = totals;
  partial_squares[index] = squares;
  give_totals(group.x * 16u, 0u, index);
}
