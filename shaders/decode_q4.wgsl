// Decode q4: w = scale * (code - 8); code is a nibble, low bits first, a scale (f16) is shared by the 32 weights of a chunk.
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, row_chunks], 32 nibbles each
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words], two f16 each

struct Chunk {
  codes: vec4u,
  scale: f32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  let pair = unpack2x16float(scales[row * shape.scale_words + (chunk >> 1u)]);
  return Chunk(codes[row * shape.row_chunks + chunk], select(pair.x, pair.y, (chunk & 1u) != 0u));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let code = chunk.codes[i];
  let lo = vec4f(vec4i((vec4u(code) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u)));
  let hi = vec4f(vec4i((vec4u(code >> 16u) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u)));
  return Eight(chunk.scale * (lo - 8.0), chunk.scale * (hi - 8.0));
}

// Nibbles are masked in place, which makes them 1, 16, 256 and 4096 times too large: corrected once a chunk.
// A third of the instructions of eight_of; SwiftShader takes half the time (2026-11-24). Floats are made from i32, since
// processors have no instruction for u32: a quarter of the rest (SwiftShader, 2026-11-25).
fn placed_nibbles(code: u32) -> vec4f {
  return vec4f(vec4i(vec4u(code) & vec4u(0xfu, 0xf0u, 0xf00u, 0xf000u)));
}

fn word_dot(code: u32, lo: vec4f, hi: vec4f) -> vec4f {
  return placed_nibbles(code) * lo + placed_nibbles(code >> 16u) * hi;
}

fn chunk_dot(chunk: Chunk, x: Span) -> f32 {
  let sums = word_dot(chunk.codes.x, x.a, x.b) + word_dot(chunk.codes.y, x.c, x.d) +
    word_dot(chunk.codes.z, x.e, x.f) + word_dot(chunk.codes.w, x.g, x.h);
  return chunk.scale * (sums.x + sums.y * 0.0625 + sums.z * 0.00390625 + sums.w * 0.000244140625 - 8.0 * x.sum);
}

// For several spans: nibbles as floats, once for all.
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
  let words = chunk.codes;
  return Wide(
    placed_nibbles(words.x), placed_nibbles(words.x >> 16u), placed_nibbles(words.y), placed_nibbles(words.y >> 16u),
    placed_nibbles(words.z), placed_nibbles(words.z >> 16u), placed_nibbles(words.w), placed_nibbles(words.w >> 16u),
    chunk.scale,
  );
}

// As chunk_dot, bit for bit.
fn wide_dot(w: Wide, x: Span) -> f32 {
  let sums = (w.a * x.a + w.b * x.b) + (w.c * x.c + w.d * x.d) + (w.e * x.e + w.f * x.f) + (w.g * x.g + w.h * x.h);
  return w.scale * (sums.x + sums.y * 0.0625 + sums.z * 0.00390625 + sums.w * 0.000244140625 - 8.0 * x.sum);
}

// Eight codes as bytes, columns 0, 2, 4, 6 and 1, 3, 5, 7.
const codes_interleaved = true;

fn codes_of(chunk: Chunk, i: u32) -> vec2u {
  let word = chunk.codes[i];
  return vec2u(word & 0x0f0f0f0fu, (word >> 4u) & 0x0f0f0f0fu);
}

// What a code is multiplied by, and what is added.
fn affine_of(chunk: Chunk) -> vec2f {
  return vec2f(chunk.scale, -8.0 * chunk.scale);
}

// code - 8 as signed bytes: columns 0 to 15, and 16 to 31.
fn low_bytes_of(chunk: Chunk) -> vec4u {
  return vec4u(bytes_of(chunk.codes.x), bytes_of(chunk.codes.x >> 16u), bytes_of(chunk.codes.y), bytes_of(chunk.codes.y >> 16u));
}

fn high_bytes_of(chunk: Chunk) -> vec4u {
  return vec4u(bytes_of(chunk.codes.z), bytes_of(chunk.codes.z >> 16u), bytes_of(chunk.codes.w), bytes_of(chunk.codes.w >> 16u));
}

// Four nibbles spread over four bytes; bit 3 turned over and copied into the bits above makes them code - 8.
fn bytes_of(code: u32) -> u32 {
  let spread = (code & 0xfu) | ((code & 0xf0u) << 4u) | ((code & 0xf00u) << 8u) | ((code & 0xf000u) << 12u);
  let turned = spread ^ 0x08080808u;
  return turned | ((turned & 0x08080808u) * 0x1eu);
}
