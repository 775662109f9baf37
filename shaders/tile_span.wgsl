// A tile of x in shared memory, and a lane's chunk of it as a span.
var<workgroup> x_tile: array<vec4f, 528>; // twice [8 fours of columns, 32 chunks]

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
