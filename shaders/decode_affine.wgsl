// Decode affine: w = scale * (code - zero), or scale * code + minimum; codes of 1 to 6 or 8 bits (GGUF's single bit is -1 or 1),
// a scale for a group of 16 or more columns, 8 n, or for each column. Serves GPTQ, AWQ, compressed-tensors' integers, MLX, MLC, ONNX, HQQ, quanto, torchao, EETQ, and GGUF's
// types with one level of scales.
override bits: u32 = 4u;
override zeros: u32 = 0u; // 0: one zero point, extra.x; 1: a byte for each group; 2: what is added in each group, to the code less extra.x; 3: a zero point of the scales' type for each; 4: a scale and a zero point for each column, in a table
override scale_type: u32 = 0u; // of scales and minima: 0 f16, 1 bf16, 2 f32
override group_eights: u32 = 4u; // columns of a group, in eights
override rounding: u32 = 0u; // of the weight, where the format prescribes it: 0 none, 1 f16, 2 bf16

// extra: zero point; vec4u of codes in a row; those of its low plane; words of scales before the zeros. With a table: chunks in it;
// the same; the same; words of it
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], low plane, then high plane
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words]: two f16 or bf16 a word, or an f32, then the zeros or minima. Or the table, for a column scale and zero point in a word, or for 4 columns f32 scales and as many zero points; then the chunk of it where each row begins

// Codes are in planes of 8, 4, 2 or 1 bits. Within a plane, byte k of a word holds columns k, k + 4, k + 8, ... of the
// chunk from its low bits up, so that four neighbouring columns (a quad) are four bytes after one shift and one mask.
struct Chunk {
  low: vec4u,
  low_rest: vec4u, // the second half of the low plane; 8 bits only
  high: vec2u,
  scale: vec2f, // of the columns before another group begins, and from there on
  offset: vec2f,
  split: u32, // eights before the other; only where a group may begin anywhere
  table: u32, // word of the table for its first column
}

// The two f16 or bf16 of word `at`.
fn pair_at(at: u32) -> vec2f {
  let pair = scales[at];
  if (scale_type == 1u) {
    return bitcast<vec2f>(vec2u(pair << 16u, pair & 0xffff0000u));
  }
  return unpack2x16float(pair);
}

// Number `group` of those that begin at word `at`.
fn number_at(at: u32, group: u32) -> f32 {
  if (scale_type == 2u) {
    return bitcast<f32>(scales[at + group]);
  }
  return pair_at(at + (group >> 1u))[group & 1u];
}

fn affine(row_at: u32, group: u32) -> vec2f {
  let scale = number_at(row_at, group);
  if (zeros == 2u) {
    return vec2f(scale, number_at(row_at + shape.extra.w, group) - scale * f32(shape.extra.x));
  }
  if (zeros == 3u) {
    return vec2f(scale, -scale * number_at(row_at + shape.extra.w, group));
  }
  var zero = f32(shape.extra.x);
  if (zeros == 1u) {
    zero = f32((scales[row_at + shape.extra.w + (group >> 2u)] >> ((group & 3u) * 8u)) & 255u);
  }
  return vec2f(scale, -scale * zero); // exact with f16 and bf16: eleven bits times eight
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  var out: Chunk;
  let base = row * shape.extra.y;
  if (bits == 8u) {
    out.low = codes[base + 2u * chunk];
    out.low_rest = codes[base + 2u * chunk + 1u];
  } else if (bits >= 4u) {
    out.low = codes[base + chunk];
  } else if (bits == 1u) {
    out.low.x = codes[base + (chunk >> 2u)][chunk & 3u];
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
  if (zeros == 4u) {
    let place = (scales[shape.extra.w + row] + chunk) % shape.extra.x; // a group's rows are a whole number of chunks apart
    out.table = place * select(32u, 64u, scale_type == 2u);
    return out;
  }
  let row_at = row * shape.scale_words;
  let group = (4u * chunk) / group_eights;
  let first = affine(row_at, group);
  var second = first;
  if ((group_eights & 3u) != 0u) {
    second = affine(row_at, (4u * chunk + 3u) / group_eights);
  }
  out.split = (group + 1u) * group_eights - 4u * chunk;
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
  } else if (bits == 1u) {
    word = ((chunk.low.x >> quad) & 0x01010101u) << select(1u, 0u, zeros >= 3u);
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

// Columns 4 quad .. 4 quad + 3 with the table's numbers.
fn tabled(chunk: Chunk, quad: u32) -> vec4f {
  let codes = quad_codes(chunk, quad);
  if (scale_type == 2u) {
    let at = chunk.table + 8u * quad;
    let scale = bitcast<vec4f>(vec4u(scales[at], scales[at + 1u], scales[at + 2u], scales[at + 3u]));
    let zero = bitcast<vec4f>(vec4u(scales[at + 4u], scales[at + 5u], scales[at + 6u], scales[at + 7u]));
    return scale * (codes - zero);
  }
  let at = chunk.table + 4u * quad;
  let a = pair_at(at);
  let b = pair_at(at + 1u);
  let c = pair_at(at + 2u);
  let d = pair_at(at + 3u);
  return vec4f(a.x, b.x, c.x, d.x) * (codes - vec4f(a.y, b.y, c.y, d.y));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  if (zeros == 4u) {
    return Eight(tabled(chunk, 2u * i), tabled(chunk, 2u * i + 1u));
  }
  var split = 2u;
  if ((group_eights & 1u) == 1u) {
    split = chunk.split;
  }
  let scale = select(chunk.scale.x, chunk.scale.y, i >= split);
  let offset = vec4f(select(chunk.offset.x, chunk.offset.y, i >= split));
  return Eight(
    rounded(scale * quad_codes(chunk, 2u * i) + offset),
    rounded(scale * quad_codes(chunk, 2u * i + 1u) + offset),
  );
}
