// x for a matrix-vector product with a weight whose inputs are in an order of their own.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [row_chunks * 32]
@group(1) @binding(3) var<storage, read> order: array<vec4u>; // [row_chunks * 8]: where each slot's input is in x

fn four_at(at: u32) -> vec4f {
  let places = order[at];
  return vec4f(x[places.x], x[places.y], x[places.z], x[places.w]);
}

fn span_at(chunk: u32) -> Span {
  let at = chunk * 8u;
  let a = four_at(at);
  let b = four_at(at + 1u);
  let c = four_at(at + 2u);
  let d = four_at(at + 3u);
  let e = four_at(at + 4u);
  let f = four_at(at + 5u);
  let g = four_at(at + 6u);
  let h = four_at(at + 7u);
  let sums = a + b + c + d + e + f + g + h;
  return Span(a, b, c, d, e, f, g, h, (sums.x + sums.y) + (sums.z + sums.w), 0.0);
}

// What a product with x is still to be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0;
}
