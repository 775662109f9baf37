// matvec.wgsl's sibling for GPUs: x goes through shared memory, since lanes that each read 32 columns of their own from
// storage keep the cache busier than the weights do. A workgroup of 256 is eight teams of 32 lanes with four rows each. A
// tile of x is 32 chunks, one for each lane: every invocation fetches (and norms) one four of its columns into one of two
// tiles in turn | barrier | fetches its part of the next tile and of its rows, and multiplies this one meanwhile.
// At the end the lanes of a team meet behind two barriers, and sixteen invocations give two rows each.
const pitch = 33u; // of a tile's rows, so that neither those who write nor those who read meet in a bank

var<workgroup> x_tile: array<vec4f, 528>; // twice [8 fours of columns, 32 chunks]
var<workgroup> partial: array<vec4f, 256>;
var<workgroup> partial_squares: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % 32u;
  let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
  let first = group.x * 32u + index / 32u * 4u;
  let row_a = min(first, last);
  let row_b = min(first + 1u, last);
  let row_c = min(first + 2u, last);
  let row_d = min(first + 3u, last);
  let last_chunk = shape.row_chunks - 1u; // chunks beyond it meet zeros
  let fours = shape.row_chunks * 8u;
  let my_place = index % 8u * pitch + index / 8u;
  var chunk = min(lane, last_chunk);
  var a = chunk_at(row_a, chunk);
  var b = chunk_at(row_b, chunk);
  var c = chunk_at(row_c, chunk);
  var d = chunk_at(row_d, chunk);
  var four = index;
  var raw = raw_at(min(four, fours - 1u));
  var totals = vec4f(0.0);
  var squares = 0.0;
  var tile_at = 0u;
  for (var base = 0u; base < shape.row_chunks; base += 32u) {
    raw = select(vec4f(0.0), raw, four < fours);
    if (is_normed) {
      squares += dot(raw, raw);
    }
    x_tile[tile_at + my_place] = taken(raw, min(four, fours - 1u));
    workgroupBarrier();
    let now_a = a;
    let now_b = b;
    let now_c = c;
    let now_d = d;
    if (base + 32u < shape.row_chunks) {
      chunk = min(base + 32u + lane, last_chunk);
      a = chunk_at(row_a, chunk);
      b = chunk_at(row_b, chunk);
      c = chunk_at(row_c, chunk);
      d = chunk_at(row_d, chunk);
      four += 256u;
      raw = raw_at(min(four, fours - 1u));
    }
    let x_span = tile_span(tile_at + lane);
    totals += vec4f(
      chunk_dot(now_a, x_span),
      chunk_dot(now_b, x_span),
      chunk_dot(now_c, x_span),
      chunk_dot(now_d, x_span),
    );
    tile_at = 8u * pitch - tile_at;
  }

  partial[index] = totals;
  partial_squares[index] = squares;
  workgroupBarrier();
  if (index < 64u) {
    x_tile[index] = partial[index * 4u] + partial[index * 4u + 1u] + partial[index * 4u + 2u] + partial[index * 4u + 3u];
  } else if (is_normed && index < 80u) {
    var sum = 0.0;
    for (var i = index - 64u; i < 256u; i += 16u) {
      sum += partial_squares[i];
    }
    x_tile[index] = vec4f(sum);
  }
  workgroupBarrier();
  let pair = group.x * 32u + index * 2u;
  if (index >= 16u || pair >= shape.row_count) {
    return;
  }
  let team = index / 2u * 8u;
  totals = x_tile[team];
  for (var i = team + 1u; i < team + 8u; i++) {
    totals += x_tile[i];
  }
  if (is_normed) {
    squares = 0.0;
    for (var i = 64u; i < 80u; i++) {
      squares += x_tile[i].x;
    }
  }
  let row = shape.row_start + pair;
  let products = select(totals.xy, totals.zw, index % 2u == 1u) * scale_of(squares);
  give(row, biased(row, products), shape.row_start + shape.row_count);
}

fn tile_span(at: u32) -> Span {
  let a = x_tile[at];
  let b = x_tile[at + pitch];
  let c = x_tile[at + 2u * pitch];
  let d = x_tile[at + 3u * pitch];
  let e = x_tile[at + 4u * pitch];
  let f = x_tile[at + 5u * pitch];
  let g = x_tile[at + 6u * pitch];
  let h = x_tile[at + 7u * pitch];
  let sums = a + b + c + d + e + f + g + h;
  return Span(a, b, c, d, e, f, g, h, (sums.x + sums.y) + (sums.z + sums.w), 0.0);
}
