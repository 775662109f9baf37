// Decode exl2: w = scale * (code - 2^(bits - 1)), bits from 2 to 8 by runs of columns. A table, the same for all rows,
// gives for each chunk where its codes lie in a row, their bits and the groups of its halves. A nibble of the row picks
// a scale from the group's sixteen. Columns are in the file's own order: x is gathered.
override rounding: u32 = 1u; // of the weight: 0 none, 1 f16 (the format's), 2 bf16

// extra: word where the groups' scales begin; vec4u of codes in a row; unused; word where the rows' nibbles begin
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], low planes by falling width, then high planes
@group(1) @binding(2) var<storage, read> scales: array<u32>; // chunk table [row_chunks, 2]; f32 [groups, 16]; [rows, scale_words] of eight nibbles

// Codes are in planes of 8, 4, 2 or 1 bits. Within a plane, byte k of a word holds columns k, k + 4, k + 8, ... of the
// chunk from its low bits up, so that four neighbouring columns (a quad) are four bytes after one shift and one mask.
struct Chunk {
  near: vec4u, // codes of columns 0..3, 4..7, 8..11, 12..15, a byte each
  far: vec4u, // and of columns 16..31
  zero: f32,
  scale: vec2f, // of columns 0..15 and 16..31
}

fn group_scale(row_at: u32, group: u32) -> f32 {
  let nibble = (scales[row_at + (group >> 3u)] >> ((group & 7u) * 4u)) & 15u;
  return bitcast<f32>(scales[shape.extra.x + group * 16u + nibble]);
}

// The planes are put together once a chunk, so everything after is the same for every width.
fn chunk_at(row: u32, chunk: u32) -> Chunk {
  let place = scales[2u * chunk];
  let kind = scales[2u * chunk + 1u];
  let bits = kind & 15u;
  let base = row * shape.extra.y;
  let low_at = (place & 0xffffu) * 2u; // words
  let low = codes[base + (low_at >> 2u)];
  var out: Chunk;
  if (bits == 8u) {
    out.near = low;
    out.far = codes[base + (low_at >> 2u) + 1u];
  } else if (bits >= 4u) {
    out.near = (low.xxyy >> vec4u(0u, 4u, 0u, 4u)) & vec4u(0x0f0f0f0fu);
    out.far = (low.zzww >> vec4u(0u, 4u, 0u, 4u)) & vec4u(0x0f0f0f0fu);
  } else {
    let pair = select(low.xy, low.zw, (low_at & 2u) == 2u);
    out.near = (pair.xxxx >> vec4u(0u, 2u, 4u, 6u)) & vec4u(0x03030303u);
    out.far = (pair.yyyy >> vec4u(0u, 2u, 4u, 6u)) & vec4u(0x03030303u);
  }
  if (bits == 3u || bits == 5u || bits == 6u) {
    let high_at = place >> 16u;
    let four = codes[base + (high_at >> 2u)];
    if (bits == 6u) {
      let high = select(four.xy, four.zw, (high_at & 2u) == 2u);
      out.near |= ((high.xxxx >> vec4u(0u, 2u, 4u, 6u)) & vec4u(0x03030303u)) << vec4u(4u);
      out.far |= ((high.yyyy >> vec4u(0u, 2u, 4u, 6u)) & vec4u(0x03030303u)) << vec4u(4u);
    } else {
      let high = vec4u(four[high_at & 3u]);
      let shift = vec4u(bits - 1u);
      out.near |= ((high >> vec4u(0u, 1u, 2u, 3u)) & vec4u(0x01010101u)) << shift;
      out.far |= ((high >> vec4u(4u, 5u, 6u, 7u)) & vec4u(0x01010101u)) << shift;
    }
  }
  out.zero = f32(1u << (bits - 1u));
  let row_at = shape.extra.w + row * shape.scale_words;
  out.scale = vec2f(group_scale(row_at, (kind >> 4u) & 0x3fffu), group_scale(row_at, kind >> 18u));
  return out;
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let words = select(chunk.near, chunk.far, i >= 2u);
  let pair = select(words.xy, words.zw, (i & 1u) == 1u);
  let scale = select(chunk.scale.x, chunk.scale.y, i >= 2u);
  return Eight(
    rounded(scale * (vec4f(unpack4xU8(pair.x)) - chunk.zero)),
    rounded(scale * (vec4f(unpack4xU8(pair.y)) - chunk.zero)),
  );
}
