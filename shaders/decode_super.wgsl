// Decode super: GGUF's K-quants, superblocks of 256 columns with two levels of scales. Codes of 2 to 6 bits.
// form 0 (Q4_K, Q5_K): w = d sc code - dmin m, sc and m bytes for 32 columns; form 1 (Q2_K): the same with nibbles for 16;
// form 2 (Q3_K, Q6_K): w = d sc (code - 4 or 32), sc a signed byte for 16. Either way sixteen bits a chunk.
override bits: u32 = 4u;
override form: u32 = 0u;

// extra: unused; vec4u of codes in a row; those of its low plane; words of sub-scales in a row
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], low plane, then high plane
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words]: sixteen bits a chunk, then d and dmin (two f16) for each eight chunks

// Codes are in planes of 8, 4, 2 or 1 bits. Within a plane, byte k of a word holds columns k, k + 4, k + 8, ... of the
// chunk from its low bits up, so that four neighbouring columns (a quad) are four bytes after one shift and one mask.
struct Chunk {
  low: vec4u,
  high: vec2u,
  scale: vec2f, // of columns 0..15 and 16..31
  offset: vec2f,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  var out: Chunk;
  let base = row * shape.extra.y;
  if (bits >= 4u) {
    out.low = codes[base + chunk];
  } else {
    let pair = codes[base + (chunk >> 1u)];
    out.low = select(pair, pair.zwzw, (chunk & 1u) == 1u);
  }
  if (bits == 3u || bits == 5u) {
    out.high.x = codes[base + shape.extra.z + (chunk >> 2u)][chunk & 3u];
  }
  if (bits == 6u) {
    let pair = codes[base + shape.extra.z + (chunk >> 1u)];
    out.high = select(pair.xy, pair.zw, (chunk & 1u) == 1u);
  }
  let row_at = row * shape.scale_words;
  let sub = scales[row_at + (chunk >> 1u)] >> ((chunk & 1u) * 16u);
  let d = unpack2x16float(scales[row_at + shape.extra.w + (chunk >> 3u)]);
  if (form == 0u) {
    out.scale = vec2f(d.x * f32(sub & 255u));
    out.offset = vec2f(-d.y * f32((sub >> 8u) & 255u));
  } else if (form == 1u) {
    out.scale = d.x * vec2f(vec2u(sub, sub >> 8u) & vec2u(15u));
    out.offset = -d.y * vec2f(vec2u(sub >> 4u, sub >> 12u) & vec2u(15u));
  } else {
    out.scale = d.x * vec2f(unpack4xI8(sub).xy);
    out.offset = out.scale * select(-32.0, -4.0, bits == 3u);
  }
  return out;
}

// Codes of columns 4 quad .. 4 quad + 3.
fn quad_codes(chunk: Chunk, quad: u32) -> vec4f {
  var word: u32;
  if (bits >= 4u) {
    word = (chunk.low[quad >> 1u] >> ((quad & 1u) * 4u)) & 0x0f0f0f0fu;
  } else {
    word = (chunk.low[quad >> 2u] >> ((quad & 3u) * 2u)) & 0x03030303u;
  }
  if (bits == 3u) {
    word |= ((chunk.high.x >> quad) & 0x01010101u) << 2u;
  }
  if (bits == 5u) {
    word |= ((chunk.high.x >> quad) & 0x01010101u) << 4u;
  }
  if (bits == 6u) {
    word |= ((chunk.high[quad >> 2u] >> ((quad & 3u) * 2u)) & 0x03030303u) << 4u;
  }
  return vec4f(unpack4xU8(word));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let scale = select(chunk.scale.x, chunk.scale.y, i >= 2u);
  let offset = vec4f(select(chunk.offset.x, chunk.offset.y, i >= 2u));
  return Eight(scale * quad_codes(chunk, 2u * i) + offset, scale * quad_codes(chunk, 2u * i + 1u) + offset);
}
