// x as it is, for a matrix-vector product. With take_span.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [tokens, row_chunks * 8], zero beyond K

fn raw_at(token: u32, at: u32) -> vec4f {
  return x[token * shape.row_chunks * 8u + at];
}

fn taken(raw: vec4f, at: u32) -> vec4f {
  return raw;
}
