// W x for one token, f32 accumulation: eight rows at a time, so that x is read (and normed) once for eight. take_*.wgsl
// says what x is, bias_*.wgsl whether a bias is added, give_*.wgsl what becomes of the product.
// A workgroup of 64 is 64 / lanes eights of rows by `lanes` lanes; the lanes of an eight stride over its chunks and meet in
// shared memory behind one barrier. lanes = 1 needs no barrier: software adapters like that.
override lanes: u32 = 16u;

var<workgroup> partial: array<vec4f, 64>;
var<workgroup> partial_far: array<vec4f, 64>;
var<workgroup> partial_squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % lanes;
  let first = (group.x * (64u / lanes) + index / lanes) * 8u;
  var near = vec4f(0.0); // rows first ... first + 3
  var far = vec4f(0.0); // and the next four
  var squares = 0.0;
  if (first < shape.row_count) {
    let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
    let second = min(first + 1u, last);
    let third = min(first + 2u, last);
    let fourth = min(first + 3u, last);
    let fifth = min(first + 4u, last);
    let sixth = min(first + 5u, last);
    let seventh = min(first + 6u, last);
    let eighth = min(first + 7u, last);
    for (var chunk = lane; chunk < shape.row_chunks; chunk += lanes) {
      let x_span = span_at(0u, chunk);
      squares += x_span.squares;
      near += vec4f(
        chunk_dot(chunk_at(first, chunk), x_span),
        chunk_dot(chunk_at(second, chunk), x_span),
        chunk_dot(chunk_at(third, chunk), x_span),
        chunk_dot(chunk_at(fourth, chunk), x_span),
      );
      far += vec4f(
        chunk_dot(chunk_at(fifth, chunk), x_span),
        chunk_dot(chunk_at(sixth, chunk), x_span),
        chunk_dot(chunk_at(seventh, chunk), x_span),
        chunk_dot(chunk_at(eighth, chunk), x_span),
      );
    }
  }
  if (lanes > 1u) {
    partial[index] = near;
    partial_far[index] = far;
    partial_squares[index] = squares;
    workgroupBarrier();
    if (lane == 0u) {
      for (var other = 1u; other < lanes; other++) {
        near += partial[index + other];
        far += partial_far[index + other];
        squares += partial_squares[index + other];
      }
    }
  }
  if (lane == 0u && first < shape.row_count) {
    let scale = scale_of(squares);
    let row = shape.row_start + first;
    let rows_end = shape.row_start + shape.row_count;
    give(row, 0u, biased(row, 0u, near.xy * scale), rows_end);
    if (first + 2u < shape.row_count) {
      give(row + 2u, 0u, biased(row + 2u, 0u, near.zw * scale), rows_end);
    }
    if (first + 4u < shape.row_count) {
      give(row + 4u, 0u, biased(row + 4u, 0u, far.xy * scale), rows_end);
    }
    if (first + 6u < shape.row_count) {
      give(row + 6u, 0u, biased(row + 6u, 0u, far.zw * scale), rows_end);
    }
  }
}
