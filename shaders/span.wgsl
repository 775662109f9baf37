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
