// RMSNorm(x) for a matrix-vector product: W (x * gain) / sqrt(mean(x²) + eps). Whoever multiplies reads all of x anyway,
// so the squares are summed on the way and the root is divided by at the end: the norm costs no dispatch of its own.
// With take_span.wgsl.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_chunks * 8], zero beyond K
@group(0) @binding(1) var<storage, read> gain: array<vec4f>; // [row_chunks * 8], zero beyond K

fn raw_at(at: u32) -> vec4f {
  return x[at];
}

fn taken(raw: vec4f, at: u32) -> vec4f {
  return raw * gain[at];
}
