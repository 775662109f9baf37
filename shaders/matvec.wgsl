// W x for one token, f32 accumulation: four rows at a time, so that x is read once for four. What x is, take_*.wgsl
// says; what becomes of the product, give_*.wgsl.
// A workgroup of 64 is 64 / lanes fours of rows by `lanes` lanes; the lanes of a four stride over its chunks and meet in
// shared memory behind one barrier. lanes = 1 has no one to meet and no barrier: software adapters like that.
override lanes: u32 = 16u;

var<workgroup> partial: array<vec4f, 64>;
var<workgroup> partial_squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % lanes;
  let first = (group.x * (64u / lanes) + index / lanes) * 4u;
  var totals = vec4f(0.0);
  var squares = 0.0;
  if (first < shape.row_count) {
    let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
    let second = min(first + 1u, last);
    let third = min(first + 2u, last);
    let fourth = min(first + 3u, last);
    for (var chunk = lane; chunk < shape.row_chunks; chunk += lanes) {
      let x_span = span_at(chunk);
      squares += x_span.squares;
      totals += vec4f(
        chunk_dot(chunk_at(first, chunk), x_span),
        chunk_dot(chunk_at(second, chunk), x_span),
        chunk_dot(chunk_at(third, chunk), x_span),
        chunk_dot(chunk_at(fourth, chunk), x_span),
      );
    }
  }
  if (lanes > 1u) {
    partial[index] = totals;
    partial_squares[index] = squares;
    workgroupBarrier();
    if (lane == 0u) {
      for (var other = 1u; other < lanes; other++) {
        totals += partial[index + other];
        squares += partial_squares[index + other];
      }
    }
  }
  if (lane == 0u && first < shape.row_count) {
    totals *= scale_of(squares);
    let row = shape.row_start + first;
    let rows_end = shape.row_start + shape.row_count;
    give(row, totals.xy, rows_end);
    if (first + 2u < shape.row_count) {
      give(row + 2u, totals.zw, rows_end);
    }
  }
}
