// x as it is, for a matrix-vector product. With take_span.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_chunks * 8], zero beyond K

const is_normed = false;

fn raw_at(at: u32) -> vec4f {
  return x[at];
}

fn taken(raw: vec4f, at: u32) -> vec4f {
  return raw;
}

// What a product with x is still to be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0;
}
