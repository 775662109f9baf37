// A chunk's 32 columns of a token's x via a take_*.wgsl, in registers.
fn span_at(token: u32, chunk: u32) -> Span {
  let at = chunk * 8u;
  let raw_a = raw_at(token, at);
  let raw_b = raw_at(token, at + 1u);
  let raw_c = raw_at(token, at + 2u);
  let raw_d = raw_at(token, at + 3u);
  let raw_e = raw_at(token, at + 4u);
  let raw_f = raw_at(token, at + 5u);
  let raw_g = raw_at(token, at + 6u);
  let raw_h = raw_at(token, at + 7u);
  var squares = vec4f(0.0);
  if (is_normed) {
    squares = raw_a * raw_a + raw_b * raw_b + raw_c * raw_c + raw_d * raw_d +
      raw_e * raw_e + raw_f * raw_f + raw_g * raw_g + raw_h * raw_h;
  }
  let a = taken(raw_a, at);
  let b = taken(raw_b, at + 1u);
  let c = taken(raw_c, at + 2u);
  let d = taken(raw_d, at + 3u);
  let e = taken(raw_e, at + 4u);
  let f = taken(raw_f, at + 5u);
  let g = taken(raw_g, at + 6u);
  let h = taken(raw_h, at + 7u);
  let sums = a + b + c + d + e + f + g + h;
  return Span(
    a, b, c, d, e, f, g, h,
    (sums.x + sums.y) + (sums.z + sums.w),
    (squares.x + squares.y) + (squares.z + squares.w),
  );
}
