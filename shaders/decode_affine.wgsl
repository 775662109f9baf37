// Decode affine: w = scale * (code - zero), or scale * code + minimum; codes of 2, 3, 4, 5 or 8 bits, one f16 scale for a
// group of 16 n columns. Serves GPTQ, AWQ, Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0.
override bits: u32 = 4u;
override zeros: u32 = 0u; // 0: one zero point, extra.x; 1: a byte for each group; 2: an f16 minimum for each group
override group_halves: u32 = 2u; // halves of a chunk in a group
override rounding: u32 = 0u; // of the weight, where the format prescribes it: 0 none, 1 f16, 2 bf16

// extra: zero point; vec4u of codes in a row; those of its low plane; words of scales before the zeros
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], low plane, then high plane
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words]: two f16 a word, then the zeros or minima

// Codes are in planes of 8, 4, 2 or 1 bits. Within a plane, byte k of a word holds columns k, k + 4, k + 8, ... of the
// chunk from its low bits up, so that four neighbouring columns (a quad) are four bytes after one shift and one mask.
struct Chunk {
  low: vec4u,
  low_rest: vec4u, // the second half of the low plane; 8 bits only
  high: u32,
  scale: vec2f, // of columns 0..15 and 16..31
  offset: vec2f,
}

fn affine(row_at: u32, group: u32) -> vec2f {
  let at = row_at + (group >> 1u);
  let scale = unpack2x16float(scales[at])[group & 1u];
  if (zeros == 2u) {
    return vec2f(scale, unpack2x16float(scales[at + shape.extra.w])[group & 1u]);
  }
  var zero = f32(shape.extra.x);
  if (zeros == 1u) {
    zero = f32((scales[row_at + shape.extra.w + (group >> 2u)] >> ((group & 3u) * 8u)) & 255u);
  }
  return vec2f(scale, -scale * zero); // exact: eleven bits times eight
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  var out: Chunk;
  let base = row * shape.extra.y;
  if (bits == 8u) {
    out.low = codes[base + 2u * chunk];
    out.low_rest = codes[base + 2u * chunk + 1u];
  } else if (bits >= 4u) {
    out.low = codes[base + chunk];
  } else {
    let pair = codes[base + (chunk >> 1u)];
    out.low = select(pair, pair.zwzw, (chunk & 1u) == 1u);
  }
  if (bits == 3u || bits == 5u) {
    out.high = codes[base + shape.extra.z + (chunk >> 2u)][chunk & 3u];
  }
  let row_at = row * shape.scale_words;
  let first = affine(row_at, (2u * chunk) / group_halves);
  var second = first;
  if ((group_halves & 1u) == 1u) {
    second = affine(row_at, (2u * chunk + 1u) / group_halves);
  }
  out.scale = vec2f(first.x, second.x);
  out.offset = vec2f(first.y, second.y);
  return out;
}

// Codes of columns 4 quad .. 4 quad + 3.
fn quad_codes(chunk: Chunk, quad: u32) -> vec4f {
  if (bits == 8u) {
    return vec4f(unpack4xU8(select(chunk.low, chunk.low_rest, quad >= 4u)[quad & 3u]));
  }
  var word: u32;
  if (bits >= 4u) {
    word = (chunk.low[quad >> 1u] >> ((quad & 1u) * 4u)) & 0x0f0f0f0fu;
  } else {
    word = (chunk.low[quad >> 2u] >> ((quad & 3u) * 2u)) & 0x03030303u;
  }
  if (bits == 3u) {
    word |= ((chunk.high >> quad) & 0x01010101u) << 2u;
  }
  if (bits == 5u) {
    word |= ((chunk.high >> quad) & 0x01010101u) << 4u;
  }
  return vec4f(unpack4xU8(word));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let scale = select(chunk.scale.x, chunk.scale.y, i >= 2u);
  let offset = vec4f(select(chunk.offset.x, chunk.offset.y, i >= 2u));
  return Eight(
    rounded(scale * quad_codes(chunk, 2u * i) + offset),
    rounded(scale * quad_codes(chunk, 2u * i + 1u) + offset),
  );
}
