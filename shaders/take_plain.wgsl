// x as it is, for a matrix-vector product.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_chunks * 8], zero beyond K

fn span_at(chunk: u32) -> Span {
  let at = chunk * 8u;
  let a = x[at];
  let b = x[at + 1u];
  let c = x[at + 2u];
  let d = x[at + 3u];
  let e = x[at + 4u];
  let f = x[at + 5u];
  let g = x[at + 6u];
  let h = x[at + 7u];
  let sums = a + b + c + d + e + f + g + h;
  return Span(a, b, c, d, e, f, g, h, (sums.x + sums.y) + (sums.z + sums.w), 0.0);
}

// What a product with x is still to be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0;
}
