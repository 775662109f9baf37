// x as it is, for a matrix-vector product. With take_span.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_chunks * 8], zero beyond K

fn raw_at(at: u32) -> vec4f {
  return x[at];
}

fn taken(raw: vec4f, at: u32) -> vec4f {
  return raw;
}
