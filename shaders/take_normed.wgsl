// RMSNorm(x) for a matrix-vector product: W (x * gain) / sqrt(mean(x²) + eps). Whoever multiplies reads all of x anyway,
// so the squares are summed on the way and the root is divided by at the end: the norm costs no dispatch of its own.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_chunks * 8], zero beyond K
@group(0) @binding(1) var<storage, read> gain: array<vec4f>; // [row_chunks * 8], zero beyond K

override dim: u32; // K
override eps: f32;

fn span_at(chunk: u32) -> Span {
  let at = chunk * 8u;
  var a = x[at];
  var b = x[at + 1u];
  var c = x[at + 2u];
  var d = x[at + 3u];
  var e = x[at + 4u];
  var f = x[at + 5u];
  var g = x[at + 6u];
  var h = x[at + 7u];
  let squares = a * a + b * b + c * c + d * d + e * e + f * f + g * g + h * h;
  a *= gain[at];
  b *= gain[at + 1u];
  c *= gain[at + 2u];
  d *= gain[at + 3u];
  e *= gain[at + 4u];
  f *= gain[at + 5u];
  g *= gain[at + 6u];
  h *= gain[at + 7u];
  let sums = a + b + c + d + e + f + g + h;
  return Span(
    a, b, c, d, e, f, g, h,
    (sums.x + sums.y) + (sums.z + sums.w),
    (squares.x + squares.y) + (squares.z + squares.w),
  );
}

// What a product with x * gain is still to be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0 / sqrt(squares / f32(dim) + eps);
}
