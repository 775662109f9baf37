// RMSNorm(x) for a matrix-vector product, as take_normed.wgsl, with a weight whose inputs are in an order of their own.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [row_chunks * 32]
@group(0) @binding(1) var<storage, read> gain: array<f32>; // [row_chunks * 32]
@group(1) @binding(3) var<storage, read> order: array<vec4u>; // [row_chunks * 8]: where each slot's input is in x

override dim: u32; // K
override eps: f32;

struct Normed {
  value: vec4f, // x * gain
  squares: vec4f, // of x
}

fn four_at(at: u32) -> Normed {
  let places = order[at];
  let values = vec4f(x[places.x], x[places.y], x[places.z], x[places.w]);
  return Normed(values * vec4f(gain[places.x], gain[places.y], gain[places.z], gain[places.w]), values * values);
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
  let sums = a.value + b.value + c.value + d.value + e.value + f.value + g.value + h.value;
  let squares = a.squares + b.squares + c.squares + d.squares + e.squares + f.squares + g.squares + h.squares;
  return Span(
    a.value, b.value, c.value, d.value, e.value, f.value, g.value, h.value,
    (sums.x + sums.y) + (sums.z + sums.w),
    (squares.x + squares.y) + (squares.z + squares.w),
  );
}

// What a product with x * gain is still to be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0 / sqrt(squares / f32(dim) + eps);
}
