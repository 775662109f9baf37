// Decode vectors: w = scale * book[code][i]. A code of 16 bits is the number of eight neighbouring weights in a codebook that the
// matrix has to itself; a row has one scale. Serves AQLM with one codebook.
// extra: unused; vec2u of codes in a row; unused; vec4f before the rows' scales
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec2u>; // [rows, extra.y], four codes for a chunk
@group(1) @binding(2) var<storage, read> scales: array<vec4f>; // book [65536, 2]; then [rows], the scale first

struct Chunk {
  codes: vec2u,
  scale: f32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  return Chunk(codes[row * shape.extra.y + chunk], scales[shape.extra.w + row].x);
}

// Codes are repacked as two bits of each column, in planes of bytes: one code of a word has the low nibble of each byte, the
// next the high one. The book is in the order of the number that the nibbles make here.
fn vector_at(word: u32) -> u32 {
  let nibbles = word & 0x0f0f0f0fu;
  return 2u * ((nibbles | (nibbles >> 12u)) & 0xffffu);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let at = vector_at(chunk.codes[i >> 1u] >> ((i & 1u) * 4u));
  return Eight(chunk.scale * scales[at], chunk.scale * scales[at + 1u]);
}

// For several spans: vectors, looked up once for all.
struct Wide {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
  e: vec4f,
  f: vec4f,
  g: vec4f,
  h: vec4f,
  scale: f32,
}

fn widened(chunk: Chunk) -> Wide {
  let first = vector_at(chunk.codes.x);
  let second = vector_at(chunk.codes.x >> 4u);
  let third = vector_at(chunk.codes.y);
  let fourth = vector_at(chunk.codes.y >> 4u);
  return Wide(
    scales[first], scales[first + 1u], scales[second], scales[second + 1u],
    scales[third], scales[third + 1u], scales[fourth], scales[fourth + 1u],
    chunk.scale,
  );
}

// The scale comes last: with eight_of each weight would be multiplied by it.
fn wide_dot(w: Wide, x: Span) -> f32 {
  let sums = (w.a * x.a + w.b * x.b) + (w.c * x.c + w.d * x.d) + (w.e * x.e + w.f * x.f) + (w.g * x.g + w.h * x.h);
  return w.scale * ((sums.x + sums.y) + (sums.z + sums.w));
}

fn chunk_dot(chunk: Chunk, x: Span) -> f32 {
  return wide_dot(widened(chunk), x);
}
