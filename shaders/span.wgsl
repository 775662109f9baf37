// 32 neighbouring values of a vector, as a matrix-vector product takes them: eight fours, their sum (for codes with a
// zero point), and the sum of the squares before the gain (for RMSNorm; 0 where there is no norm).
struct Span {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
  e: vec4f,
  f: vec4f,
  g: vec4f,
  h: vec4f,
  sum: f32,
  squares: f32,
}

// Four signed bytes.
fn signed_bytes(word: u32) -> vec4f {
  return floats_of(unpack4xU8(word ^ 0x80808080u)) - 128.0;
}

override converts: bool = false;

// Whole numbers below 2^23 as floats, exactly. By a mantissa and a difference: GPUs convert integers at an eighth of the
// rate at which they add (NVIDIA H100, 2026-11-27), and every weight is one. Processors do better by their conversion, of
// i32, since they have none of u32 (SwiftShader, a tenth, 2026-11-27).
fn floats_of(numbers: vec4u) -> vec4f {
  if (converts) {
    return vec4f(vec4i(numbers));
  }
  return bitcast<vec4f>(numbers | vec4u(0x4b000000u)) - 8388608.0;
}
