// RMSNorm(x) for a matrix-vector product: W (x * gain) / sqrt(mean(x²) + eps). The product reads all of x anyway, so the
// squares are summed on the way and the result is divided by the root at the end: the norm needs no dispatch of its own.
// With take_span.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [tokens, row_chunks * 8], zero beyond K
@group(0) @binding(1) var<storage, read> gain: array<vec4f>; // [row_chunks * 8], zero beyond K

fn raw_at(token: u32, at: u32) -> vec4f {
  return x[token * shape.row_chunks * 8u + at];
}

fn taken(raw: vec4f, at: u32) -> vec4f {
  return raw * gain[at];
}
