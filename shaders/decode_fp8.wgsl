// Decode fp8: w = scale * code, codes of E4M3 in their own order. A scale is an f32 for a group of chunks (all of a row, or 128
// columns of it), or with `exponents` a byte for a chunk: 2^(byte - 127), as MXFP8 has it.
override group_chunks: u32 = 4u;
override exponents: bool = false;

// extra: unused; vec4u of codes in a row; unused; unused
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], two vec4u for a chunk
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words], f32 or four bytes

struct Chunk {
  low: vec4u,
  rest: vec4u,
  scale: f32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  let at = row * shape.extra.y + 2u * chunk;
  let scales_at = row * shape.scale_words;
  var bits: u32;
  if (exponents) {
    bits = ((scales[scales_at + (chunk >> 2u)] >> ((chunk & 3u) * 8u)) & 255u) << 23u;
  } else {
    bits = scales[scales_at + chunk / group_chunks];
  }
  return Chunk(codes[at], codes[at + 1u], 256.0 * bitcast<f32>(bits));
}

// E4M3's bits in an f16's places are the value times 2^-8, subnormals included.
fn four_of(word: u32) -> vec4f {
  let even = ((word & 0x00800080u) << 8u) | ((word & 0x007f007fu) << 7u);
  let odd = (word & 0x80008000u) | ((word & 0x7f007f00u) >> 1u);
  let first = unpack2x16float(even); // columns 0 and 2
  let second = unpack2x16float(odd); // 1 and 3
  return vec4f(first.x, second.x, first.y, second.y);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let four = select(chunk.low, chunk.rest, i >= 2u);
  let pair = select(four.xy, four.zw, (i & 1u) == 1u);
  return Eight(chunk.scale * four_of(pair.x), chunk.scale * four_of(pair.y));
}
