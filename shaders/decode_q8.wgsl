// Decode q8: w = scale * code; code is a signed byte, a scale (f16) is shared by the 32 weights of a chunk.
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, row_chunks, 2], 16 signed bytes each
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words], two f16 each

struct Chunk {
  first: vec4u,
  second: vec4u,
  scale: f32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  let pair = unpack2x16float(scales[row * shape.scale_words + (chunk >> 1u)]);
  let at = (row * shape.row_chunks + chunk) * 2u;
  return Chunk(codes[at], codes[at + 1u], select(pair.x, pair.y, (chunk & 1u) != 0u));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let words = select(chunk.first, chunk.second, i >= 2u);
  let code = select(words.xy, words.zw, (i & 1u) != 0u);
  return Eight(chunk.scale * vec4f(unpack4xI8(code.x)), chunk.scale * vec4f(unpack4xI8(code.y)));
}

// Bytes are made unsigned and masked in place: 1, 256 and 65536 times too large, corrected once a chunk.
// Via i32, as in decode_q4.
fn placed_bytes(word: u32) -> vec4f {
  let code = word ^ 0x80808080u;
  return vec4f(vec4i(vec4u(code, code, code, code >> 24u) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xffu)));
}

fn word_dot(word: u32, x: vec4f) -> vec4f {
  return placed_bytes(word) * x;
}

fn chunk_dot(chunk: Chunk, x: Span) -> f32 {
  let sums = word_dot(chunk.first.x, x.a) + word_dot(chunk.first.y, x.b) + word_dot(chunk.first.z, x.c) +
    word_dot(chunk.first.w, x.d) + word_dot(chunk.second.x, x.e) + word_dot(chunk.second.y, x.f) +
    word_dot(chunk.second.z, x.g) + word_dot(chunk.second.w, x.h);
  return chunk.scale * ((sums.x + sums.w) + sums.y * 0.00390625 + sums.z * 0.0000152587890625 - 128.0 * x.sum);
}

// For several spans: bytes as floats, once for all.
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
  let near = chunk.first;
  let far = chunk.second;
  return Wide(
    placed_bytes(near.x), placed_bytes(near.y), placed_bytes(near.z), placed_bytes(near.w),
    placed_bytes(far.x), placed_bytes(far.y), placed_bytes(far.z), placed_bytes(far.w),
    chunk.scale,
  );
}

// As chunk_dot, bit for bit.
fn wide_dot(w: Wide, x: Span) -> f32 {
  let sums = w.a * x.a + w.b * x.b + w.c * x.c + w.d * x.d + w.e * x.e + w.f * x.f + w.g * x.g + w.h * x.h;
  return w.scale * ((sums.x + sums.w) + sums.y * 0.00390625 + sums.z * 0.0000152587890625 - 128.0 * x.sum);
}

// Eight codes as bytes, in order.
const codes_interleaved = false;

fn codes_of(chunk: Chunk, i: u32) -> vec2u {
  let words = select(chunk.first, chunk.second, i >= 2u);
  return select(words.xy, words.zw, (i & 1u) != 0u);
}

// What a code is multiplied by, and what is added.
fn affine_of(chunk: Chunk) -> vec2f {
  return vec2f(chunk.scale, 0.0);
}

// The codes as signed bytes: columns 0 to 15, and 16 to 31.
fn low_bytes_of(chunk: Chunk) -> vec4u {
  return chunk.first;
}

fn high_bytes_of(chunk: Chunk) -> vec4u {
  return chunk.second;
}
